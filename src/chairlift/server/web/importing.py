"""A spreadsheet's choices: shown first, with what every row does, then recorded; and what differs in a shared one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.core.schedule import counted
from chairlift.server import actions, queries, syncing
from chairlift.server import sheet as sheet_of
from chairlift.server.models import Campaign, SheetConflict, SheetDraft, SheetState
from chairlift.server.web import rows
from chairlift.server.web.access import Request

#: A spreadsheet of ten thousand rows is a tenth of it.
LARGEST = 8 * 2**20
#: Rows that are shown; those with problems come first.
SHOWN = 200
#: How long a spreadsheet that was only looked at is kept.
KEPT = timedelta(days=1)


def upload(request: Request, slug: str) -> HttpResponse:
    """Takes the file, and leads to what it would do."""
    campaign = queries.campaign(slug)
    assert request.reader
    if request.method != "POST":
        return render(request, "web/import.html", {"campaign": campaign, "value": campaign.value})
    SheetDraft.objects.filter(at__lt=request.now - KEPT).delete()
    file = request.FILES.get("file")
    if file is None or not file.size:
        raise actions.NotPossible(
            "there is no file in the form, or it is empty: choose a CSV, XLSX, Markdown or JSON one"
        )
    if file.size > LARGEST:
        raise actions.NotPossible(f"the file is larger than {LARGEST // 2**20} MB: leave out what is no choice")
    name = PurePath(file.name or "sheet").name.replace("\0", "")[:200]
    draft = SheetDraft(campaign=campaign, person=request.reader.name, name=name, data=file.read(), at=request.now)
    draft.save()
    return redirect("import-seen", slug=slug, number=draft.pk)


def seen(request: Request, slug: str, number: int) -> HttpResponse:
    """What every row would do; and, when the form is sent, doing it."""
    campaign = queries.campaign(slug)
    assert request.reader
    draft = SheetDraft.objects.filter(pk=number, campaign=campaign, person=request.reader.name).first()
    if draft is None:
        if request.method == "POST":
            # Sent twice, by one impatient hand: the first has done it.
            return redirect("sheet", slug=slug)
        raise queries.NotFound("that spreadsheet was recorded already, or a day has gone by: choose the file once more")
    found = _take_in(request, campaign, draft, dry_run=request.method != "POST")
    if request.method == "POST" and not found.problems:
        draft.delete()
        messages.success(request, f"Recorded: {counted(len(found.effects), 'choice')}; {found.same} were so already.")
        return redirect("sheet", slug=slug)
    effects = sorted(found.effects, key=lambda each: (not each.problem, each.row))
    named = sum(bool(each.problem) for each in found.effects)
    context = {
        "campaign": campaign, "value": campaign.value, "draft": draft, "found": found,
        "effects": effects[:SHOWN], "more": len(effects) - SHOWN,
        # Those of rows that could not even be read; the others stand beside their row.
        "unread": found.problems[: len(found.problems) - named][:SHOWN],
        "unread_more": len(found.problems) - named - SHOWN,
        # A formula that no spreadsheet has worked out shows nothing, too: nobody should think that it was taken.
        "unchosen": found.unchosen and f" {counted(found.unchosen, 'row')} without a level: nothing changes there.",
    }  # fmt: skip
    return render(request, "web/import_seen.html", context, status=409 if request.method == "POST" else 200)


def _take_in(request: Request, campaign: Campaign, draft: SheetDraft, dry_run: bool) -> sheet_of.TakenIn:
    assert request.reader
    # Whoever is named in a file has not said so here: on a page every choice is the reader's own.
    speaker = sheet_of.Speaker(request.reader.name, alone=True)
    data = bytes(draft.data)
    return sheet_of.take_in(campaign, request.roster, data, draft.name, speaker, request.now, dry_run)


def conflicts(request: Request, slug: str) -> HttpResponse:
    """What differs between Chairlift and the shared spreadsheet, to be settled by a person."""
    campaign = queries.campaign(slug)
    assert request.reader
    found = SheetConflict.objects.filter(campaign=campaign).order_by("service", "heading")
    if request.method == "POST":
        row = found.filter(pk=rows.number(request.POST.get("conflict", "")) or 0).first()
        if row is None:
            raise actions.NotPossible("this was settled meanwhile: look again at what is left")
        text = syncing.settle(row, request.POST.get("take", ""), request.reader.name, request.roster, request.now)
        messages.success(request, f"Settled: {text}.")
        return redirect("conflicts", slug=slug)
    context = {
        "live": "#differs", "campaign": campaign, "value": campaign.value,
        "rows": found[:SHOWN], "count": (count := found.count()), "more": count - SHOWN,
        "state": SheetState.objects.filter(campaign=campaign).first(),
    }  # fmt: skip
    return render(request, "web/conflicts.html", context)
