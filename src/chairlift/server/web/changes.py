"""What a change does to a service: its patch, by file."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from chairlift.plugins import BadConfiguration
from chairlift.ports import Refused, Unavailable
from chairlift.server import queries
from chairlift.server.web import diffs, installation, rows
from chairlift.server.web.access import Request


def change(request: Request, slug: str, change: str, name: str) -> HttpResponse:
    """The patch that the recipe has made, in colours; of a large one some files stand on pages of their own."""
    campaign = queries.campaign(slug)
    upgrade = queries.upgrade(name, campaign)
    patch, trouble = diffs.Patch(), ""
    try:
        base, commit = queries.patch_of(upgrade, change)
        text = installation.outside().patch(request.roster.service(upgrade.service.name), base, commit)
        patch = diffs.read(text)
        if not patch.files:
            trouble = f"this patch cannot be shown ({patch.broken or 'no file is in it'}); 'chairlift patch' has it all"
    except Unavailable as error:
        trouble = f"the repository does not answer now ({error}); reload the page in a minute"
    except (Refused, BadConfiguration, installation.Unreadable, LookupError) as error:
        trouble = f"the repository cannot be read: {error.args[0] if error.args else error}"
    number = rows.number(request.GET.get("file", ""))
    number = number if number is not None and number < len(patch.files) else None
    context = {
        "campaign": campaign, "value": campaign.value, "upgrade": upgrade, "change": change, "trouble": trouble,
        "patch": diffs.page(patch, number), "only": number,
        "plan": upgrade.evidence.get("changes", {}).get(change, {}).get("plan", {}),
    }  # fmt: skip
    return render(request, "web/change.html", context, status=503 if trouble else 200)
