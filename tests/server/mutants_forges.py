"""Bugs to plant around forges: limits that are passed, changes that are lost, deliveries that anybody could send."""

from __future__ import annotations

from tests.mutant import Mutant

LEDGER = "tests/core/test_ledger.py"
BUDGETS = "tests/server/test_budgets.py"
BUDGET = f"{BUDGETS}::TestDatabaseBudget"
SURVEYS = "tests/server/test_surveys.py"
SIGNATURES = "tests/adapters/test_signatures.py"
HOOKS = "tests/server/web/test_hooks.py"

FORGES = (
    Mutant(0, "a window forgets calls before they are past", "core/ledger.py",
           "return (number + 1) * self.bucket + LATE + self.seconds", "return number * self.bucket + self.seconds",
           f"{LEDGER}::test_a_call_that_is_made_late_counts_until_it_is_past_itself"),
    Mutant(0, "a clock that jumps gives more calls", "core/ledger.py",
           "    if own is not None and abs(shared - offset - own) > _AGREE:\n        offset = shared - own\n"
           "    at = max(ledger.at, own if own is not None else shared - offset)\n",
           "    at = max(ledger.at, shared - offset)\n",
           f"{LEDGER}::test_no_span_of_time_holds_more_than_is_allowed"),
    Mutant(0, "a machine that joins believes a clock that has jumped", "core/ledger.py",
           "if own is not None and abs(shared - offset - own) > _AGREE:", "if False:",
           f"{LEDGER}::test_nor_does_one_that_joins_after_the_clock_has_jumped"),
    Mutant(0, "a machine that started anew gains an hour", "core/ledger.py",
           "own if own is not None else ledger.at)", "own if own is not None else ledger.at + HOUR)",
           f"{LEDGER}::test_a_machine_that_started_anew_gains_no_time"),
    Mutant(0, "between two writes lies no second", "core/ledger.py",
           "at = max(at, ledger.written + limits.gap)", "pass",
           f"{BUDGET}::test_between_two_writes_lies_the_gap"),
    Mutant(0, "the forge says stay away, and the first lane does not", "core/ledger.py",
           "    at = max(ledger.at, ledger.stopped)\n", "    at = ledger.at\n",
           f"{BUDGET}::test_to_stay_away_holds_for_all_lanes"),
    Mutant(0, "what people use of the same identity does not count", "core/ledger.py",
           "        told = replace(told, ours=told.left // 2)\n", "        pass\n",
           f"{BUDGET}::test_half_of_what_is_left_is_for_people_who_are_seen"),
    Mutant(0, "two processes spend the same call", "server/budgets.py",
           "rows.filter(edition=edition).update(", "rows.update(",
           f"{BUDGETS}::test_many_processes_at_once_pass_no_limit"),
    Mutant(0, "undoing waits behind opening", "server/budgets.py",
           "lane = Lane.MERGE if _urgent.get() else lane", "pass",
           f"{BUDGET}::test_undoing_is_in_the_first_lane_whatever_it_is_for"),
    Mutant(0, "calls taken in advance are made although the forge said stop", "server/budgets.py",
           "                self._slices.clear()\n", "                pass\n",
           f"{BUDGET}::test_what_was_taken_in_advance_is_lost_when_the_forge_says_stop"),
    Mutant(0, "a change that a survey saw is not looked at", "server/surveys.py",
           "    if changed:\n", "    if False:\n",
           f"{SURVEYS}::TestAChange::test_only_what_changed_is_looked_at"),
    Mutant(0, "where surveys fail nobody looks for a day", "server/surveys.py",
           "        fall_back(state.forge, roster, now)\n", "        pass\n",
           f"{SURVEYS}::TestFailing::test_after_some_tries_its_upgrades_are_polled_again_and_others_not"),
    Mutant(0, "what is deployed is looked at daily because its forge is surveyed", "reconcile.py",
           "poll if elsewhere else max(DAILY, poll)", "max(DAILY, poll)",
           f"{SURVEYS}::TestStretching::test_what_is_deployed_is_polled_all_the_same"),
    Mutant(0, "a survey that stands still keeps looks away", "server/surveys.py",
           "next_at__gt=now - _LATE, ", "",
           f"{SURVEYS}::TestStretching::test_nor_is_it_stretched_where_the_survey_stands_still"),
    Mutant(0, "anybody can send a webhook", "adapters/signatures.py",
           "    if not _same(given, right):\n        _wrong(header)\n", "    pass\n",
           f"{SIGNATURES}::TestEachForge"),
    Mutant(0, "a secret that is not set opens the door", "server/arrivals.py",
           "    if not secret:\n", "    if False:\n",
           f"{HOOKS}::TestRefused::test_a_secret_that_is_not_set_opens_nothing"),
    Mutant(0, "a webhook can be played again under another id", "server/arrivals.py",
           "delivery=delivery, digest=digest, at=now", "delivery=delivery, digest=delivery, at=now",
           f"{HOOKS}::TestOnce::test_so_is_the_same_body_under_another_id"),
    Mutant(0, "an old delivery of GitLab is taken", "adapters/signatures.py",
           "> _GOOD.total_seconds():", "< 0:",
           f"{SIGNATURES}::TestASigningTokenOfGitLab::test_an_old_one_is_refused"),
)  # fmt: skip
