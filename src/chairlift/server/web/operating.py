"""The operator's first page: how the installation stands, without a secret in it."""

from __future__ import annotations

import platform
from importlib.metadata import version

import django
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render

from chairlift.server import administration, calls, queries
from chairlift.server.models import Campaign, RosterFile
from chairlift.server.web import installation
from chairlift.server.web.access import Request


def operator(request: Request) -> HttpResponse:
    """What runs here, what waits, and what went wrong."""
    seen = administration.overview(request.now)
    counts = queries.counts(request.now)
    campaigns = [
        {**counts[row.pk], "campaign": row, "value": row.value, "trouble": seen.troubles.get(row.pk, 0)}
        for row in Campaign.objects.order_by("slug")
    ]
    context = {
        "seen": seen, "campaigns": campaigns, "loaded": RosterFile.version(), "adapters": _adapters(),
        "forges": _forges(),
        "versions": {
            "Chairlift": version("chairlift"), "Django": django.__version__, "Python": platform.python_version(),
            connection.display_name: ".".join(map(str, connection.get_database_version())),
        },
    }  # fmt: skip
    return render(request, "web/operator.html", context)


def _forges() -> list[dict[str, object]]:
    """Each forge: what may still be asked of it, its surveys and its webhooks."""
    try:
        found = installation.now()
    except installation.Unreadable:
        return []
    return [{"seen": seen, "hooks": seen.state.forge in found.hook_secrets} for seen in calls.forges(found.forges)]


def _adapters() -> list[tuple[str, str]]:
    """Which port is answered by which kind of adapter. Only kinds: settings may hold what nobody should read."""
    try:
        found = installation.now()
    except installation.Unreadable as error:
        return [("chairlift.toml", f"cannot be read: {error}")]
    kinds = [(f"forge {name}", config["kind"]) for name, config in found.forges.items()]
    kinds += [("workspace", found.workspace["kind"]), *(("notifier", config["kind"]) for config in found.notifiers)]
    kinds += [(f"spreadsheet of {slug}", sheet.adapter["kind"]) for slug, sheet in found.sheets.items()]
    return [(port, str(kind)) for port, kind in kinds]
