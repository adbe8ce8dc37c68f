"""The log: who said or did what, when and why; filtered, newest first."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from chairlift.core.log import INSTALLED, Kind
from chairlift.server import queries
from chairlift.server.web import rows
from chairlift.server.web.access import Request

#: Those that a campaign's log can hold.
_KINDS = [kind for kind in Kind if kind not in INSTALLED]


def log(request: Request, slug: str) -> HttpResponse:
    """Words that mean nothing are as if they were not there."""
    campaign = queries.campaign(slug)
    given = request.GET
    kind = given.get("kind", "") if given.get("kind", "") in _KINDS else ""
    service, by, words = (rows.text(given.get(name, "")) for name in ("service", "by", "q"))
    place = rows.number(given.get("before", "")) or 0
    found = queries.older(campaign, service, by, kind, words, place, rows.A_PAGE + 1)
    context = {
        "campaign": campaign, "value": campaign.value, "kinds": _KINDS, "log": found[:rows.A_PAGE],
        "wanted": {"service": service, "by": by, "kind": kind, "words": words}, "place": place,
        "any": bool(service or by or kind or words),
        "next": found[rows.A_PAGE - 1]["number"] if len(found) > rows.A_PAGE else 0,
    }  # fmt: skip
    return render(request, "web/log.html", context)
