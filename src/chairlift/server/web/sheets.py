"""The sheet: services by steps, as people know it from their spreadsheet."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from chairlift import sheets
from chairlift.core.decision import StepName
from chairlift.server import queries
from chairlift.server import sheet as written
from chairlift.server.models import SheetConflict, SheetState
from chairlift.server.web import errors, rows
from chairlift.server.web.access import Request

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def sheet(request: Request, slug: str) -> HttpResponse:
    """One page of rows, as the address asks for them."""
    campaign = queries.campaign(slug)
    wanted = rows.Wanted.of(request.GET.dict())
    page, shown = rows.page_of(campaign, wanted, request.now)
    context = {
        "live": "#rows",
        "campaign": campaign, "value": campaign.value, "wanted": wanted, "page": page, "rows": shown,
        "steps": list(StepName), "sorts": rows.SORTS, "turns": rows.TURNS, "forms": ("csv", "xlsx", "md"),
        "squads": rows.squads(campaign),
        "waves": sorted({service.wave for service in request.roster.services}),
        "shared": SheetState.objects.filter(campaign=campaign).exists(),
        "differs": SheetConflict.objects.filter(campaign=campaign).count(),
    }  # fmt: skip
    return render(request, "web/sheet.html", context)


def export(request: Request, slug: str, form: str) -> HttpResponse:
    """The whole sheet as a file."""
    campaign = queries.campaign(slug)
    if form not in _TYPES:
        return errors.page(request, 404, f"The sheet is not written as {form!r}.", f"There are: {', '.join(_TYPES)}.")
    data = sheets.write(written.sheet(campaign, request.now), form)
    name = f'attachment; filename="{campaign.slug}.{form}"'
    return HttpResponse(data, content_type=_TYPES[form], headers={"Content-Disposition": name})
