"""Bugs that would have Chairlift merge, say or give away what it must not on Gitea, each with the test that sees it."""

from __future__ import annotations

from tests.mutant import Mutant

CALLS = "tests/adapters/gitea/test_calls.py"
CONTRACT = "tests/adapters/gitea/test_contract.py::TestGitea"
RULES = "tests/adapters/gitea/test_rules.py"
TROUBLE = "tests/adapters/gitea/test_trouble.py"

GITEA = (
    Mutant(0, "a token for Gitea that may not read issues is called fine", "adapters/gitea/examining.py",
           "            missing.append(needed)\n", "            pass\n",
           "tests/adapters/gitea/test_examining.py::test_scopes_that_are_missing_are_named"),
    Mutant(3, "Gitea merges whatever head there is by then", "adapters/gitea/forge.py",
           '{"Do": method, "head_commit_id": expected_head}', '{"Do": method}',
           f"{TROUBLE}::test_who_pushes_during_a_merge_is_not_merged"),
    Mutant(3, "an approval that was dismissed on Gitea counts", "adapters/gitea/pulls.py",
           ' in _OPINIONS and not each.get("dismissed")', " in _OPINIONS",
           f"{RULES}::test_an_approval_that_was_dismissed_is_none"),
    Mutant(3, "what Gitea still checks for conflicts conflicts", "adapters/gitea/pulls.py",
           "return Status(conflicted, not conflicted)", "return Status(True, False)",
           f"{TROUBLE}::test_what_is_still_looked_at_for_conflicts_is_none_yet"),
    Mutant(11, "a branch taken back to its base is merged on Gitea", "adapters/gitea/pulls.py",
           'if said.get("is_force_push") and', "if False and",
           f"{CONTRACT}::test_a_branch_taken_back_to_its_base_is_not_merged"),
    Mutant(6, "where a branch went after its merge is what Gitea merged", "adapters/gitea/pulls.py",
           '"head": self._kept_head(repo, number, lane) or str(pull["head"]["sha"]),',
           '"head": str(pull["head"]["sha"]),',
           f"{CONTRACT}::test_what_is_merged_is_not_opened_again"),
    Mutant(6, "what Gitea's list lost while it was read is not missed", "adapters/gitea/wire.py",
           "if total is not None and total < before:", "if False:",
           f"{TROUBLE}::test_a_list_that_shrinks_while_it_is_read_is_read_again"),
    Mutant(0, "anybody's comment on Gitea may pass for ours", "adapters/gitea/talk.py",
           '"comment", key) is not None and _by(comment) == me.id:', '"comment", key) is not None:',
           f"{TROUBLE}::test_only_our_own_hand_makes_a_comment_ours"),
    Mutant(0, "anybody's issue on Gitea may pass for ours", "adapters/gitea/talk.py",
           '"issue", key) is not None and _by(issue) == me.id', '"issue", key) is not None',
           f"{TROUBLE}::test_an_issue_with_our_marker_by_somebody_else_is_not_ours"),
    Mutant(0, "Gitea is asked whatever the budget says", "adapters/gitea/wire.py",
           "self._budget.spend(self.identity, LIMITS, lane, call)", "pass",
           f"{CALLS}::test_what_the_budget_does_not_have_is_not_asked"),
    Mutant(0, "Gitea's words may hold the token", "adapters/gitea/wire.py",
           'plainly(words, token)', 'plainly(words, "…")',
           f"{CALLS}::test_a_token_is_in_nothing_that_anybody_sees"),
    Mutant(0, "Gitea's token goes wherever a redirect says", "adapters/gitea/wire.py",
           "if (then.scheme, then.netloc) != (now.scheme, now.netloc) or not location:", "if not location:",
           f"{TROUBLE}::test_what_sends_us_elsewhere_gets_no_token"),
)  # fmt: skip
