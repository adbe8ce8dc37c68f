"""What keeps Chairlift from going on: objections, blockers, unmet conditions, closed hours and freezes."""

from __future__ import annotations

from datetime import datetime

from chairlift.core.decision import Ask, Party, StepName, Wait
from chairlift.core.menu import Change
from chairlift.core.upgrade import Upgrade


def held(up: Upgrade) -> Ask | None:
    """Somebody said: not now."""
    hold = up.said.hold
    if hold is None:
        return None
    why = f"{hold.by} holds it: {hold.note or 'no reason given'}; it goes on with 'resume'"
    return Ask(Party.SQUAD, f"hold {hold.at.isoformat()}", why, since=hold.at)


def blocked(up: Upgrade) -> Ask | None:
    """An open blocker; the oldest speaks."""
    if not up.said.blockers:
        return None
    blocker = up.said.blockers[0]
    more = len(up.said.blockers) - 1
    why = f"blocked: {blocker.text} (recorded by {blocker.by}{f', and {more} more' if more else ''})"
    return Ask(blocker.owner, f"blocker {blocker.id}", why, due=blocker.due, since=blocker.at)


def problem(up: Upgrade) -> Ask | None:
    """A known problem of this campaign that concerns this service and is still open."""
    if not up.said.problems:
        return None
    known = up.said.problems[0]
    why = f"a known problem is open here: {known.text} (recorded by {known.by})"
    return Ask(Party.PROJECT_TEAM, f"problem {known.id}", why, due=known.due, since=known.at)


def unmet(up: Upgrade, change: Change) -> Ask | None:
    """The level's condition on the service is not fulfilled yet."""
    need = up.unmet(change)
    if not need:
        return None
    promised = up.service.docs_promised
    due = None
    if promised:
        due = datetime(promised.year, promised.month, promised.day, 23, 59, tzinfo=up.service.squad.calendar.zone)
    level = up.level_of(change, StepName.MERGE).name
    why = f"waits for {need}, which {level!r} needs: record it with 'chairlift documented', or change the level"
    return Ask(Party.SQUAD, f"need {need}", why, due=due)


def closed(up: Upgrade, now: datetime) -> Wait | None:
    """Outside the squad's working hours, or in a freeze."""
    calendar = up.calendar
    opens = calendar.next_open(now)
    if opens <= now:
        return None
    freeze = calendar.freeze(now)
    reason = f"freeze: {freeze.why}" if freeze else f"outside the working hours of {up.service.squad.name}"
    return Wait(opens, reason)


def alarmed(up: Upgrade, now: datetime) -> Wait | None:
    """Errors of a service that runs this campaign's change seem to rise: the others wait until that is clear."""
    return Wait(now + up.campaign.times.poll.rough, f"held: {up.alarmed}", told=True) if up.alarmed else None


def stands_in_the_way(up: Upgrade, change: Change, now: datetime) -> Ask | Wait | None:
    """Whatever must first be cleared before a merge or a deployment, by a person or by an alarm's end."""
    return held(up) or blocked(up) or problem(up) or unmet(up, change) or alarmed(up, now)
