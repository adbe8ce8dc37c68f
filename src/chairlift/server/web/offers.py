"""What a squad knows before it chooses: what the plan found, what each level costs it, and until when it may wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from chairlift.core import effort
from chairlift.core.files import Roster
from chairlift.core.log import Kind
from chairlift.core.menu import DEPLOY_DOCS, ServiceLevel
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.core.schedule import counted
from chairlift.core.upgrade import Service
from chairlift.server.models import Campaign, Entry, Upgrade, service_value
from chairlift.server.web.rows import Row


@dataclass(frozen=True)
class Cost:
    """One level for one service: the squad's hours, or why it is not open."""

    level: str
    hours: float
    shut: str = ""


@dataclass(frozen=True)
class Offer:
    """One service, and what its squad chooses from."""

    row: Row
    known: tuple[str, ...]
    costs: tuple[Cost, ...]
    begun: str = ""


@dataclass(frozen=True)
class Level:
    """One level of the menu: what happens next at it, and until when it still makes the deadline."""

    value: ServiceLevel
    way: str
    latest: datetime | None


def offer(campaign: CampaignValue, row: Row, roster: Roster, today: date) -> Offer:
    name = row.service
    service = service_value(row.upgrade.service, roster) if roster.has(name) else None
    changes = row.upgrade.evidence.get("changes", {})
    sizes = _sizes(changes)
    environments = len((service and service.environments) or campaign.environments)
    costs = [
        Cost(level.name, effort.hours(campaign, level, sizes, environments), _shut(level, service, today))
        for level in campaign.levels
    ]
    return Offer(row, tuple(_known(changes)), tuple(costs))


def _shut(level: ServiceLevel, service: Service | None, today: date) -> str:
    """Why the service may not have this level as it is; empty where it may."""
    if service is None:
        return "not in the services file"
    missing = service.lacks(level, today)
    if not missing:
        return ""
    return "needs a day for the deploy documentation" if missing[0] == DEPLOY_DOCS else f"does not give {missing[0]}"


def _sizes(changes: dict[str, Any]) -> dict[str, effort.Size]:
    sizes: dict[str, effort.Size] = {}
    for slug, each in changes.items():
        for after in each.get("ahead", ()):
            sizes.setdefault(after["change"], effort.Size(after.get("lines", effort.Size().lines)))
        plan = each.get("plan", {})
        if plan.get("commit"):
            sizes[slug] = effort.Size(plan["insertions"] + plan["deletions"], len(plan["findings"]))
    return sizes


def _known(changes: dict[str, Any]) -> Iterable[str]:
    """What the plan has found, a line for each change."""
    for slug, each in changes.items():
        plan = each.get("plan", {})
        if not plan.get("commit"):
            continue
        tests = [f"tests {when} {each[when]['state']}" for when in ("before", "after") if when in each]
        left = len(plan["findings"])
        size = f"{counted(plan['files'], 'file')}, {plan['insertions']} in, {plan['deletions']} out"
        yield "; ".join([f"{slug}: {size}", *tests, *([f"{counted(left, 'thing')} left for a person"] if left else [])])
        for after in each.get("ahead", ()):
            yield f"{after['change']}: {counted(after['files'], 'file')}; tests {after['tests']}"


def with_begun(offers: Sequence[Offer]) -> list[Offer]:
    """With what a change of the level would leave as it is: steps stay with whoever began them. One query for all."""
    pks = [each.row.upgrade.pk for each in offers]
    found = Entry.objects.filter(upgrade__in=pks, kind=Kind.BEGAN).order_by("pk")
    begun: dict[int, dict[tuple[str, str], str]] = {}
    for pk, change, step, level in found.values_list("upgrade_id", "change", "step", "about"):
        begun.setdefault(pk or 0, {}).setdefault((change, step), level)
    return [replace(each, begun=_begun(begun.get(each.row.upgrade.pk, {}))) for each in offers]


def _begun(begun: dict[tuple[str, str], str]) -> str:
    by_level: dict[str, list[str]] = {}
    for (change, step), level in begun.items():
        by_level.setdefault(level, []).append(f"{step} of {change}")
    return "; ".join(f"{', '.join(steps)} as {level} says" for level, steps in by_level.items())


def levels(campaign: Campaign, rows: Iterable[Upgrade], roster: Roster) -> list[Level]:
    """With the earliest of the latest dates, where squads of several calendars are on the page."""
    value = campaign.value
    services = {
        (service.squad.name, service.environments or value.environments): service
        for service in (roster.service(row.service.name) for row in rows if roster.has(row.service.name))
    }
    found = []
    for level in value.levels:
        dates = [
            effort.latest_choice(value, level, service.squad.calendar.with_freezes(value.freezes), len(environments))
            for (_, environments), service in services.items()
        ]
        found.append(Level(level, effort.way(level, value.times), min(dates, default=None)))
    return found
