"""Plants bugs in the laws and safety rules, one at a time, and fails if the tests let one live: `make mutants`.

With words, `python -m tests.mutants WORD…` plants those only whose line of text, file or test holds one of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: At once; each is one run of pytest.
ABREAST = 2
#: A mutant that hangs is as good as dead, but costs time: none should need this long.
SECONDS = 180

LAWS = "tests/core/test_laws.py"
LOG = "tests/core/test_log.py"
ARRIVALS = "tests/journeys/test_arrivals.py"
TURNS = "tests/journeys/test_turns.py"
WATCH = "tests/journeys/test_watch.py"
COMMENTS = "tests/server/test_comments.py"
ACTIONS = "tests/server/test_actions.py"
MODELS = "tests/server/test_models.py"
QUERIES = "tests/server/test_queries.py"
CHASING = "tests/server/test_chasing.py"
RECORD = "tests/server/test_record.py"
ENGINE = "tests/server/test_engine.py"


@dataclass(frozen=True)
class Mutant:
    """`old` stands once in `file` and is replaced by `new`; `tests` must then fail. `breaks` is the law's number.

    It is 0 for a rule that is none of the laws.
    """

    breaks: int
    what: str
    file: str
    old: str
    new: str
    tests: str


MUTANTS = (
    Mutant(1, "the wait for a wave ends at once", "steps/create.py",
           "return Wait(now + SOON, up.admitted_why", "return Wait(now, up.admitted_why",
           f"{LAWS}::test_waiting_is_for_something_in_the_future"),
    Mutant(1, "waits for a watch that is over", "steps/test.py",
           "if now < ends:", "if now <= ends + up.campaign.times.watch.rough:",
           f"{LAWS}::test_waiting_is_for_something_in_the_future"),
    Mutant(1, "a landed change without a level is a crash", "steps/create.py",
           "if seen.past_merge and (up.level or not needed(up, change, seen)):", "if seen.past_merge:",
           f"{LAWS}::test_before_a_level_is_chosen_there_are_only_plans"),
    Mutant(1, "a stopped change puts the watch over another to sleep", "reconcile.py",
           "min([reached.look_again, *others])", "reached.look_again",
           f"{TURNS}::test_a_stopped_change_does_not_put_the_watch_over_another_to_sleep"),
    Mutant(2, "the squad's deployment is done for it", "steps/deploy.py",
           "        if up.who(change, self.name) is Party.SQUAD:\n            return self._ask_squad",
           "        if False:\n            return self._ask_squad",
           f"{LAWS}::test_a_step_of_the_squad_is_never_done"),
    Mutant(2, "the squad's merge is announced and done for it", "core/upgrade.py",
           "return self.level_of(change, step).who(step)",
           "return Party.PROJECT_TEAM if step is StepName.MERGE else self.level_of(change, step).who(step)",
           f"{LAWS}::test_a_step_of_the_squad_is_never_done"),
    Mutant(2, "what the squad deploys is reverted without asking it", "steps/test.py",
           "for step in (StepName.MERGE, StepName.DEPLOY))", "for step in (StepName.MERGE,))",
           f"{LAWS}::test_a_step_of_the_squad_is_never_done"),
    Mutant(3, "green or approved is enough", "steps/review.py",
           "or self._unapproved(up, change, seen, pull, now)",
           "or (None if seen.head and seen.head.state is RunState.PASSED else "
           "self._unapproved(up, change, seen, pull, now))",
           f"{LAWS}::test_no_merge_without_the_required_review_of_this_head"),
    Mutant(3, "notice per pull request, not per head", "steps/merge.py",
           "up.said.announced.get((change.slug, pull.head))",
           "next((at for key, at in up.said.announced.items() if key[0] == change.slug), None)",
           f"{LAWS}::test_no_merge_without_a_full_notice_for_this_head"),
    Mutant(3, "half of the notice is enough", "steps/merge.py",
           "if now < ends:", "if now < announced + (ends - announced) / 2:",
           f"{LAWS}::test_no_merge_without_a_full_notice_for_this_head"),
    Mutant(3, "an approval of an older head counts", "steps/review.py",
           'if r.state == "approved" and r.head == pull.head}', 'if r.state == "approved"}',
           f"{LAWS}::test_no_merge_without_the_required_review_of_this_head"),
    Mutant(3, "a review by a stranger counts", "steps/review.py",
           "approved = approvals & voices or", "approved = approvals or",
           f"{LAWS}::test_no_merge_without_the_required_review_of_this_head"),
    Mutant(3, "a wish for changes is overruled by an approval", "steps/review.py",
           "            or self._answer_owed(up, pull)\n", "",
           f"{LAWS}::test_no_merge_without_the_required_review_of_this_head"),
    Mutant(3, "a required check that runs is taken for green", "steps/review.py",
           'if check.state != "passed":', 'if check.state == "never":',
           f"{LAWS}::test_no_merge_without_green_and_proven_tests_of_this_head"),
    Mutant(3, "Chairlift approves an inexact diff", "steps/review.py",
           "up.campaign.chairlift_approves and seen.exact and green", "up.campaign.chairlift_approves and green",
           f"{LAWS}::test_chairlift_approves_only_its_own_exact_and_proven_work"),
    Mutant(3, "an exit code is believed without proof", "steps/review.py",
           "if run.state in (RunState.FAILED, RunState.UNPROVEN):", "if run.state is RunState.FAILED:",
           f"{LAWS}::test_no_merge_without_green_and_proven_tests_of_this_head"),
    Mutant(3, "a second attempt inherits the notice of the first", "core/log.py",
           "announced={key: at for key, at in facts.announced.items() if key[0] != entry.change},",
           "announced=facts.announced,",
           f"{TURNS}::test_a_retry_opens_a_new_pull_request_with_a_notice_of_its_own"),
    Mutant(4, "blockers are ignored", "steps/gates.py",
           "held(up) or blocked(up) or problem(up)", "held(up) or problem(up)",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(4, "objections are ignored", "steps/gates.py",
           "return held(up) or blocked(up)", "return blocked(up)",
           f"{TURNS}::test_an_objection_during_the_notice_holds_the_merge"),
    Mutant(4, "known problems are ignored", "steps/gates.py",
           "or problem(up) or unmet(up, change)", "or unmet(up, change)",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(4, "missing deploy documentation is ignored", "core/upgrade.py",
           "if DEPLOY_DOCS in needs and not self.service.deploy_docs:", "if DEPLOY_DOCS in needs and False:",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(4, "freezes of the campaign are ignored", "core/upgrade.py",
           "self.service.squad.calendar.with_freezes(self.campaign.freezes)", "self.service.squad.calendar",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(4, "merges at night", "steps/merge.py",
           "            or closed(up, now)\n", "",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(5, "a pause does not stop merging", "reconcile.py",
           "if reason and decision.verb not in UNDOING:",
           "if reason and decision.verb not in UNDOING | {Verb.MERGE}:",
           f"{LAWS}::test_a_paused_campaign_only_thinks_and_undoes"),
    Mutant(5, "a brake stops nothing", "reconcile.py",
           "reason = up.paused or up.braked", "reason = up.paused",
           f"{LAWS}::test_a_paused_campaign_only_thinks_and_undoes"),
    Mutant(5, "a pause stops undoing", "core/decision.py",
           "UNDOING = frozenset({Verb.REVERT, Verb.ROLL_BACK})", "UNDOING = frozenset({Verb.REVERT})",
           f"{WATCH}::test_a_paused_campaign_still_undoes"),
    Mutant(5, "issues are closed although the campaign is paused", "reconcile.py",
           "return _guard(up, up.campaign.changes[-1], _finishing(up, seen, scans, now))",
           "return _finishing(up, seen, scans, now)",
           f"{LAWS}::test_a_paused_campaign_only_thinks_and_undoes"),
    Mutant(6, "merged once more", "core/upgrade.py",
           "        return self.merged or bool(self.plan", "        return bool(self.plan",
           f"{ARRIVALS}::test_arrives"),
    Mutant(6, "each look has a branch of its own", "core/menu.py",
           'again = "" if attempt == 1 else f"-{attempt}"', 'again = f"-{id(object())}"',
           f"{ARRIVALS}::test_arrives"),
    Mutant(6, "a commit is ours only when the push was recorded", "core/log.py",
           "    Kind.MEANT: _meant,\n", "",
           f"{TURNS}::test_our_own_commit_is_made_again_after_a_conflict"),
    Mutant(6, "the revert is another commit after a crash", "steps/test.py",
           "ports.workspace.revert(url, do.about, do.about, title)",
           'ports.workspace.revert(url, do.about, do.about, f"{title} {id(seen)}")',
           f"{WATCH}::test_the_way_back_is_found_however_it_is_killed"),
    Mutant(6, "a service without deployer is deployed for ever", "steps/deploy.py",
           "if not up.service.deployer:\n            return self._by_hand(up, seen, environment",
           "if False:\n            return self._by_hand(up, seen, environment",
           f"{WATCH}::test_without_a_deployer_named_people_say_what_runs"),
    Mutant(7, "commits of others are overwritten", "steps/create.py",
           "if who is Party.PROJECT_TEAM and pull.head in up.said.ours and pull.head",
           "if who is Party.PROJECT_TEAM and pull.head",
           f"{LAWS}::test_commits_of_others_are_never_overwritten"),
    Mutant(7, "a closed pull request is opened again", "steps/create.py",
           "        if seen.pull:\n            return self._existing",
           '        if seen.pull and seen.pull.state != "closed":\n            return self._existing',
           f"{LAWS}::test_a_closed_pull_request_is_an_answer"),
    Mutant(7, "the squad is asked for ever why it closed it", "steps/create.py",
           "if answered or was_reminded(up.said, question(change.slug, self.name, about)):", "if answered:",
           f"{LAWS}::test_a_closed_pull_request_is_an_answer"),
    Mutant(8, "a monitor that is away is taken for healthy", "core/verdict.py",
           'return Verdict(Health.UNKNOWN, "the monitor is away")', 'return Verdict(Health.HEALTHY, "no errors")',
           f"{LAWS}::test_an_absent_monitor_and_too_little_traffic_say_nothing"),
    Mutant(8, "too little traffic is taken for healthy", "core/verdict.py",
           "    if counts.requests < MIN_REQUESTS:", "    if counts.requests < 0:",
           f"{LAWS}::test_an_absent_monitor_and_too_little_traffic_say_nothing"),
    Mutant(8, "an absent monitor is counted as zero requests", "steps/watching.py",
           "    except Unavailable:\n        return None", "    except Unavailable:\n        return Counts()",
           f"{WATCH}::test_a_monitor_that_is_away_says_nothing"),
    Mutant(8, "the last look at an absent monitor is a verdict", "steps/watching.py",
           "final = (now >= ends and counted) or", "final = now >= ends or",
           f"{WATCH}::test_a_monitor_that_is_away_says_nothing"),
    Mutant(8, "unknown passes for healthy after the watch", "steps/test.py",
           "if found.health is Health.UNKNOWN:", "if found.health is Health.WORSE:",
           f"{LAWS}::test_unknown_is_for_a_person_to_resolve"),
    Mutant(8, "worse waits for the watch over another environment", "steps/test.py",
           "        if worse:\n            return self._worse",
           "        if worse and not seen.environments[1:]:\n            return self._worse",
           f"{LAWS}::test_only_a_counted_rise_of_errors_is_undone"),
    Mutant(9, "an entry of the log is updated", "server/models.py",
           "def update(self, **kwargs: Any) -> NoReturn:", "def update_all(self, **kwargs: Any) -> NoReturn:",
           f"{LOG}::test_the_log_refuses_to_be_changed"),
    Mutant(9, "a second announcement moves the first", "core/log.py",
           "case Verb.ANNOUNCE if key not in facts.announced:", "case Verb.ANNOUNCE:",
           f"{LOG}::test_later_entries_move_nothing_that_was_there"),
    Mutant(9, "a new sign-off replaces those before it", "core/log.py",
           "(*facts.tested.get(entry.change, ()), word)", "(word,)",
           f"{LOG}::test_what_people_said_last_is_known_with_who_and_when"),
    Mutant(10, "a new level moves a step that has begun", "core/upgrade.py",
           "level = self.campaign.level(begun) if begun else self.level", "level = self.level",
           f"{LAWS}::test_a_new_level_moves_no_step_that_has_begun"),
    Mutant(10, "a step that has begun is not remembered", "lines.py",
           "    if _begins(up, reached):", "    if _begins(up, reached) and False:",
           f"{TURNS}::test_a_new_level_moves_only_what_has_not_begun"),
    Mutant(11, "done without the re-scan", "reconcile.py",
           "if plan.state in (PlanState.PLANNED, PlanState.FAILED):", "if plan.state is PlanState.FAILED:",
           f"{LAWS}::test_done_is_when_the_re_scan_agrees"),
    Mutant(11, "done without the clean-up", "reconcile.py",
           "for change in up.campaign.changes:\n        if stands",
           "for change in up.campaign.changes[:2]:\n        if stands",
           f"{ARRIVALS}::test_arrives"),
    Mutant(11, "done with an environment that nobody looked at", "steps/deploy.py",
           "for environment in up.environments]", "for environment in up.environments[:1]]",
           f"{ARRIVALS}::test_arrives"),
    Mutant(11, "what runs somewhere is taken for what was merged", "steps/deploy.py",
           "            if run.holds is not Holds.YES:\n                return self._next",
           "            if run.holds is Holds.NOTHING_RUNS:\n                return self._next",
           f"{LAWS}::test_a_change_is_through_when_it_runs_everywhere_and_was_judged"),
    Mutant(11, "a sign-off from before the deployment counts", "steps/watching.py",
           "any(word.at >= run.since and word.where", "any(word.where",
           f"{LAWS}::test_a_change_is_through_when_it_runs_everywhere_and_was_judged"),
    Mutant(11, "merged into any branch is merged", "core/upgrade.py",
           ' and self.pull.base == self.default_branch)', ")",
           f"{LAWS}::test_a_change_is_through_when_it_runs_everywhere_and_was_judged"),
    Mutant(11, "the deployer is believed", "units.py",
           "if found is None or found.commit != commit:", "if found is None:",
           f"{WATCH}::test_a_deployer_that_says_done_is_not_believed"),
)  # fmt: skip

SERVER = (
    Mutant(0, "a stranger's command is obeyed", "server/comments.py",
           "        actions.voice(order.row, order.roster, order.by)\n", "",
           f"{COMMENTS}::TestWhoseWord::test_a_stranger_learns_nothing_but_that"),
    Mutant(0, "a command is obeyed again when its comment is read again", "server/comments.py",
           "        if answer is None:\n", "        if True:\n",
           f"{COMMENTS}::TestOnce"),
    Mutant(0, "a command on any pull request is obeyed", "server/comments.py",
           "        if comment.number in ours:\n            answer = _answer(row, comment, ours[comment.number],",
           "        if True:\n            answer = _answer(row, comment, ours.get(comment.number, ''),",
           f"{COMMENTS}::TestWhere::test_elsewhere_is_not_meant_for_it"),
    Mutant(0, "an objection on the pull request of an earlier attempt is not heard", "server/comments.py",
           "in range(1, up.said.attempts.get(change.slug, 1) + 1)", "in [up.said.attempts.get(change.slug, 1)]",
           f"{COMMENTS}::TestWhere::test_the_pull_request_of_an_earlier_attempt"),
    Mutant(0, "a word on the pull request that undoes it is not heard", "server/comments.py",
           "for revert in (False, True):", "for revert in (False,):",
           f"{COMMENTS}::TestWhere::test_the_pull_request_that_undoes_it"),
    Mutant(0, "a sign-off counts for whatever change is at work", "server/comments.py",
           "order.rest, order.by, order.roster, order.now, change=order.change)",
           "order.rest, order.by, order.roster, order.now)",
           f"{COMMENTS}::TestWhere::test_a_sign_off_is_for_the_change_whose_pull_request_it_stands_on"),
    Mutant(0, "a flood of commands is obeyed", "server/comments.py",
           "MOST = 10", "MOST = 10_000",
           f"{COMMENTS}::TestHostile::test_a_flood_of_commands_neither_fills_the_log_nor_stops_the_upgrade"),
    Mutant(0, "words from outside turn the direction of reading", "steps/texts.py",
           'letter if letter.isprintable() else " " for letter in text', "letter for letter in text",
           f"{COMMENTS}::TestHostile::test_text"),
    Mutant(0, "anybody known may speak for any squad", "server/actions.py",
           "{name.casefold() for name in squad.people}:", "{name.casefold() for name in [*squad.people, person.name]}:",
           f"{ACTIONS}::TestSaying::test_nothing_is_anybodys_to_say"),
    Mutant(0, "a squad exempts itself", "server/actions.py",
           "if not voice(upgrade, roster, by).ours:", "if not voice(upgrade, roster, by):",
           f"{ACTIONS}::TestExemptions::test_is_the_project_teams_to_give"),
    Mutant(0, "anybody stops the campaign", "server/actions.py",
           "if not person or person.name.casefold() not in team(campaign.value, roster):", "if not person:",
           f"{ACTIONS}::TestPause::test_is_the_project_teams"),
    Mutant(0, "a level is had without the documentation that it needs", "server/actions.py",
           "        if promise is None:", "        if False:",
           f"{ACTIONS}::TestChoosing::test_without_deploy_documentation"),
    Mutant(0, "a promise that was not kept counts", "server/actions.py",
           "        if promise < now.date():", "        if promised and promised < now.date():",
           f"{ACTIONS}::TestChoosing::test_a_promise_that_was_not_kept_carries_no_choice"),
    Mutant(0, "the level under which a step began vanishes from the menu", "server/actions.py",
           "    for level in sorted(set(begun)):", "    for level in ():",
           f"{ACTIONS}::TestFiles::test_a_level_under_which_a_step_began_cannot_vanish"),
    Mutant(0, "the number of a blocker is used again", "server/actions.py",
           "count = Entry.objects.filter(upgrade=upgrade, kind=Kind.BLOCKED).count()",
           "count = len(upgrade.snapshot(roster).said.blockers)",
           f"{ACTIONS}::TestBlockers::test_a_name_is_not_used_again"),
    Mutant(9, "the database lets an entry be replaced", "server/migrations/0003_no_replacing.py",
           "WHERE id = NEW.id)", "WHERE id = -NEW.id)",
           f"{MODELS}::TestDatabase::test_refuses"),
    Mutant(9, "the database lets an entry be replaced by its key", "server/migrations/0003_no_replacing.py",
           "WHERE key = NEW.key)", "WHERE 0)",
           f"{MODELS}::TestDatabase::test_leaves_what_is_written_under_a_key"),
    Mutant(9, "the database lets entries be deleted", "server/migrations/0002_append_only.py",
           """        for act in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE""", """        for act in ("UPDATE",):
            schema_editor.execute(
                f"CREATE""",
           f"{MODELS}::TestDatabase::test_refuses"),
    Mutant(6, "a look that lost its lease goes on", "server/record.py",
           "filter(pk=row.pk, leased_by=owner, leased_until__gt=now)", "filter(pk=row.pk)",
           f"{RECORD}::TestLease::test_a_look_that_lost_it_records_and_does_nothing"),
    Mutant(6, "a lease that ran out is good enough", "server/record.py",
           "filter(pk=row.pk, leased_by=owner, leased_until__gt=now)", "filter(pk=row.pk, leased_by=owner)",
           f"{RECORD}::TestLease::test_one_that_ran_out_during_the_look_is_lost"),
    Mutant(6, "the trouble of a look that lost its lease is recorded", "server/record.py",
           "    if mine.update(decision=found.kind",
           "    if Upgrade.objects.filter(pk=row.pk).update(decision=found.kind",
           f"{RECORD}::TestLease::test_nor_does_its_trouble_count"),
    Mutant(6, "two workers get one row", "server/models.py",
           "return self.due(now).order_by().filter(pk=pk).update(leased_by",
           "return self.filter(pk=pk).update(leased_by",
           f"{RECORD}::TestLease"),
    Mutant(6, "the intent is not written before the act", "lines.py",
           "    if isinstance(decision, Do) and decision.verb not in THINKING:\n        data",
           "    if False:\n        data",
           f"{RECORD}::TestLines::test_intent_before_the_act_and_the_deed_after_it"),
    Mutant(0, "a nudge in the middle of a look is lost", "server/models.py",
           'self.filter(rests | ~Q(leased_by=""))', "self.filter(rests)",
           f"{RECORD}::TestNudge::test_in_the_middle_of_a_look_survives"),
    Mutant(0, "the end of a look forgets a nudge", "server/record.py",
           "    if mine.filter(look_again_at=row.look_again_at).update(", "    if mine.update(",
           f"{RECORD}::TestNudge"),
    Mutant(0, "a clock that jumps back stops the looking", "server/models.py",
           " | Q(looked_at__gt=now + LEASE)", "",
           f"{RECORD}::TestClocks"),
    Mutant(0, "a clock that jumps back stops the tending", "server/worker.py",
           " | Q(tended_at__gt=now + LEASE)", "",
           f"{RECORD}::TestClocks::test_back_does_not_stop_the_tending"),
    Mutant(0, "a clock that jumps back stops the hands", "server/models.py",
           " | Q(ready_at__gt=now + AWAY_LIMIT + LEASE)", "",
           f"{ENGINE}::TestHands"),
    Mutant(6, "a unit asked for twice is done twice", "server/engine.py",
           "            ignore_conflicts=True,\n", "",
           f"{ENGINE}::TestMemory::test_asked_for_twice_is_asked_for_once"),
    Mutant(0, "a reminder that is sent again is another e-mail", "steps/texts.py",
           "rung.to), subject, text, rung.at)", "rung.to), subject, text)",
           f"{CHASING}::TestDates"),
    Mutant(0, "a notice that is sent again is another e-mail", "steps/merge.py",
           "since=up.said.announcing.get(key, now))", "since=now)",
           f"{CHASING}::TestDates::test_so_is_a_notice"),
    Mutant(0, "each service of the status costs a query", "server/queries.py",
           '.select_related("service").defer("service__deploy_docs")', "",
           f"{QUERIES}::TestCost"),
    Mutant(0, "each row of the sheet costs a query", "server/queries.py",
           '.select_related("service").order_by("service__name")', '.order_by("service__name")',
           f"{QUERIES}::TestCost"),
    Mutant(0, "each line of the log costs a query", "server/queries.py",
           '.select_related("upgrade__service")', "",
           f"{QUERIES}::TestCost"),
    Mutant(0, "half a spreadsheet is taken in", "server/sheet.py",
           "            if problems or dry_run:", "            if dry_run:",
           "tests/server/test_sheet.py::TestIn::test_or_none"),
)  # fmt: skip


def _planted(mutant: Mutant, place: Path) -> bool:
    """A copy of what the tests need, with the bug in it. False when the text is not there exactly once."""
    for folder in ("src", "tests"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place)
    file = place / "src" / "chairlift" / mutant.file
    text = file.read_text()
    file.write_text(text.replace(mutant.old, mutant.new))
    return text.count(mutant.old) == 1


def judge(mutant: Mutant) -> tuple[str, float]:
    """How it went, in a word, and in how many seconds."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if not _planted(mutant, place):
            return "stale: its text is not in the file exactly once", 0
        argv = [sys.executable, "-m", "pytest", "-x", "--tb=no", "--hypothesis-profile=hasty", mutant.tests]
        environment = {**os.environ, "PYTHONPATH": str(place / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            ran = subprocess.run(
                argv, cwd=place, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return f"hung: more than {SECONDS} seconds", SECONDS
    words = {0: "SURVIVED", 1: "killed"}
    return words.get(ran.returncode, f"broken: {ran.stdout[-300:]}"), time.monotonic() - start


def main(words: Sequence[str]) -> int:
    """0 when every mutant was killed."""
    chosen = [mutant for mutant in (*MUTANTS, *SERVER) if not words or any(word in str(mutant) for word in words)]
    if not chosen:
        print(f"no mutant holds {' or '.join(words)}")
        return 2
    alive = 0
    with ThreadPoolExecutor(ABREAST) as pool:
        for mutant, (word, seconds) in zip(chosen, pool.map(judge, chosen), strict=True):
            alive += word != "killed"
            print(f"{word:10} {seconds:5.1f} s  law {mutant.breaks or '-':>2}  {mutant.what}", flush=True)
    print(f"\n{len(chosen) - alive} of {len(chosen)} mutants killed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
