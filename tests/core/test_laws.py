"""The laws of the design, one by one, over random worlds; `make mutants` plants the bugs that they must find.

Law 6 is a matter of whole passages, so is the better part of law 11: see tests/journeys.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chairlift.core.decision import CONTESTED, Ask, Decision, Do, Party, Satisfied, StepName, Stop, Verb, Wait
from chairlift.core.judging.judge import Rules, judge
from chairlift.core.judging.minutes import Minutes
from chairlift.core.judging.ordinary import DAY
from chairlift.core.judging.watch import Watch, look_back
from chairlift.core.upgrade import Holds, PlanState, Running, RunState
from chairlift.core.verdict import Health
from chairlift.reconcile import conclude
from chairlift.steps.review import CHECK
from tests.census import count
from tests.core.judging.worlds import DEPLOYED, steady
from tests.core.menus import ACTING
from tests.core.worlds import SQUAD, TEAM, Stage, World, worlds

law = settings(max_examples=500)
#: For what needs several rare things at once.
strict = settings(max_examples=2000)

THINKING = {Verb.PLAN, Verb.VERIFY}
UNDOING = {Verb.REVERT, Verb.ROLL_BACK}
TO_A_PULL = {Verb.OPEN, Verb.WITHDRAW, Verb.UPDATE, Verb.REBASE, Verb.APPROVE, Verb.ANNOUNCE, Verb.MERGE}

#: Whose steps these must all be before Chairlift may do it.
BELONGS_TO = {
    Verb.OPEN: {StepName.CREATE},
    Verb.UPDATE: {StepName.CREATE},
    Verb.REBASE: {StepName.CREATE},
    Verb.WITHDRAW: {StepName.CREATE},
    Verb.APPROVE: {StepName.REVIEW},
    Verb.ANNOUNCE: {StepName.MERGE},
    Verb.MERGE: {StepName.MERGE},
    Verb.DEPLOY: {StepName.DEPLOY},
    Verb.ROLL_BACK: {StepName.DEPLOY},
    Verb.REVERT: {StepName.MERGE, StepName.DEPLOY},
}


def done_by_us(decision: Decision, *verbs: Verb) -> bool:
    return isinstance(decision, Do) and decision.verb in verbs


def squad_keeps(world: World, step: StepName) -> bool:
    """Read off the menu by hand: the row under which the step began, else the row chosen now."""
    name = world.up.said.begun.get((world.change.slug, step), world.up.said.level)
    return next(step in row.squad for row in world.up.campaign.levels if row.name == name)


def is_open(world: World) -> bool:
    """Working hours and freezes, read off the calendars by hand."""
    calendar = world.up.service.squad.calendar
    local = world.now.astimezone(calendar.zone)
    frozen = any(f.first <= local.date() <= f.last for f in (*calendar.freezes, *world.up.campaign.freezes))
    worked = calendar.always or (local.weekday() < 5 and 9 <= local.hour < 17)
    return worked and local.date() not in calendar.holidays and not frozen


def signed_off(world: World, run: Running) -> bool:
    words = world.up.said.tested.get(world.change.slug, ())
    return run.since is not None and any(w.at >= run.since and w.where in ("", run.environment) for w in words)


# 1. Every world has exactly one answer, and waiting is always for something in the future.


@law
@given(worlds())
def test_every_world_has_exactly_one_answer(world: World) -> None:
    step, decision = world.concluded()
    assert (step, decision) == world.concluded()
    assert isinstance(decision, Satisfied | Do | Wait | Ask | Stop)
    assert decision.why
    assert not isinstance(decision, Satisfied) or step is None


@law
@given(worlds(Stage.PLAN, Stage.CREATE, Stage.REVIEW, Stage.MERGE, Stage.DEPLOY, Stage.TEST, Stage.FINISH))
def test_waiting_is_for_something_in_the_future(world: World) -> None:
    _, decision = world.concluded()
    if isinstance(decision, Wait):
        assert decision.until > world.now
        if decision.until < world.now + timedelta(days=300):
            later_step, later = replace(world, now=decision.until).concluded()
            assert not isinstance(later, Wait) or later.until > decision.until, later_step


def test_all_decisions_are_reached() -> None:
    """Or the laws speak of worlds that nobody met."""
    found = count()
    rare = {name: times for name, times in found.items() if times < found.total() / 100}
    assert not rare
    assert len(found) == 34


# 2. Nothing is done to a repository or deployment by Chairlift for a step that the level gives to the squad.


@law
@given(worlds())
def test_a_step_of_the_squad_is_never_done(world: World) -> None:
    _, decision = world.concluded()
    if isinstance(decision, Do):
        assert not any(squad_keeps(world, step) for step in BELONGS_TO.get(decision.verb, ()))


@law
@given(worlds(Stage.CREATE, Stage.REVIEW, Stage.MERGE, Stage.DEPLOY))
def test_before_a_level_is_chosen_there_are_only_plans(world: World) -> None:
    said = replace(world.up.said, level="", begun={})
    step, decision = replace(world, up=replace(world.up, said=said)).concluded()
    assert step is None or isinstance(decision, Ask | Wait) or done_by_us(decision, *THINKING)


# 3. No merge without a full notice for this very head, required review on this head, and green checks on this head.


@strict
@given(worlds(Stage.MERGE))
def test_no_merge_without_a_full_notice_for_this_head(world: World) -> None:
    _, decision = world.concluded()
    said, pull = world.up.said, world.seen.pull
    if not done_by_us(decision, Verb.MERGE) or pull is None:
        return
    name = said.begun.get((world.change.slug, StepName.MERGE), said.level)
    if not next(row.notice for row in world.up.campaign.levels if row.name == name):
        return
    given_at = said.announced[(world.change.slug, pull.head)]
    notice, calendar = world.up.campaign.times.notice, world.up.service.squad.calendar
    assert world.now - given_at >= timedelta(seconds=notice.seconds)
    passed = [(given_at + timedelta(days=day)).astimezone(calendar.zone) for day in range((world.now - given_at).days)]
    worked = [day for day in passed if calendar.always or (day.weekday() < 5 and day.date() not in calendar.holidays)]
    assert len(worked) >= notice.working_days


@strict
@given(worlds(Stage.REVIEW, Stage.MERGE))
def test_no_merge_without_the_required_review_of_this_head(world: World) -> None:
    _, decision = world.concluded()
    pull = world.seen.pull
    if not done_by_us(decision, Verb.MERGE, Verb.ANNOUNCE) or pull is None:
        return
    here = [review for review in pull.reviews if review.head == pull.head]
    approvers = {review.by for review in here if review.state == "approved"}
    if squad_keeps(world, StepName.REVIEW):
        assert SQUAD in approvers
    else:
        assert TEAM in approvers or (world.change.slug, pull.head) in world.up.said.approved
    assert len(approvers) >= pull.needs_approvals
    assert not pull.waits or pull.queued
    assert not (done_by_us(decision, Verb.MERGE) and pull.queued)
    assert not any(review.state == "changes requested" for review in here)
    assert isinstance(decision, Do)
    assert decision.about == pull.head


@strict
@given(worlds(Stage.REVIEW, Stage.MERGE))
def test_no_merge_without_green_and_proven_tests_of_this_head(world: World) -> None:
    _, decision = world.concluded()
    pull, run = world.seen.pull, world.seen.head
    if not done_by_us(decision, Verb.MERGE, Verb.ANNOUNCE) or pull is None:
        return
    assert run is not None
    assert run.state in (RunState.PASSED, RunState.ABSENT)
    here = [check for check in pull.checks if check.head == pull.head and check.required and check.name != CHECK]
    assert all(check.state == "passed" for check in here)
    assert (pull.state, pull.base, pull.draft, pull.conflicted) == ("open", "main", False, False)


@law
@given(worlds(Stage.REVIEW))
def test_chairlift_approves_only_its_own_exact_and_proven_work(world: World) -> None:
    _, decision = world.concluded()
    seen = world.seen
    if done_by_us(decision, Verb.APPROVE):
        assert world.up.campaign.chairlift_approves
        assert seen.pull is not None
        assert seen.plan is not None
        assert seen.pull.head == seen.plan.commit
        assert seen.head is not None
        assert seen.head.state is RunState.PASSED


# 4. No merge under an open blocker, objection, unmet condition of the level, freeze, pause or open known problem.


@strict
@given(worlds(Stage.MERGE, Stage.DEPLOY))
def test_nothing_goes_out_while_something_stands_in_the_way(world: World) -> None:
    _, decision = world.concluded()
    up = world.up
    if not done_by_us(decision, Verb.MERGE, Verb.DEPLOY):
        return
    assert not any([up.said.hold, up.said.blockers, up.said.problems, up.paused, up.braked, up.alarmed])
    judged = ((world.seen.verdicts.get(run.environment), run) for run in world.seen.environments)
    assert not any(verdict and verdict.hold and not signed_off(world, run) for verdict, run in judged)
    assert is_open(world)
    name = up.said.begun.get((world.change.slug, StepName.MERGE), up.said.level)
    row = next(row for row in up.campaign.levels if row.name == name)
    assert up.service.deploy_docs or not row.needs


# 5. A paused or braked campaign changes nothing, except undoing.


@law
@given(worlds(), st.sampled_from(["paused", "braked"]))
def test_a_paused_campaign_only_thinks_and_undoes(world: World, how: str) -> None:
    free = replace(world, up=replace(world.up, paused="", braked=""))
    step, decision = free.concluded()
    stopped = replace(free, up=replace(free.up, **{how: "find out why"}))  # type: ignore[arg-type]
    if isinstance(decision, Do) and decision.verb not in THINKING | UNDOING | {Verb.ALARM}:
        found = stopped.concluded()[1]
        assert isinstance(found, Ask)
        assert how in found.why
    else:
        assert stopped.concluded() == (step, decision)


# 6. An upgrade arrives, and each change merges once, however often the process is killed and wherever.


@law
@given(worlds(Stage.CREATE, Stage.DEPLOY, Stage.TEST, Stage.UNDO))
def test_what_is_merged_is_not_opened_or_merged_again(world: World) -> None:
    _, decision = world.concluded()
    if world.seen.merged:
        assert not done_by_us(decision, *TO_A_PULL)
    if done_by_us(decision, Verb.OPEN):
        assert world.seen.pull is None or world.withdrawn
    if done_by_us(decision, Verb.REVERT):
        assert not world.seen.reverted


# 7. Commits that others pushed to our branch are never overwritten; a closed pull request is an answer, not a fault.


@law
@given(worlds(Stage.CREATE))
def test_commits_of_others_are_never_overwritten(world: World) -> None:
    _, decision = world.concluded()
    if done_by_us(decision, Verb.UPDATE):
        assert world.seen.pull is not None
        assert world.seen.pull.head in world.up.said.ours
    if done_by_us(decision, Verb.REBASE):
        # What holds theirs on top of ours, and only that, takes the place of theirs.
        assert world.seen.rebased
        assert world.seen.rebased not in world.up.said.ours


@law
@given(worlds())
def test_nothing_that_is_taken_back_is_done_a_fourth_time(world: World) -> None:
    _, decision = world.concluded()
    if not (isinstance(decision, Do) and decision.verb in CONTESTED):
        return
    # Where all changes are through it is the last one that is said to be done.
    changes = world.up.campaign.changes
    often = replace(world.up.said, deeds={(change.slug, decision.verb, decision.about): 3 for change in changes})
    _, then = replace(world, up=replace(world.up, said=often)).concluded()
    assert isinstance(then, Ask)
    assert then.whom is Party.PROJECT_TEAM


@strict
@given(worlds())
def test_only_what_is_wholly_ours_and_landed_otherwise_is_withdrawn(world: World) -> None:
    _, decision = world.concluded()
    seen = world.seen
    if done_by_us(decision, Verb.WITHDRAW):
        assert seen.pull is not None
        assert seen.plan is not None
        assert (seen.pull.state, seen.plan.state) == ("open", PlanState.NOTHING)
        assert seen.pull.head in world.up.said.ours
        assert not squad_keeps(world, StepName.CREATE)


@law
@given(worlds(Stage.CREATE))
def test_a_closed_pull_request_is_an_answer(world: World) -> None:
    step, decision = world.concluded()
    pull = world.seen.pull
    if pull and pull.state == "closed" and not world.withdrawn:
        assert not done_by_us(decision, *TO_A_PULL)
        assert step in (StepName.PLAN, StepName.CREATE, None) or world.seen.past_merge
        if f"{world.change.slug}/create/closed 12#0" in world.up.said.reminded and step is StepName.CREATE:
            assert isinstance(decision, Stop) or "has not chosen" in decision.why


# 8. A monitor that is away never makes a verdict worse or healthy; too little traffic is unknown.

_STEADY = look_back(steady(days=8), Rules())


@law
@given(st.lists(st.sampled_from([(np.nan, np.nan), (0.0, 0.0), (np.nan, np.nan)]), max_size=40), st.booleans())
def test_an_absent_monitor_and_no_traffic_say_nothing(rows: list[tuple[float, float]], short: bool) -> None:
    requests, errors = np.array(rows).reshape(-1, 2).T
    path = Watch(DEPLOYED).follow(_STEADY, Minutes(DEPLOYED, requests, errors))
    assert _STEADY.usual
    found = judge(path, _STEADY.usual, Rules(soak=0 if short else DAY))
    assert found.health is Health.UNKNOWN
    assert not found.hold


@law
@given(st.floats(0, 6.9), st.integers(0, 1000))
def test_too_little_history_says_nothing(days: float, errors: int) -> None:
    found = look_back(steady(days=days, errors=errors), Rules())
    assert found.usual is None
    assert "too little history" in found.doubt


@law
@given(worlds(Stage.TEST))
def test_only_a_counted_rise_of_errors_is_undone(world: World) -> None:
    step, decision = world.concluded()
    worse = {e for e, verdict in world.seen.verdicts.items() if verdict.health is Health.WORSE}
    open_worse = [run for run in world.seen.environments if run.environment in worse and not signed_off(world, run)]
    if done_by_us(decision, Verb.REVERT):
        assert open_worse
    if open_worse and step in (StepName.DEPLOY, StepName.TEST) and not world.seen.todo and not world.seen.reverted:
        # However long the watch over another environment still runs.
        assert done_by_us(decision, Verb.REVERT) or isinstance(decision, Ask)


@law
@given(worlds(Stage.TEST))
def test_unknown_is_for_a_person_to_resolve(world: World) -> None:
    step, _ = world.concluded()
    if step is None and world.change.deploys and not squad_keeps(world, StepName.TEST):
        for run in world.seen.environments:
            verdict = world.seen.verdicts.get(run.environment)
            assert signed_off(world, run) or (verdict and verdict.health is Health.HEALTHY) or world.seen.pull is None


# 10. Changing a level in mid-flight moves only steps that have not begun. (9 is about the log: see test_log.py.)


@law
@given(worlds(), st.integers(0, 6))
def test_a_new_level_moves_no_step_that_has_begun(world: World, other: int) -> None:
    up, slug = world.up, world.change.slug
    if up.level is None:
        return
    begun = {(slug, step): up.said.begun.get((slug, step), up.said.level) for step in ACTING}
    name = up.campaign.levels[other % len(up.campaign.levels)].name
    before = replace(up, said=replace(up.said, begun=begun))
    after = replace(up, said=replace(up.said, begun=begun, level=name))
    assert conclude(after, world.change, world.seen, world.now) == conclude(before, world.change, world.seen, world.now)


@law
@given(worlds(), st.integers(0, 6))
def test_a_new_level_moves_every_step_that_has_not_begun(world: World, other: int) -> None:
    up = world.up
    row = up.campaign.levels[other % len(up.campaign.levels)]
    moved = replace(up, said=replace(up.said, level=row.name))
    for step in ACTING:
        if (world.change.slug, step) not in up.said.begun:
            assert moved.who(world.change, step) is (Party.SQUAD if step in row.squad else Party.PROJECT_TEAM)


# 11. Done means: every change merged, the running version seen in every environment, verdict or sign-off there,
#     clean-up merged, and a re-scan of the default branch agrees.


@law
@given(worlds(Stage.DEPLOY, Stage.TEST, Stage.UNDO, Stage.FINISH))
def test_a_change_is_through_when_it_runs_everywhere_and_was_judged(world: World) -> None:
    step, _ = conclude(world.up, world.change, world.seen, world.now)
    seen, slug = world.seen, world.change.slug
    if step is not None:
        return
    merged = seen.pull and seen.pull.state == "merged" and seen.pull.base == "main"
    assert merged or (seen.plan and seen.plan.state is PlanState.NOTHING)
    if not world.change.deploys or not (seen.pull or slug in world.up.said.planned):
        return
    assert not seen.reverted
    assert [run.environment for run in seen.environments] == list(world.up.environments)
    for run in seen.environments:
        assert run.holds is Holds.YES
        healthy = seen.verdicts.get(run.environment)
        judged = healthy and healthy.health is Health.HEALTHY and not squad_keeps(world, StepName.TEST)
        assert judged or signed_off(world, run)


@law
@given(worlds(Stage.FINISH))
def test_done_is_when_the_re_scan_agrees(world: World) -> None:
    step, decision = world.concluded()
    if step is None and isinstance(decision, Satisfied):
        assert not world.unasked
        assert [change.slug for change, _ in world.scans] == [change.slug for change in world.up.campaign.changes]
        assert all(plan.state is PlanState.NOTHING for _, plan in world.scans)
        assert world.seen.issue is None or world.seen.issue.state == "closed"
