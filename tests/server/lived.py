"""A campaign of some dozens, or of thousands, that was lived up to now: rows and log as a worker leaves them."""

from __future__ import annotations

from datetime import timedelta

from chairlift.core.decision import Party
from chairlift.core.log import Kind
from chairlift.server.models import Entry, Upgrade
from tests.core.campaigns import LEVELS, STEPS
from tests.server.world import campaign_text

NAMES = ("Hands-off", "Trust but verify", "Review everything")
PREPARE = """
[[freeze]]
first = 2026-03-16
last = 2026-03-27
why = "end of the quarter"
[waves]
sizes = [4, 12]
[[change]]
slug = "prepare"
title = "Works on both versions"
[change.recipe]
run = "true"
"""
TIMES = """
notice = "3 working days"
watch = "8 days"
soak = "1 day"
"""


def text() -> str:
    """The campaign file of `tests.core.campaigns`."""
    found = campaign_text(times=TIMES, tables=PREPARE, head="")
    return found.replace('slug = "upgrade"', 'slug = "upgrade"\nafter = "deploy"')


def write(campaign, services, begun, now):
    """Lay the lives of these services over the campaign's rows, in the order of their names."""
    day = timedelta(days=1)
    so_far = (now - begun) / day
    rows = list(Upgrade.objects.filter(campaign=campaign).select_related("service").order_by("service__name"))
    entries = []

    def note(row, kind, at, **more):
        entries.append(Entry(campaign=campaign, upgrade=row, at=begun + at * day, by="chairlift", kind=kind, **more))

    for row, service in zip(rows, services, strict=True):
        if service.chosen > so_far:
            row.change, row.step, row.decision, row.whom = "prepare", "create", "ask", Party.SQUAD
            row.question, row.until, row.since = "prepare/create/choose", campaign.value.choose_by, begun
            row.why = f"{row.service.squad} has not chosen a service level yet; until then there is only the plan"
            continue
        row.level = NAMES[service.level]
        note(row, Kind.CHOSE, service.chosen, about=row.level)
        row.change, row.step, row.decision, row.why = "prepare", "create", "wait", "waits for its wave"
        if service.admitted is None or service.admitted > so_far:
            continue
        row.admitted_at = begun + service.admitted * day
        for (number, step), (start, end) in service.spans.items():
            change = ("prepare", "upgrade")[number]
            if start <= so_far:
                note(row, Kind.STANDS, start, change=change, step=step, about="wait")
            if start <= so_far < end:
                squads = step in LEVELS[service.level]
                row.change, row.step, row.decision = change, step, "ask" if squads else "wait"
                row.whom = Party.SQUAD if squads else ""
                row.since = begun + start * day
                row.until = row.since + timedelta(days=14)
                row.why = f"{change}: {row.service.squad if squads else 'Chairlift'} is to {step}"
                row.question = f"{change}/{step}/it" if squads else ""
            if step == "test" and end <= so_far:
                note(row, Kind.JUDGED, end, change=change, step=step, data={"health": "healthy"})
        if service.end <= so_far:
            row.done_at, row.decision, row.step, row.whom, row.until = begun + service.end * day, "done", "", "", None
            row.why = "every change is merged and runs, and the re-scan agrees"
    Entry.objects.bulk_create(entries, 1000)
    fields = [
        "level",
        "change",
        "step",
        "decision",
        "whom",
        "question",
        "until",
        "since",
        "why",
        "admitted_at",
        "done_at",
    ]
    Upgrade.objects.bulk_update(rows, fields, 500)


assert len(STEPS) == 6
