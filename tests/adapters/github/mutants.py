"""Bugs to plant in the adapter of GitHub: heads, marks, whose things are whose, tokens and budgets."""

from __future__ import annotations

from tests.mutant import Mutant

CALLS = "tests/adapters/github/test_calls.py"
FORGE = "tests/adapters/github/test_forge.py"
RULES = "tests/adapters/github/test_rules.py"
TROUBLE = "tests/adapters/github/test_trouble.py"
HERE = "adapters/github"

GITHUB = (
    Mutant(3, "GitHub is not told which head to merge", f"{HERE}/forge.py",
           'body = {"sha": expected_head, "merge_method": method}', 'body = {"merge_method": method}',
           f"{TROUBLE}::test_a_head_that_moves_in_this_very_moment_is_not_merged"),
    Mutant(3, "whichever head GitHub has merged is taken for the one that was meant", f"{HERE}/forge.py",
           '        _must_be(repo, pull, expected_head)\n        if pull["state"] == "MERGED":',
           '        if pull["state"] == "MERGED":',
           f"{FORGE}::TestWithAToken::test_a_moved_head_is_never_merged"),
    Mutant(3, "GitHub is not told which head is approved", f"{HERE}/forge.py",
           'body = {"commit_id": head, "event": "APPROVE"', 'body = {"event": "APPROVE"',
           f"{TROUBLE}::test_a_head_that_moves_in_this_very_moment_is_not_approved"),
    Mutant(3, "an approval that GitHub has dismissed counts", f"{HERE}/reading.py",
           '"DISMISSED": "dismissed"', '"DISMISSED": "approved"',
           f"{RULES}::test_a_stale_approval_is_shown_as_dismissed"),
    Mutant(3, "one green check hides a red one of its name", f"{HERE}/reading.py",
           'if name not in found or _WORST', 'if name not in found and _WORST',
           f"{RULES}::test_the_worst_of_checks_with_one_name_counts"),
    Mutant(6, "what is in GitHub's merge queue is put there again", f"{HERE}/forge.py",
           'if pull["isInMergeQueue"] or pull["autoMergeRequest"]:', 'if pull["autoMergeRequest"]:',
           f"{RULES}::test_a_merge_queue_takes_it_and_says_so"),
    Mutant(3, "what a person told GitHub to merge later is merged at once", f"{HERE}/forge.py",
           'if pull["isInMergeQueue"] or pull["autoMergeRequest"]:', 'if pull["isInMergeQueue"]:',
           f"{RULES}::test_github_is_never_asked_to_merge_by_itself_and_where_a_person_asked_it_is_left_to_it"),
    Mutant(0, "a fork's pull request is taken for ours", f"{HERE}/forge.py",
           'for node in found[which]["nodes"] if not node["isCrossRepository"]', 'for node in found[which]["nodes"]',
           f"{RULES}::test_a_fork_with_a_branch_of_this_name_is_not_ours"),
    Mutant(0, "a comment with our mark is ours, whoever wrote it", f"{HERE}/talk.py",
           'if self._by(comment) == self._wire.login and held("comment"', 'if held("comment"',
           f"{RULES}::test_a_mark_that_somebody_else_wrote_is_not_ours"),
    Mutant(0, "a list that shifts while it is read loses something", "exchange.py",
           "if len(read) < 2 or _keys", "if read or _keys",
           f"{CALLS}::test_a_list_that_shifts_while_it_is_read_loses_nothing_and_repeats_nothing"),
    Mutant(0, "the token goes wherever an answer sends", f"{HERE}/wire.py",
           "if urlsplit(there)[:2] != urlsplit(self._place.api)[:2]:", "if False:",
           f"{TROUBLE}::test_the_token_follows_nobody_to_another_host"),
    Mutant(0, "calls are made that the budget did not give", f"{HERE}/wire.py",
           "            self._budget.spend(self.who, self._place.limits, lane, call)\n", "            pass\n",
           f"{CALLS}::test_nothing_is_called_that_the_budget_does_not_give"),
    Mutant(0, "an App's token is used until it is refused", f"{HERE}/signing.py",
           "_EARLY = timedelta(minutes=5)", "_EARLY = timedelta(minutes=-5)",
           f"{CALLS}::test_a_token_of_an_app_is_renewed_before_its_hour_is_over"),
    Mutant(0, "git gets the token for another host", f"{HERE}/forge.py",
           'if not url.startswith(f"{self._place.web}/"):', "if not url.startswith(self._place.web):",
           f"{CALLS}::test_git_gets_the_token_for_no_other_host"),
    Mutant(0, "a token that may do nothing is called fine", f"{HERE}/signing.py",
           'elif "repo" not in given:', 'elif "repo" in given:',
           "tests/adapters/github/test_examining.py::test_a_scope_that_is_missing_is_named"),
    Mutant(0, "what an App lacks is not told", f"{HERE}/signing.py",
           "if _level(given, name) < _LEVELS.index(level)]", "if name not in given]",
           "tests/adapters/github/test_examining.py::TestAsAnApp::test_permissions_that_are_missing_are_named"),
    Mutant(0, "a token is sent in the clear", f"{HERE}/settings.py",
           'if where.scheme != "https" and not', 'if where.scheme not in ("http", "https") and not',
           f"{CALLS}::test_settings_that_cannot_work_are_refused"),
)  # fmt: skip
