"""Random worlds for the laws: usually fine up to the stage they are aimed at, and mixed in that stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from chairlift.core.decision import Decision, Party, StepName, Verb
from chairlift.core.menu import Campaign, Change, Times
from chairlift.core.schedule import ALWAYS, OFFICE_HOURS, Calendar, Duration, Freeze
from chairlift.core.unit import Unit
from chairlift.core.upgrade import (
    Blocker,
    Check,
    Deployment,
    Holds,
    Issue,
    Plan,
    PlanState,
    PullRequest,
    Review,
    Running,
    RunState,
    Said,
    Seen,
    Service,
    SignOff,
    Squad,
    Upgrade,
    Verification,
)
from chairlift.reconcile import conclude, finishing
from chairlift.steps.review import CHECK
from tests.core.dice import ROLLS, Dice
from tests.core.menus import ACTING, CHANGES, menus
from tests.core.verdicts import HEALTHY, OTHERS

WEDNESDAY = datetime(2021, 8, 4, 10, tzinfo=UTC)
LONG_AGO = WEDNESDAY - timedelta(days=40)
JUST_NOW = WEDNESDAY - timedelta(hours=1)
EARLIER = WEDNESDAY - timedelta(hours=2)

PLANNED, HEAD, PUSHED, OLD, MERGED, UNDONE, REBASED = (
    "planned",
    "planned",
    "pushed",
    "old",
    "merged",
    "undone",
    "rebased",
)
SQUAD, TEAM, STRANGER = "ada", "rev", "zoe"


class Stage(IntEnum):
    """How far a world is fine: before its stage nearly always, in it often not."""

    PLAN = 0
    CREATE = 1
    REVIEW = 2
    MERGE = 3
    DEPLOY = 4
    TEST = 5
    UNDO = 6
    FINISH = 7


@dataclass(frozen=True)
class World:
    """All that the ladder decides about; `scans` is what the recipe finds when every change is through.

    `unasked` are the scans that nobody has asked for yet.
    """

    up: Upgrade
    change: Change
    seen: Seen
    now: datetime
    scans: tuple[tuple[Change, Plan], ...] = ()
    unasked: tuple[Unit, ...] = ()

    @property
    def withdrawn(self) -> bool:
        """Chairlift closed this pull request itself, at this head."""
        pull = self.seen.pull
        ours = pull and (self.change.slug, f"{pull.number} {pull.head}") in self.up.said.withdrawn
        return bool(pull and pull.state == "closed" and ours)

    def concluded(self) -> tuple[StepName | None, Decision]:
        """Where this change stands; where it is through, what is left for the whole upgrade."""
        step, decision = conclude(self.up, self.change, self.seen, self.now)
        if step is None:
            decision = finishing(self.up, replace(self.seen, todo=self.unasked), self.scans, self.now)
        return step, decision


# The campaign

_NOTICES = (Duration(working_days=3), Duration(working_days=1), Duration(86_400), Duration(7_200))
_FREEZE = Freeze(date(2021, 8, 30), date(2021, 9, 3), "the books close")


def campaigns(dice: Dice) -> Campaign:
    return Campaign(
        slug="django-3.2",
        title="Django 3.2",
        recipe="command",
        choose_by=WEDNESDAY + timedelta(days=10),
        deadline=WEDNESDAY + timedelta(days=70),
        levels=menus(dice),
        changes=CHANGES,
        environments=("stage", "production"),
        lead="lead",
        manager="manager",
        times=Times(notice=dice.pick(_NOTICES)),
        freezes=(_FREEZE,),
        chairlift_approves=dice.usually(True, False, but=8),
    )


# The service, and when it is open

_BERLIN = Calendar(ZoneInfo("Europe/Berlin"), OFFICE_HOURS, frozenset({date(2021, 8, 10)}))
_CHICAGO = Calendar(
    ZoneInfo("America/Chicago"), OFFICE_HOURS, freezes=(Freeze(date(2021, 9, 6), date(2021, 9, 7), "-"),)
)
_CALENDARS = (ALWAYS, _BERLIN, _BERLIN, _CHICAGO)


def services(dice: Dice, but: int) -> Service:
    squad = Squad(
        "Peaks", (SQUAD, "bob"), SQUAD, "bob", calendar=dice.pick(_CALENDARS), voices=frozenset({SQUAD, "bob"})
    )
    docs, promised = dice.usually(("wiki", None), ("", None), ("", date(2021, 8, 20)), ("", date(2021, 7, 1)), but=but)
    return Service(
        name="shop",
        squad=squad,
        repo="shop",
        tests="tox",
        deploy_docs=docs,
        docs_promised=promised,
        environments=dice.usually((), ("edge",), ("stage", "production", "edge"), but=20),
        deployer=dice.usually({"kind": "command"}, {}, but=but // 2),
    )


def instants(dice: Dice, but: int) -> datetime:
    """A working hour in Berlin and Chicago; else a night, a week-end, a holiday or a freeze."""
    start = dice.usually(
        WEDNESDAY + timedelta(hours=4),
        WEDNESDAY + timedelta(hours=14),
        WEDNESDAY + timedelta(days=3),
        WEDNESDAY + timedelta(days=6, hours=4),
        WEDNESDAY + timedelta(days=27, hours=4),
        WEDNESDAY + timedelta(days=33, hours=4),
        but=but,
    )
    return start + timedelta(seconds=dice.pick(range(0, 3600, 15)))


# What is seen

_TODO = Unit("plan", "plan-1", "shop")
_MADE = Plan(PlanState.PLANNED, "base", PLANNED, "tree", 3, 10, 4)
_FINE = Verification(RunState.PASSED, "Django 3.2; 12 passed")
_RUNS = (
    Verification(RunState.FAILED, "1 failed"),
    Verification(RunState.UNPROVEN, "nothing shows 3.2"),
    Verification(RunState.RUNNING),
    Verification(RunState.ABSENT),
)


def plans(dice: Dice, seen: Seen, but: int) -> Seen:
    """What the recipe made of the default branch, and the tests of both sides."""
    plan = dice.usually(
        _MADE, None, None, Plan(PlanState.RUNNING, "base"), Plan(PlanState.FAILED, "base", why="crashed"), but=but
    )
    if plan is None:
        return replace(seen, todo=(_TODO,))
    if plan.state is not PlanState.PLANNED:
        return replace(seen, plan=plan)
    before, after = dice.usually(_FINE, *_RUNS[::2], but=but // 3), dice.usually(_FINE, *_RUNS, but=but // 2)
    return replace(seen, plan=plan, before=before, after=after)


def pulls(dice: Dice, seen: Seen, stage: Stage, but: int) -> Seen:
    """No pull request yet, or ours: with others' commits, closed, in conflict, retargeted, or from a squad."""
    there = dice.usually(True, False, but=35 if stage is Stage.CREATE else 2)
    filed = dice.usually(Issue(7, "open", "text"), None, Issue(7, "open", "other"), Issue(7, "closed", "text"), but=but)
    seen = replace(seen, issue=filed, issue_digest="text")
    if not there:
        return seen
    clash = dice.usually(False, True, but=but * 9 // 5)
    pull = PullRequest(
        number=12,
        branch="chairlift/django-3.2/upgrade",
        base=dice.usually("main", "develop", but=but // 8),
        head=dice.usually(OLD, PUSHED, PUSHED, HEAD, but=55) if clash else dice.usually(HEAD, PUSHED, OLD, but=20),
        state=dice.usually("open", "closed", but=but * 4 // 5),
        opened_at=LONG_AGO,
        closed_at=JUST_NOW,
        closed_by=SQUAD,
        conflicted=clash,
        draft=dice.usually(False, True, but=4),
        needs_approvals=dice.usually(0, 1, 3, but=15),
        waits=dice.usually((), ("1 more review by code owners",), but=2),
        queued=dice.usually(False, True, but=2),
    )
    rebased = dice.usually(REBASED, "", but=15) if clash else ""
    return replace(seen, pull=pull, rebased=rebased, heads={"main": "base", pull.branch: pull.head})


def reviewed(dice: Dice, seen: Seen, but: int) -> Seen:
    """Tests, checks and reviews, of this head and of others, by the squad, the project team and strangers."""
    pull = seen.pull
    if pull is None:
        return seen
    run = dice.usually(_FINE, None, None, None, *_RUNS, _RUNS[1], but=but * 2 // 3)
    shown, hidden = ("failed", "passed") if run in _RUNS[:2] else ("passed", "failed")
    shown = dice.usually(shown, hidden, but=but // 3)
    checks = [Check(CHECK, shown, dice.usually(pull.head, OLD, but=but // 4))]
    checks.append(
        dice.usually(
            Check("ci", "passed", pull.head),
            Check("ci", "failed", pull.head, "red"),
            Check("ci", "pending", pull.head),
            Check("docs", "failed", pull.head, required=False),
            Check("ci", "failed", "another"),
            but=but // 2,
        )
    )
    fine = (Review(SQUAD, "approved", pull.head, EARLIER), Review(TEAM, "approved", pull.head, EARLIER))
    given = dice.usually(
        fine,
        *((),) * 18,
        *((*fine, Review(STRANGER, "changes requested", pull.head, JUST_NOW, "why?")),) * 4,
        fine[:1],
        fine[1:],
        (Review(STRANGER, "approved", pull.head, EARLIER),),
        tuple(replace(review, head="another") for review in fine),
        tuple(replace(review, state="commented") for review in fine),
        (*fine, Review(SQUAD, "changes requested", "another", JUST_NOW)),
        but=but,
    )
    return replace(seen, head=run, pull=replace(pull, checks=tuple(checks), reviews=given))


def merged(dice: Dice, seen: Seen, change: Change, stage: Stage) -> Seen:
    """Merged through our pull request, or landed in another way; and perhaps undone again."""
    if stage is not Stage.UNDO and dice.usually(False, True, but=12):
        # Ours is still open, was closed, or there never was one.
        pull = dice.usually(seen.pull, None, but=30)
        return replace(seen, pull=pull, plan=Plan(PlanState.NOTHING, "base"))
    pull = replace(
        seen.pull or PullRequest(12, "b", "main", HEAD),
        base=dice.usually("main", "develop", but=3),
        state="merged",
        merged_commit=MERGED,
        merged_at=LONG_AGO + timedelta(days=1),
        conflicted=False,
        draft=False,
    )
    revert = PullRequest(13, "b-revert", "main", UNDONE, "merged", JUST_NOW, "us", UNDONE, JUST_NOW)
    undone = dice.usually(None, replace(revert, state="closed"), replace(revert, state="open"), revert, but=6)
    if seen.plan is None:
        seen = replace(seen, plan=_MADE, before=_FINE, after=_FINE)
    return replace(seen, pull=pull, revert=revert if stage is Stage.UNDO else undone)


_LONG = Deployment("", MERGED, LONG_AGO + timedelta(days=2))


def environments(dice: Dice, up: Upgrade, seen: Seen, but: int, bad: int) -> Seen:
    """What runs in each environment, and how its errors compare."""
    found, verdicts = [], {}
    for name in up.environments:
        since = dice.usually(LONG_AGO + timedelta(days=2), JUST_NOW, WEDNESDAY - timedelta(days=3), but=max(but, bad))
        holding = Running(name, Holds.YES, replace(_LONG, environment=name), since)
        other = replace(holding, since=None)
        run = dice.usually(
            holding,
            *(replace(other, holds=Holds.NO),) * 4,
            *(replace(other, holds=Holds.NO, releasing="yes"),) * 2,
            replace(other, holds=Holds.NO, failed="exit code 1"),
            replace(holding, holds=Holds.NO, failed="something else runs by now"),
            replace(other, holds=Holds.NOTHING_RUNS, deployment=None),
            replace(other, holds=Holds.DIVERGED),
            replace(other, holds=Holds.UNKNOWN),
            replace(holding, releasing="yes"),
            replace(holding, failed="exit code 1"),
            replace(other, holds=Holds.REVERTED),
            but=but,
        )
        found.append(run)
        if run.since and not seen.reverted:
            judged = dice.usually(HEALTHY, *OTHERS, but=bad)
            if judged:
                verdicts[name] = judged
    todo = dice.usually((), (_TODO,), but=but // 4)
    return replace(seen, environments=tuple(found), verdicts=verdicts, todo=todo)


# What was said


def words(dice: Dice, campaign: Campaign, change: Change, stage: Stage) -> Said:
    """Choices, notices, holds, blockers, sign-offs, and under which level each step began."""
    at_merge, at_test = (70 if stage is Stage.MERGE else 8), (80 if stage is Stage.TEST else 10)
    menu = [level.name for level in campaign.levels]
    chosen = dice.pick((menu[0], *menu))
    past = ACTING[: max(stage.value - dice.pick((0, 1)), 0)]
    begun = {(change.slug, step): dice.usually(chosen, dice.pick(menu), but=10) for step in past}
    hold = SignOff(SQUAD, EARLIER, "not before the fair")
    blocker = Blocker("b1", "the driver is too old", dice.pick(list(Party)), SQUAD, LONG_AGO)
    fresh = [{(change.slug, HEAD): WEDNESDAY - timedelta(hours=hours)} for hours in (1, 15, 48)]
    notices = ({}, {}, {(change.slug, "another"): LONG_AGO}, {("other", HEAD): LONG_AGO}, *fresh)
    told = dict.fromkeys([(change.slug, HEAD), (change.slug, PUSHED), (change.slug, OLD)], LONG_AGO)
    done = SignOff(SQUAD, EARLIER, "clicked through")
    elsewhere = [(replace(done, where=where),) for where in ("stage", "x")]
    tests = ((), (), (), (done,), *elsewhere, (replace(done, at=LONG_AGO),))
    alarmed = {(change.slug, Verb.ALARM, f"{name} {MERGED}"): 1 for name in campaign.environments}
    return Said(
        level=dice.usually(chosen, "", but=30 if stage is Stage.CREATE else 2) if not begun else chosen,
        chosen_by=SQUAD,
        chosen_at=LONG_AGO,
        begun=begun,
        planned=dice.usually(frozenset({change.slug}), frozenset(), but=3),
        announced=dice.usually(told, *notices, but=at_merge),
        approved=dice.usually(frozenset(), {(change.slug, HEAD)}, {(change.slug, "another")}, but=10),
        ours=dice.usually(frozenset({HEAD, OLD}), frozenset({HEAD}), but=20),
        hold=dice.usually(None, hold, but=at_merge // 8),
        blockers=dice.usually((), (blocker,), but=at_merge // 8),
        problems=dice.usually((), (blocker,), but=at_merge // 8),
        tested={change.slug: dice.usually((done,), *tests, but=at_test)},
        withdrawn=dice.usually(frozenset(), {(change.slug, f"12 {HEAD}")}, but=25),
        deeds=dice.usually({}, alarmed, but=50 if stage is Stage.TEST else 2),
        heard=dice.usually(LONG_AGO, WEDNESDAY, but=30),
        reminded=dice.usually(frozenset(), {f"{change.slug}/create/closed 12#0"}, but=30),
    )


def scanned(dice: Dice) -> tuple[tuple[Change, Plan], ...]:
    """What the recipe finds on the default branch in the end."""
    nothing = Plan(PlanState.NOTHING, "base")
    running = Plan(PlanState.RUNNING, "base")
    others = (*(running,) * 7, _MADE, Plan(PlanState.FAILED, "base", why="crashed"))
    return tuple((change, dice.usually(nothing, *others, but=60)) for change in CHANGES)


#: How often each stage is drawn: those with the most, or the rarest, answers more often.
_TIMES = dict(zip(Stage, (3, 7, 13, 7, 9, 18, 5, 5), strict=True))
_AIMS = tuple(stage for stage, times in _TIMES.items() for _ in range(times))


def worlds(*stages: Stage) -> st.SearchStrategy[World]:
    """Worlds of these stages, or of any."""
    aims = stages or _AIMS
    return st.binary(min_size=ROLLS, max_size=ROLLS).map(lambda rolls: _world(Dice(rolls), aims))


def _world(dice: Dice, aims: Sequence[Stage]) -> World:
    stage = dice.pick(aims)

    def odds(part: Stage) -> int:
        return 45 if stage is part else 2

    change = dice.pick((CHANGES[1], *CHANGES))
    campaign = campaigns(dice)
    up = Upgrade(
        campaign=campaign,
        service=services(dice, odds(Stage.MERGE) // 3),
        said=words(dice, campaign, change, stage),
        admitted=dice.usually(True, False, but=odds(Stage.CREATE)),
        paused=dice.usually("", "the fair", but=4),
        braked=dice.usually("", "2 reverts", but=4),
        alarmed=dice.usually("", "errors of till seem to rise", but=odds(Stage.MERGE) // 3),
        team=frozenset({TEAM, "lead", "manager"}),
    )
    seen = Seen(base="base", default_branch="main", heads={"main": "base"})
    seen = plans(dice, seen, odds(Stage.PLAN))
    if stage > Stage.PLAN:
        seen = pulls(dice, seen, stage, odds(Stage.CREATE))
        seen = reviewed(dice, seen, odds(Stage.REVIEW))
    if stage > Stage.MERGE:
        seen = merged(dice, seen, change, stage)
        seen = environments(dice, up, seen, odds(Stage.DEPLOY) + odds(Stage.UNDO), odds(Stage.TEST))
        seen = replace(seen, issue=dice.usually(None, Issue(7, "closed", "text"), Issue(7, "open", "text"), but=40))
    now = instants(dice, odds(Stage.MERGE))
    if stage is not Stage.FINISH:
        return World(up, change, seen, now)
    return World(up, change, seen, now, scanned(dice), dice.usually((), (_TODO,), but=50))
