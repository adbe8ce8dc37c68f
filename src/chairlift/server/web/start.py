"""The start page: my turn first, then every campaign with one bar."""

from __future__ import annotations

from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import render

from chairlift.core.standing import Standing
from chairlift.server import queries
from chairlift.server.models import Campaign, Service, Upgrade
from chairlift.server.web import access
from chairlift.server.web.access import Request

#: More than anybody does at once; the squad's page has them all.
MINE = 20


def start(request: Request) -> HttpResponse:
    campaigns = list(Campaign.objects.order_by("slug"))
    counts = queries.counts(request.now)
    bars = [{**counts[each.pk], "campaign": each, "value": each.value} for each in campaigns]
    mine, many = _mine(request, campaigns)
    context = {"live": "#mine,#bars", "bars": bars, "mine": mine, "more": many - len(mine)}
    return render(request, "web/start.html", context)


def _mine(request: Request, campaigns: list[Campaign]) -> tuple[list[tuple[Campaign, Standing]], int]:
    """What waits for this reader, most urgent first, and how much there is of it."""
    assert request.reader
    team = [each.pk for each in campaigns if access.of_team(request.reader, each, request.roster)]
    unchosen = Q(level="") & ~Q(decision="done")
    # Not a join: a database that knows its tables well goes through all services first.
    theirs = Q(service__in=Service.objects.filter(squad__in=request.reader.squads))
    squads = theirs & (unchosen | queries.SQUADS_TURN)
    ours = Q(campaign__in=team) & queries.TEAMS_TURN
    wanted = Upgrade.objects.filter(squads | ours)
    # Sorted without what is read only of the few that are shown: the evidence is most of a row.
    first = list(wanted.order_by(F("until").asc(nulls_last=True), "pk").values_list("pk", flat=True)[:MINE])
    rows = Upgrade.objects.select_related("service").in_bulk(first)
    by_pk = {each.pk: each for each in campaigns}
    found = [(by_pk[rows[pk].campaign_id], queries.standing(rows[pk], request.now)) for pk in first if pk in rows]
    return found, wanted.count()
