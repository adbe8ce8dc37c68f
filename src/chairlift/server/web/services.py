"""One service: all that is known of it, and what people say there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from chairlift.core.decision import StepName
from chairlift.core.log import Kind
from chairlift.server import actions, queries
from chairlift.server.models import Campaign, Entry, Upgrade
from chairlift.server.web import access, plots, rows
from chairlift.server.web.access import Request
from chairlift.server.web.once import once
from chairlift.steps import texts


def service(request: Request, slug: str, name: str) -> HttpResponse:
    """Where it stands and why, whose turn it is, the one button for it, and the evidence below."""
    campaign = queries.campaign(slug)
    upgrade = queries.upgrade(name, campaign)
    assert request.reader
    ours = access.of_team(request.reader, campaign, request.roster)
    known = request.roster.has(upgrade.service.name)
    value = request.roster.service(upgrade.service.name) if known else None
    told = queries.reasoning(upgrade, request.now)
    row = rows.row(campaign, upgrade, request.now)
    mine = known and request.reader.speaks_for(upgrade.service.squad, ours)
    context = {
        "live": "#stands,#evidence,#log",
        "campaign": campaign, "value": campaign.value, "row": row, "told": told, "mine": mine,
        "yours": ours if row.stands.turn == "project team" else row.stands.turn in request.reader.squads,
        "held": any(each.startswith("hold: ") for each in told.blockers),
        "retries": _retries(row),
        "link": _link(campaign, row) if mine else None,
        "environments": (value.environments if value else ()) or campaign.value.environments,
        "changes": [_Change(slug, each) for slug, each in told.evidence.get("changes", {}).items()],
        "chose": Entry.objects.filter(upgrade=upgrade, kind=Kind.CHOSE).order_by("-pk").first(),
        "log": list(reversed(told.log)),
    }  # fmt: skip
    return render(request, "web/service.html", context)


def _retries(row: rows.Row) -> str:
    """How the button stands there that tries once more: first where the reason asks for it, or last, or not at all."""
    if texts.RETRY in row.upgrade.why:
        return "first"
    return "last" if row.decision in ("stop", "refused") else ""


def _link(campaign: Campaign, row: rows.Row) -> tuple[str, str] | None:
    """Where the reader goes for what only happens elsewhere: words and an address."""
    if not row.upgrade.level:
        return "Choose a service level", reverse("choose", args=[campaign.slug])
    here = row.stands.turn == row.squad
    planned = row.upgrade.evidence.get("changes", {}).get(row.change, {}).get("plan", {}).get("commit")
    if here and row.step == StepName.CREATE and planned:
        return "See the patch and take it", reverse("change", args=[campaign.slug, row.change, row.service])
    pull = row.stands.pull
    if here and row.step in (StepName.REVIEW, StepName.MERGE) and pull.startswith(("https://", "http://")):
        return "Review the pull request" if row.step == StepName.REVIEW else "Merge the pull request", pull
    return None


@dataclass(frozen=True)
class _Change:
    """The evidence of one change, with what is drawn of it."""

    slug: str
    seen: dict[str, Any]

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        judged = self.seen.get("verdicts", {})
        return [{**each, "environment": name, "plots": plots.of_verdict(each)} for name, each in judged.items()]


def _deployed(request: Request, upgrade: Upgrade, by: str) -> str:
    where = actions.deployed(upgrade, request.POST.get("environment", ""), by, request.roster, request.now)
    return f"Recorded: it runs in {where}."


def _tested(request: Request, upgrade: Upgrade, by: str) -> str:
    where = request.POST.get("environment", "")
    actions.sign_off(upgrade, request.POST.get("why", ""), by, request.roster, request.now, where)
    return "Recorded: you have tested what runs now."


def _held(request: Request, upgrade: Upgrade, by: str) -> str:
    actions.hold(upgrade, request.POST.get("why", ""), by, request.roster, request.now)
    return "Held: nothing is merged or deployed until somebody resumes."


def _resumed(request: Request, upgrade: Upgrade, by: str) -> str:
    actions.resume(upgrade, request.POST.get("why", ""), by, request.roster, request.now)
    return "Resumed: it goes on."


def _said(request: Request, upgrade: Upgrade, by: str) -> str:
    actions.update(upgrade, request.POST.get("why", ""), by, request.roster, request.now)
    return "Your update is in the log."


def _retried(request: Request, upgrade: Upgrade, by: str) -> str:
    actions.retry(upgrade, by, request.POST.get("why", ""), request.roster, request.now)
    return "It is tried once more."


#: What a person can say of one service, by the word in the form.
WORDS: Mapping[str, Callable[[Request, Upgrade, str], str]] = MappingProxyType(
    {"deployed": _deployed, "tested": _tested, "hold": _held, "resume": _resumed, "said": _said, "retry": _retried}
)


@once
def say(request: Request, slug: str, name: str) -> HttpResponse:
    """Do what the form's button says, once, and back to the service."""
    upgrade = queries.upgrade(name, queries.campaign(slug))
    assert request.reader
    act = WORDS.get(request.POST.get("what", ""))
    if act is None:
        raise actions.NotPossible("the form does not say what to do")
    messages.success(request, act(request, upgrade, request.reader.name))
    return redirect("service", slug=slug, name=upgrade.service.name)
