"""The dates of a squad for calendar programs: what is due, what will be merged, and until when; in RFC 5545."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import icalendar
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from chairlift.core.decision import Party, StepName
from chairlift.core.schedule import counted
from chairlift.server.models import Campaign, RosterFile, Upgrade

#: More than any calendar shows with sense.
MOST = 1000
#: How often programs may ask; most ask less often.
EVERY = timedelta(hours=1)
#: What the numbers of changes count seconds from; they must fit 31 bits.
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Date:
    """Something at an instant. `name` stays when `at` moves; `changed` is when anything of it changed last."""

    name: str
    at: datetime
    title: str
    changed: datetime
    path: str


def dates(squad: str) -> list[Date]:
    """Of all campaigns, earliest first, in a fixed number of queries."""
    loaded = RosterFile.objects.order_by("pk").values_list("loaded_at", flat=True).last()
    rows = Upgrade.objects.filter(service__squad=squad).exclude(decision="done")
    found = [*_of_services(rows, loaded), *_of_campaigns(rows)]
    return sorted(found, key=lambda each: (each.at, each.name))


def _of_services(rows: QuerySet[Upgrade], loaded: datetime | None) -> Iterator[Date]:
    # Choosing has one date for all services, that of the campaign.
    asked = Q(decision="ask", whom=Party.SQUAD) & ~Q(level="")
    merges = Q(decision="wait", step=StepName.MERGE)
    rows = rows.filter(asked | merges, until__isnull=False).order_by("until", "pk")
    for row in rows.select_related("campaign", "service").defer("evidence", "service__deploy_docs")[:MOST]:
        title = row.campaign.value.title
        if row.decision == "ask":
            name, what = f"due {row.pk} {row.question}", f"Due: {row.service.name}, {row.step or 'finish'}"
        else:
            name, what = f"merge {row.pk} {row.change}", f"Chairlift merges {row.service.name}: {row.change}"
        # A due date moves with what was said or seen, and with the files; no look at it alone changes it.
        moves = [each for each in (row.since, row.campaign.loaded_at, loaded) if each]
        assert row.until
        path = reverse("service", args=[row.campaign.slug, row.service.name])
        yield Date(name, row.until, f"{what} ({title})", max(moves), path)


def _of_campaigns(rows: QuerySet[Upgrade]) -> Iterator[Date]:
    """The deadline of each campaign in which something is left, and the last day to choose where nothing is chosen."""
    left = Count("upgrades", filter=Q(upgrades__in=rows))
    open_ = Count("upgrades", filter=Q(upgrades__in=rows, upgrades__level=""))
    for campaign in Campaign.objects.annotate(left=left, unchosen=open_).filter(left__gt=0).order_by("pk"):
        value, changed = campaign.value, campaign.loaded_at
        path = reverse("menu", args=[campaign.slug])
        yield Date(f"deadline {campaign.pk}", value.deadline, f"Deadline: {value.title}", changed, path)
        if campaign.unchosen:
            what = f"Last day to choose for {counted(campaign.unchosen, 'service')}: {value.title}"
            yield Date(f"choose {campaign.pk}", value.choose_by, what, changed, path)


def ics(squad: str, found: Iterable[Date], url: str) -> bytes:
    """As a calendar that is the same each time; `url` is where the pages are."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Chairlift//dates of a squad//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Chairlift: {squad}")
    calendar.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
    for each in found:
        calendar.add_component(_event(each, url))
    return bytes(calendar.to_ical())


def _event(each: Date, url: str) -> icalendar.Event:
    digest = hashlib.sha256(each.name.encode("utf-8", "replace")).hexdigest()[:32]
    event = icalendar.Event()
    event.add("uid", f"{digest}@{url.partition('://')[2].partition('/')[0].partition(':')[0]}")
    # When it changed, not when it was asked for: else no two answers were the same.
    event.add("dtstamp", each.changed.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", each.changed.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", max(int((each.changed - _EPOCH).total_seconds()), 0))
    event.add("dtstart", each.at.astimezone(UTC).replace(microsecond=0))
    event.add("summary", each.title)
    event.add("url", f"{url}{each.path}")
    event.add("transp", "TRANSPARENT")
    return event
