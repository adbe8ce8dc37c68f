"""How an upgrade went so far, read from when it was first seen at each step: what it passed, and how long that took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chairlift.core.decision import Party, StepName
from chairlift.core.durations import CHOOSE, Key, Promise
from chairlift.core.menu import Campaign, ServiceLevel
from chairlift.core.schedule import Freeze

STEPS = tuple(StepName)
_CREATE, _MERGE, _DEPLOY, _TEST = (
    step.rank for step in (StepName.CREATE, StepName.MERGE, StepName.DEPLOY, StepName.TEST)
)
_A_MINUTE = 1 / 1440
DAY = timedelta(days=1)


@dataclass(frozen=True)
class History:
    """What the log says of one upgrade, in instants.

    `first` is when it was first seen at (number of the change, rank of the step); `judged` when the last verdict or
    sign-off for a change was given, where that change is no longer being tested.
    """

    first: Mapping[tuple[int, int], datetime] = field(default_factory=dict)
    judged: Mapping[int, datetime] = field(default_factory=dict)
    chosen: datetime | None = None
    admitted: datetime | None = None
    done: datetime | None = None


def ranks(campaign: Campaign, change: int) -> range:
    """The ranks of the steps that this change goes through."""
    return range(_TEST + 1 if campaign.changes[change].deploys else _DEPLOY)


def passed(campaign: Campaign, history: History) -> dict[tuple[int, int], datetime]:
    """When each step of each change was over: once it was seen further on, or in a change that begins only then."""
    found = {}
    first = history.first
    for change in range(len(campaign.changes)):
        steps = ranks(campaign, change)
        begun = min((at for (number, _), at in first.items() if number > change), default=None)
        after = campaign.changes[change + 1].after.rank if change + 1 < len(campaign.changes) else -1
        later = [history.done, history.judged.get(change)]
        for rank in reversed(steps):
            if rank == min(after, steps[-1]) and begun:
                later.append(begun)
            if known := [at for at in later if at]:
                found[change, rank] = min(known)
            if (change, rank) in first:
                later.append(first[change, rank])
    return found


def spans(
    campaign: Campaign, level: ServiceLevel, history: History, over: Mapping[tuple[int, int], datetime]
) -> Iterator[tuple[int, int, Key, datetime, datetime | None]]:
    """Each step that has begun: change, rank, who does it, since when, until when (None while it goes on).

    `over` is what `passed` says. A change of which nothing but its plan was seen had nothing to change: it tells
    nothing of how long steps take.
    """
    for change in range(len(campaign.changes)):
        if idle(campaign, history, change, over):
            continue
        for rank in ranks(campaign, change):
            since = history.first.get((change, rank), over.get((change, rank - 1)))
            if since is None:
                continue
            who = level.who(STEPS[rank])
            if (change, rank) == (0, _CREATE):
                since = _could_begin(history, who, since)
                if since is None:
                    continue
            until = over.get((change, rank))
            yield change, rank, (STEPS[rank].value, who), min(since, until or since), until


def _could_begin(history: History, who: Party, since: datetime) -> datetime | None:
    """From when the first pull request could be made: a level was chosen and, where it is ours, its wave had come."""
    waits = [since, history.chosen, history.admitted if who is Party.PROJECT_TEAM else since]
    known = [at for at in waits if at]
    return max(known) if len(known) == len(waits) else None


def idle(campaign: Campaign, history: History, change: int, over: Mapping[tuple[int, int], datetime]) -> bool:
    """It is over, and there was nothing to change."""
    if (change, _MERGE) not in over:
        return False
    return not any((change, rank) in history.first for rank in ranks(campaign, change) if rank >= _CREATE)


def frozen(since: datetime, until: datetime, freezes: tuple[Freeze, ...]) -> timedelta:
    """How much of that time lies in freezes: nobody was slow then."""
    total = timedelta(0)
    for freeze in freezes:
        begins = datetime(freeze.first.year, freeze.first.month, freeze.first.day, tzinfo=since.tzinfo)
        ends = datetime(freeze.last.year, freeze.last.month, freeze.last.day, tzinfo=since.tzinfo) + DAY
        total += max(min(until, ends) - max(since, begins), timedelta(0))
    return min(total, until - since)


def promises(campaign: Campaign, begun: datetime) -> dict[Key, Promise]:
    """What the campaign's file says of each step and party, and of choosing; in days."""
    times = campaign.times
    found: dict[Key, Promise] = {(CHOOSE, Party.SQUAD): _promise(campaign.choose_by - begun)}
    for step in STEPS:
        found[step.value, Party.SQUAD] = _promise(times.of(step).rough)
    notice = any(level.notice for level in campaign.levels)
    quick = times.tests.rough
    soak = times.soak.rough * (len(campaign.environments) - 1)
    ours = {
        StepName.PLAN: _promise(times.recipe.rough + quick),
        StepName.CREATE: _promise(quick),
        StepName.REVIEW: _promise(quick if campaign.chairlift_approves else times.advice.rough),
        StepName.MERGE: _promise(times.notice.rough, times.notice.rough) if notice else _promise(quick),
        StepName.DEPLOY: _promise(max(soak, quick), soak),
        StepName.TEST: _promise(times.healthy.rough, times.healthy.rough),
    }
    return found | {(step.value, Party.PROJECT_TEAM): promise for step, promise in ours.items()}


def _promise(length: timedelta, least: timedelta = timedelta(0)) -> Promise:
    return Promise(max(length / DAY, _A_MINUTE), least / DAY)
