"""What a service level costs a squad, in hours, and until when it must be chosen to make the deadline: estimates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from chairlift.core.decision import Party, StepName
from chairlift.core.menu import Campaign, Change, ServiceLevel, Times
from chairlift.core.schedule import Calendar, Duration, latest_start

#: Hours. A reviewer reads so many changed lines in one of them; nothing takes less than the least.
LINES_AN_HOUR, LEAST = 300, 0.25
#: Taking a patch, opening a pull request and answering for it; and each finding that a person must look at.
CREATE, FINDING = 1.0, 0.25
MERGE, DEPLOY, TEST = 0.1, 0.5, 0.5
#: Reading a notice or answering a question of the project team, for each change that is left to it.
ADVICE = 0.25


@dataclass(frozen=True)
class Size:
    """Of one change: lines in and out, and findings for people; without a plan those of a usual one."""

    lines: int = 60
    findings: int = 0


def hours(campaign: Campaign, level: ServiceLevel, sizes: dict[str, Size], environments: int) -> float:
    """What the squad's own steps take at this level, over all changes."""
    total = 0.0
    for change in campaign.changes:
        size = sizes.get(change.slug, Size())
        mine = sum(_hours(step, size, environments) for step in _steps(change) if level.who(step) is Party.SQUAD)
        total += mine + (0 if level.who(StepName.MERGE) is Party.SQUAD else ADVICE)
    return total


def _steps(change: Change) -> Iterator[StepName]:
    for step in StepName:
        if change.deploys or step.rank < StepName.DEPLOY.rank:
            yield step


def _hours(step: StepName, size: Size, environments: int) -> float:
    match step:
        case StepName.CREATE:
            return CREATE + FINDING * size.findings
        case StepName.REVIEW:
            return max(LEAST, size.lines / LINES_AN_HOUR)
        case StepName.MERGE:
            return MERGE
        case StepName.DEPLOY:
            return DEPLOY * environments
        case StepName.TEST:
            return TEST * environments
    return 0.0


def latest_choice(campaign: Campaign, level: ServiceLevel, calendar: Calendar, environments: int) -> datetime:
    """When this level must be chosen so that everybody may take as long as promised, and it is done by the deadline."""
    lengths = [length for change, last in _due(campaign) for length in _lengths(campaign, level, change, last)]
    lengths += [campaign.times.soak] * max(environments - 1, 0) if level.who(StepName.DEPLOY) is not Party.SQUAD else []
    return latest_start(campaign.deadline, lengths, calendar)


def _due(campaign: Campaign) -> Iterator[tuple[Change, StepName]]:
    """The changes that the deadline is about, each with the step that must be over; what only cleans up is not."""
    changes = campaign.changes
    cleans = len(changes) > 1 and changes[-1].after is StepName.TEST
    due = changes[:-1] if cleans else changes
    for place, change in enumerate(due):
        yield change, due[place + 1].after if place + 1 < len(due) else StepName.TEST


def _lengths(campaign: Campaign, level: ServiceLevel, change: Change, last: StepName) -> Iterator[Duration]:
    for step in _steps(change):
        if step.rank > last.rank:
            return
        if step is StepName.PLAN:
            continue
        if level.who(step) is Party.SQUAD:
            yield campaign.times.of(step)
        elif step is StepName.MERGE and level.notice:
            yield campaign.times.notice
        elif step is StepName.TEST:
            yield campaign.times.healthy


def way(level: ServiceLevel, times: Times) -> str:
    """What happens next at this level, in the order in which it happens, with the times that hold."""
    told = [_told(level, step, times) for step in StepName if step is not StepName.PLAN]
    runs = [(who, [act for _, act in acts]) for who, acts in groupby(told, key=lambda each: each[0])]
    return "; ".join(f"{who} {_listed(acts)}" for who, acts in runs)


def _told(level: ServiceLevel, step: StepName, times: Times) -> tuple[str, str]:
    """Who, and what they do."""
    if level.who(step) is Party.SQUAD:
        return "you", f"{step} within {times.of(step)}"
    if step is StepName.MERGE and level.notice:
        return "Chairlift", f"merges after a notice of {times.notice}"
    return "Chairlift", _ACTS.get(step, f"watches errors for {times.watch}")


def _listed(acts: list[str]) -> str:
    return ", ".join(acts[:-1]) + (" and " if len(acts) > 1 else "") + acts[-1]


_ACTS = {
    StepName.CREATE: "opens the pull request",
    StepName.REVIEW: "has it reviewed by the project team",
    StepName.MERGE: "merges",
    StepName.DEPLOY: "deploys",
}
