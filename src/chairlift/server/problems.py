"""Known problems: found in one service, looked for in all; recorded, counted and closed for many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from chairlift.core.decision import Party
from chairlift.core.files import Roster
from chairlift.core.log import PROBLEM, Kind
from chairlift.core.log import Entry as Line
from chairlift.core.reading import quoted, wrong_name
from chairlift.server import actions
from chairlift.server.actions import NotPossible
from chairlift.server.models import Campaign, Entry, Upgrade


@dataclass(frozen=True)
class Known:
    """One known problem by its newest record, and how many services it holds now."""

    name: str
    text: str
    by: str
    at: datetime
    services: int


def known(campaign: Campaign) -> list[Known]:
    """Those that hold a service first, then those that are closed everywhere. Three queries, however many hold."""
    about = Entry.objects.filter(campaign=campaign, kind=Kind.BLOCKED, about__startswith=PROBLEM)
    newest = about.order_by().values("about").annotate(newest=Max("pk")).values_list("newest", flat=True)
    rows = Entry.objects.filter(pk__in=list(newest)).values_list("about", "text", "by", "at")
    held = _holding(campaign).order_by().values("about").annotate(count=Count("pk")).values_list("about", "count")
    counts = dict(held)
    found = [Known(name.removeprefix(PROBLEM), text, by, at, counts.get(name, 0)) for name, text, by, at in rows]
    return sorted(found, key=lambda each: (not each.services, each.name.casefold()))


def _holding(campaign: Campaign) -> QuerySet[Entry]:
    """The entries by which a known problem is open in a service: nothing was said of it there since."""
    said = Entry.objects.filter(campaign=campaign, kind__in=(Kind.BLOCKED, Kind.UNBLOCKED), about__startswith=PROBLEM)
    last = said.order_by().values("upgrade", "about").annotate(last=Max("pk")).values("last")
    return Entry.objects.filter(pk__in=last, kind=Kind.BLOCKED)


def services_of(campaign: Campaign, name: str) -> QuerySet[Upgrade]:
    """Where it is open now."""
    holding = _holding(campaign).filter(about=PROBLEM + name).values("upgrade")
    return Upgrade.objects.filter(pk__in=holding).select_related("service").order_by("service__name")


def record(
    campaign: Campaign, name: str, text: str, services: Sequence[str], by: str, roster: Roster, now: datetime
) -> int:
    """Open it in each of these services (all of the campaign if none is named); merges there wait.

    Returns in how many it was not open yet: said twice, it is recorded once. Raises NotPossible.
    """
    by = actions.only_the_team(campaign, by, roster)
    name = " ".join(name.split()).removeprefix(PROBLEM)
    if wrong := wrong_name(name):
        raise NotPossible(f"the name of the problem {wrong}: give it a short one, such as slow-scan")
    if not actions.words(text):
        raise NotPossible("say what the problem is")
    rows = Upgrade.objects.filter(campaign=campaign)
    if services:
        there = {row.service.name: row for row in rows.named(services)}
        if missing := sorted(set(services) - there.keys()):
            raise NotPossible(f"{quoted(missing[0])} is no service of campaign {campaign.slug}")
    with transaction.atomic():
        chosen = list(there.values()) if services else list(rows)
        open_ = set(services_of(campaign, name).values_list("pk", flat=True))
        data = {"owner": Party.PROJECT_TEAM, "due": None, "problem": name}
        new = [row for row in chosen if row.pk not in open_]
        _write(new, Kind.BLOCKED, name, text, by, now, data)
    return len(new)


def close(campaign: Campaign, name: str, why: str, by: str, roster: Roster, now: datetime) -> int:
    """Take it away wherever it is open; returns in how many services that was. Raises NotPossible."""
    by = actions.only_the_team(campaign, by, roster)
    if not actions.words(why):
        raise NotPossible("say why it is closed: what was mended, or why it is no problem")
    with transaction.atomic():
        rows = list(services_of(campaign, name))
        _write(rows, Kind.UNBLOCKED, name, why, by, now, {})
    return len(rows)


def _write(
    rows: Sequence[Upgrade], kind: Kind, name: str, text: str, by: str, now: datetime, data: Mapping[str, object]
) -> None:
    """One entry for each, and an early look."""
    about, said = PROBLEM + name, actions.words(text)
    Entry.write_all([(row, Line(now, by, kind, row.change, row.step, about, said, data)) for row in rows])
    Upgrade.objects.change([row.pk for row in rows], now)
