"""What the log says of how upgrades went, read in a few queries for a whole campaign or for the rows of one page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from chairlift.core.decision import StepName
from chairlift.core.history import STEPS, History
from chairlift.core.log import Kind
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.server.models import Campaign, Entry, Upgrade
from chairlift.steps.review import RED

#: Kinds whose entries stand at the step that an upgrade had come to.
_AT = (Kind.BEGAN, Kind.STANDS, Kind.MEANT)
#: Those that say that somebody holds or blocks it, or no longer does.
_IN_THE_WAY = (Kind.HELD, Kind.RESUMED, Kind.BLOCKED, Kind.UNBLOCKED)


def begun(campaign: Campaign) -> datetime:
    """When the campaign was first loaded."""
    first = Entry.objects.filter(campaign=campaign, kind=Kind.LOADED).order_by("pk").values_list("at", flat=True)
    return first[:1].first() or campaign.loaded_at


def histories(campaign: Campaign, rows: Iterable[Upgrade]) -> dict[int, History]:
    """By the number of the row; three queries for however many rows. Their entries are counted by the database."""
    rows = list(rows)
    entries = Entry.objects.filter(campaign=campaign, upgrade__isnull=False).order_by()
    # Not by number where it is the whole campaign: databases bound how many numbers a query may hold.
    if len(rows) <= 200:
        entries = Entry.objects.filter(upgrade__in=[row.pk for row in rows]).order_by()
    first = _first(campaign.value, entries)
    chosen = dict(entries.filter(kind=Kind.CHOSE).values_list("upgrade").annotate(Min("at")))
    judged: dict[int, dict[int, datetime]] = defaultdict(dict)
    numbers = {change.slug: number for number, change in enumerate(campaign.value.changes)}
    kinds = entries.filter(kind__in=(Kind.JUDGED, Kind.TESTED))
    for pk, change, at in kinds.values_list("upgrade", "change").annotate(Max("at")):
        if change in numbers:
            judged[pk][numbers[change]] = at
    return {
        row.pk: History(
            first[row.pk], _over(row, judged[row.pk], numbers), chosen.get(row.pk), row.admitted_at, row.done_at
        )
        for row in rows
    }


def greens(campaign: Campaign) -> dict[tuple[int, str], datetime]:
    """By upgrade and change, when something else was asked in a review than that it be mended: it was green then."""
    red = Q()
    for word in RED:
        red |= Q(about__contains=f"/{StepName.REVIEW}/{word}")
    asked = Entry.objects.filter(campaign=campaign, kind=Kind.ASKED, step=StepName.REVIEW, upgrade__isnull=False)
    found = asked.exclude(red).order_by().values_list("upgrade", "change").annotate(Min("at"))
    return {(pk, change): at for pk, change, at in found}


def _first(campaign: CampaignValue, entries: QuerySet[Entry]) -> dict[int, dict[tuple[int, int], datetime]]:
    numbers = {change.slug: number for number, change in enumerate(campaign.changes)}
    ranks = {step.value: step.rank for step in StepName}
    found: dict[int, dict[tuple[int, int], datetime]] = defaultdict(dict)
    at = entries.filter(kind__in=_AT, step__in=list(ranks))
    for pk, change, step, since in at.values_list("upgrade", "change", "step").annotate(Min("at")):
        if change in numbers:
            found[pk][numbers[change], ranks[step]] = since
    return found


def _over(row: Upgrade, judged: Mapping[int, datetime], numbers: Mapping[str, int]) -> dict[int, datetime]:
    """A verdict for one environment says nothing while the others are still tested."""
    here = numbers.get(row.change) if row.step == StepName.TEST else None
    return {number: at for number, at in judged.items() if number != here}


def in_the_way(campaign: Campaign) -> dict[int, list[datetime | None]]:
    """For each upgrade that is held or blocked: by when each of these is promised to be gone, or None."""
    open_: dict[int, dict[str, datetime | None]] = defaultdict(dict)
    entries = Entry.objects.filter(campaign=campaign, kind__in=_IN_THE_WAY, upgrade__isnull=False).order_by("pk")
    for pk, kind, about, data in entries.values_list("upgrade", "kind", "about", "data"):
        match kind:
            case Kind.HELD:
                open_[pk]["hold"] = None
            case Kind.RESUMED:
                open_[pk].pop("hold", None)
            case Kind.BLOCKED:
                open_[pk][about] = _due(data)
            case Kind.UNBLOCKED:
                open_[pk].pop(about, None)
    return {pk: list(each.values()) for pk, each in open_.items() if each}


def _due(data: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(data["due"]) if data.get("due") else None


def past(campaign: CampaignValue, change: str, step: StepName) -> Q:
    """Upgrades that have passed that step of that change, as `core.history.passed` says it, for the database."""
    numbers = [each.slug for each in campaign.changes]
    number = numbers.index(change)
    further = [each.value for each in STEPS if each.rank > step.rank]
    seen = Q(change=change, step__in=further)
    later = campaign.changes[number + 1 :]
    if later and later[0].after.rank >= step.rank:
        seen |= Q(change__in=[each.slug for each in later], step__in=list(StepName))
    at = Entry.objects.filter(seen, upgrade=OuterRef("pk"), kind__in=_AT)
    tested = Entry.objects.filter(upgrade=OuterRef("pk"), change=change, kind__in=(Kind.JUDGED, Kind.TESTED))
    over = Exists(tested) & ~Q(change=change, step=StepName.TEST)
    return Q(done_at__isnull=False) | Q(Exists(at)) | Q(over)
