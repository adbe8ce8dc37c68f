"""The weekly report as a page, as a file to paste, and the rows behind its numbers."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from chairlift.server import queries, reports
from chairlift.server.models import Campaign
from chairlift.server.reports import Report, Scope, forms
from chairlift.server.web import errors
from chairlift.server.web.access import Request
from chairlift.server.web.rows import A_PAGE

_TYPES = {"txt": ("text", "text/plain; charset=utf-8"), "md": ("markdown", "text/markdown; charset=utf-8")}


def report(request: Request, slug: str) -> HttpResponse:
    """Of the week and the squad that the address asks for; without them of this week, and of all."""
    campaign = queries.campaign(slug)
    made = _made(request, campaign)
    context = {
        # What a week that is over says moves no more.
        "live": "#worry,#week,#markdown" if made.so_far else "",
        "campaign": campaign, "value": campaign.value, "report": made, "period": forms.period(made),
        "markdown": forms.markdown(made), "earlier": made.week.later(-1),
        "later": None if made.so_far else made.week.later(1), "squads": [each.name for each in request.roster.squads],
    }  # fmt: skip
    return render(request, "web/report.html", context)


def _made(request: Request, campaign: Campaign) -> Report:
    squad = reports.squad_of(request.roster, request.GET.get("squad", ""))
    week = reports.week_of(campaign, request.GET.get("week", ""), request.now)
    return reports.report(campaign, squad, week, request.now)


def paste(request: Request, slug: str, form: str) -> HttpResponse:
    """The same as a file."""
    if form not in _TYPES:
        return errors.page(request, 404, f"No report is written as {form!r}.", f"There are: {', '.join(_TYPES)}.")
    name, kind = _TYPES[form]
    return HttpResponse(forms.write(_made(request, queries.campaign(slug)), name), content_type=kind)


def rows(request: Request, slug: str, what: str) -> HttpResponse:
    """All rows behind one number of a report."""
    campaign = queries.campaign(slug)
    squad = reports.squad_of(request.roster, request.GET.get("squad", ""))
    week = reports.week_of(campaign, request.GET.get("week", ""), request.now)
    found, told = reports.listed(Scope(campaign, week, request.now, squad.name if squad else ""), what)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "campaign": campaign, "value": campaign.value, "squad": squad, "week": week, "page": page,
        "title": reports.titled(what), "rows": [told(each) for each in page],
    }  # fmt: skip
    return render(request, "web/report_rows.html", context)
