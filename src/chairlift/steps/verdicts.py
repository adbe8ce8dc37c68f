"""The verdict of one environment: by the minutes since the deployment, against what was ordinary before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chairlift.core.judging.judge import judge
from chairlift.core.judging.minutes import MOST, whole
from chairlift.core.judging.watch import SETTLED, Before, evidence
from chairlift.core.menu import Change
from chairlift.core.unit import Unit
from chairlift.core.upgrade import Holds, Running, Seen, Upgrade
from chairlift.core.verdict import Counts, Health, Verdict, surge
from chairlift.ports import Monitor, Ports, Refused, Unavailable
from chairlift.steps.units import look_back_unit, rules

_WORDS = 300


def verdict(
    up: Upgrade, change: Change, seen: Seen, run: Running, ports: Ports, now: datetime
) -> tuple[Verdict | None, Unit | None]:
    """None where the change does not run or nobody counts; and the unit that must first look back, if any.

    What was recorded as worse stays. Healthy can still turn until the watch is over; less than that changes nothing.
    When a later change runs there, what happens is that one's, and so is the verdict of both, where this has none yet.
    """
    recorded = up.said.verdicts.get((change.slug, run.environment, seen.merged_commit))
    if recorded and recorded.health is Health.WORSE:
        return recorded, None
    if run.since is None or run.holds is not Holds.YES or ports.monitor is None:
        return recorded, None
    ends = up.calendar.add(run.since, up.campaign.times.watch)
    watched = ends
    if later := _later(up, change, run):
        watched, told = min(ends, later[0]), up.said.verdicts.get(later[1])
        if told and told.health is Health.HEALTHY and not (recorded and recorded.health is Health.HEALTHY):
            return Verdict(Health.HEALTHY, f"{told.why}, with {later[1][0]}", final=True), None
    if recorded and now >= watched:
        return recorded, None
    unit = look_back_unit(up, run.environment, run.since)
    outcome = ports.engine.find(unit)
    if outcome is None or outcome.state == "running":
        away = outcome.why[:_WORDS] if outcome else ""
        words = f"the monitor is away: {away}" if away else "finding out what is ordinary before it"
        found = Verdict(Health.UNKNOWN, words)
    elif outcome.state == "failed":
        why = f"nobody knows what was ordinary before it: {outcome.why[:_WORDS]}"
        found = Verdict(Health.UNKNOWN, why, hopeless=True)
    else:
        found = _watched(up, run, run.since, min(now, watched), outcome.result, unit.name, ports)
        # No minute to come will tell whether what rose before the later change goes on.
        found = replace(found, asks=found.asks or (found.hold and watched < min(now, ends)))
        # A monitor that is away when the watch ends has only not answered yet.
        over = now >= ends and bool(found.evidence)
        found = replace(found, final=over or found.health is not Health.UNKNOWN)
    if recorded and not found.hold:
        found = replace(found, health=recorded.health, why=recorded.why, final=True, asks=False)
    return replace(found, until=watched), unit if outcome is None else None


def _later(up: Upgrade, change: Change, run: Running) -> tuple[datetime, tuple[str, str, str]] | None:
    """When another change of the campaign was first seen there after this one, and the key of its verdict."""
    assert run.since is not None
    found = [
        (at, key)
        for key, at in up.said.running.items()
        if key[0] != change.slug and key[1] == run.environment and at > run.since
    ]
    return min(found, default=None)


def _watched(
    up: Upgrade, run: Running, since: datetime, now: datetime, result: Mapping[str, Any], name: str, ports: Ports
) -> Verdict:
    """By what was seen until now; `name` is that of the unit that looked back."""
    assert ports.monitor is not None
    before, counted = Before.from_json(result["before"]), Counts(**result["counts"])
    if before.usual is None:
        return Verdict(Health.UNKNOWN, before.doubt, before=counted, hopeless=True)
    minute, held_to = up.campaign.times.minute.rough, rules(up.campaign.times)
    start = whole(since, minute)
    until = max(min(whole(now, minute) - SETTLED * minute, start + MOST * minute), start)
    try:
        with ports.watches.of(name, start) as watch:
            more = ports.monitor.minutes(up.service.name, run.environment, watch.end, max(until, watch.end), minute)
            path = watch.follow(before, more)
        after = _counts(ports.monitor, up, run.environment, since, now)
    except (Unavailable, Refused) as error:
        word = "is away" if isinstance(error, Unavailable) else "refuses"
        return Verdict(Health.UNKNOWN, f"the monitor {word}: {str(error)[:_WORDS]}", before=counted)
    found = judge(path, before.usual, held_to)
    told = evidence(path, before, held_to, start, minute.total_seconds())
    judged = Verdict(
        found.health, found.why, before=counted, after=after, hold=found.hold, asks=found.asks,
        hopeless=found.hopeless, evidence=told,
    )  # fmt: skip
    surging = surge(counted, after)
    if not surging or found.health is Health.WORSE:
        return judged
    # Not in the first minutes after the deploy: a burst that is over by then is no longer so large a part.
    if len(path) >= held_to.persists:
        return replace(judged, health=Health.WORSE, hold=True, why=surging)
    return replace(judged, health=Health.UNKNOWN, hold=True, why=f"{surging}; {held_to.persists} minutes will tell")


def _counts(monitor: Monitor, up: Upgrade, environment: str, start: datetime, end: datetime) -> Counts:
    return monitor.counts(up.service.name, environment, start, end) if end > start else Counts()
