"""A squad's own list: everything that waits for it, and who they are."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from chairlift.core.schedule import told_hours
from chairlift.server import queries
from chairlift.server.models import Upgrade
from chairlift.server.web import calendars, installation, rows
from chairlift.server.web.access import Request


def squad(request: Request, slug: str, squad: str) -> HttpResponse:
    """Everything that waits for this squad, and who they are."""
    campaign = queries.campaign(slug)
    known = queries.squad(request.roster, squad)
    wanted = rows.Wanted(squad=known.name, turn="squad", sort="until", page=request.GET.get("page", "1"))
    today = request.now.astimezone(known.calendar.zone).date()
    page, waiting = rows.page_of(campaign, wanted, request.now)
    context = {
        "live": "#waits",
        "campaign": campaign, "value": campaign.value, "squad": known, "page": page, "rows": waiting,
        "total": Upgrade.objects.filter(campaign=campaign, service__squad=known.name).count(),
        "hours": told_hours(known.calendar), "reminded": _channels(),
        "freezes": [each for each in (*known.calendar.freezes, *campaign.value.freezes) if each.last >= today],
        "calendar": calendars.address(request.reader.name, known.name) if request.reader else "",
    }  # fmt: skip
    return render(request, "web/squad.html", context)


#: What a kind of notifier is to who is told.
_CHANNELS = {"email": "by e-mail", "log": "in a file on the server"}


def _channels() -> str:
    """How reminders reach people; empty where the configuration cannot be read, which is the operator's to mend."""
    try:
        kinds = [str(each.get("kind", "")) for each in installation.now().notifiers]
    except installation.Unreadable:
        return ""
    return " and ".join(_CHANNELS.get(kind, f"through {kind}") for kind in dict.fromkeys(kinds))
