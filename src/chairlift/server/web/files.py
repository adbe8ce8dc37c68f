"""The services file and campaign files: edited, checked as one types, compared, and loaded when somebody says so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from chairlift import catalogues
from chairlift.core.files import FileProblems, Problem
from chairlift.core.reading import fold
from chairlift.core.schedule import counted
from chairlift.server import drafts, queries
from chairlift.server.actions import NotPossible
from chairlift.server.models import Campaign, Draft
from chairlift.server.web import installation, rows
from chairlift.server.web.access import Request
from chairlift.server.web.compare import compare

#: Letters that a page lets people edit; a larger file comes and goes as a file.
EDITABLE = 200_000
#: Problems that are named; whoever mends them checks again.
_NAMED = 100
_EFFECTS = ("added", "changed", "same", "left out", "problem")


# Editing


def services(request: Request) -> HttpResponse:
    """The services file as it holds, to edit; POST checks what was written, and leads to what it would change."""
    return _edit(request, None)


def campaign_file(request: Request, slug: str) -> HttpResponse:
    """The same for the file of a campaign."""
    return _edit(request, queries.campaign(slug))


def services_text(request: Request) -> HttpResponse:
    """The services file as it holds, to save."""
    return _plain(drafts.holds(None)[0], "services.toml")


def _edit(request: Request, campaign: Campaign | None) -> HttpResponse:
    held, _, at = drafts.holds(campaign)
    text, began, problems = held, drafts.edition(held), list[Problem]()
    if request.method == "POST":
        began = request.POST.get("began", "")
        text, problems = _given(request)
        problems = problems or list(_problems(request, campaign, text))
        if request.headers.get("HX-Request"):
            # Only looked at, as they type.
            return render(request, "web/found.html", {"problems": problems[:_NAMED], "more": _more(problems)})
        if not problems:
            assert request.reader
            draft = drafts.make(campaign, text, began, request.reader.name, request.now)
            return redirect(_address(draft))
    elif number := rows.number(request.GET.get("draft", "")):
        text = get_object_or_404(Draft, pk=number, campaign=campaign).text
    context = {
        "campaign": campaign, "text": text, "began": began, "loaded": at, "problems": problems[:_NAMED],
        "more": _more(problems), "large": campaign is None and len(text) > EDITABLE, "forges": _forges(),
        "checks": True,
    }  # fmt: skip
    return render(request, "web/file.html", context, status=409 if problems else 200)


def _given(request: Request) -> tuple[str, list[Problem]]:
    """What was typed or sent; browsers end lines in their own way."""
    sent = request.FILES.get("file")
    if sent is None:
        return request.POST.get("text", "").replace("\r\n", "\n"), []
    try:
        return sent.read().decode("utf-8-sig").replace("\r\n", "\n"), []
    except UnicodeDecodeError as error:
        return "", [Problem(sent.name or "the file", 1, f"it is no UTF-8 at byte {error.start}", "save it as UTF-8")]


def _problems(request: Request, campaign: Campaign | None, text: str) -> tuple[Problem, ...]:
    if campaign is None:
        return drafts.problems_of_services(text)
    assert request.reader
    return drafts.problems_of_campaign(text, campaign, request.roster, request.reader.operator)


def _more(problems: list[Problem]) -> int:
    return max(len(problems) - _NAMED, 0)


def _forges() -> list[str]:
    try:
        return sorted(installation.now().forges)
    except installation.Unreadable:
        return []


# Importing


def take_in(request: Request) -> HttpResponse:
    """Lays catalogues over the services file that holds, and leads to what that would change; loads nothing."""
    service = request.POST.get("service", "").strip()
    files = [catalogues.File(each.name or "file", each.read(), service) for each in request.FILES.getlist("file")]
    if not files:
        raise NotPossible("choose at least one file: CSV, XLSX, catalog-info.yaml or CODEOWNERS")
    held = drafts.holds(None)[0]
    found = catalogues.propose(held, catalogues.read(files), request.POST.get("forge", ""))
    assert request.reader
    return redirect(_address(drafts.make_import(found, drafts.edition(held), request.reader.name, request.now)))


# What would change


def services_draft(request: Request, number: int) -> HttpResponse:
    return _draft(request, get_object_or_404(Draft, pk=number, campaign=None))


def campaign_draft(request: Request, slug: str, number: int) -> HttpResponse:
    return _draft(request, get_object_or_404(Draft, pk=number, campaign=queries.campaign(slug)))


def draft_text(request: Request, number: int) -> HttpResponse:
    """The whole text of a draft of the services file, to save."""
    return _plain(get_object_or_404(Draft, pk=number, campaign=None).text, "services.toml")


def _draft(request: Request, draft: Draft) -> HttpResponse:
    """What loading it would change, row by row and line by line; POST loads it."""
    refused: list[str] = []
    if request.method == "POST":
        assert request.reader
        without, who = bool(request.POST.get("without")), request.reader
        try:
            done = drafts.load(draft, request.roster, who.operator, who.name, request.now, without)
            messages.success(request, "The file is loaded: it holds from now on." if done else "It was loaded already.")
            return redirect(_address(draft))
        except NotPossible as error:
            refused = [str(error)]
        except FileProblems as error:
            refused = [str(problem) for problem in error.problems[:_NAMED]]
    held, _, at = drafts.holds(draft.campaign)
    asked = drafts.suggestions(draft)
    context = {
        "campaign": draft.campaign, "draft": draft, "refused": refused, "loaded": at,
        "meanwhile": not draft.loaded_at and drafts.edition(held) != draft.began,
        "same": held == draft.text, "found": compare(held, draft.text), "asked": asked[:rows.A_PAGE],
        "asked_more": max(len(asked) - rows.A_PAGE, 0), "edit": _edit_address(draft), **_effects(request, draft),
        **_who(request, draft),
    }  # fmt: skip
    return render(request, "web/draft.html", context, status=409 if refused else 200)


def _effects(request: Request, draft: Draft) -> dict[str, Any]:
    """The rows of an import, a page of them; problems first unless another kind is wanted."""
    every = drafts.effects(draft)
    counts = {what: sum(each.what == what for each in every) for what in _EFFECTS}
    what = request.GET.get("what", "")
    chosen = [each for each in every if each.what == what] if what in _EFFECTS else every
    page = Paginator(chosen, rows.A_PAGE).get_page(request.GET.get("page", "1"))
    return {"counts": counts, "what": what, "page": page, "imported": bool(every), "bad": counts["problem"]}


def _who(request: Request, draft: Draft) -> dict[str, Any]:
    """What a services file does to people and services, in numbers and the first names."""
    if draft.campaign is not None or draft.loaded_at:
        return {}
    before, after = request.roster, draft.roster
    people = {fold(each.name) for each in after.people}
    gone = sorted(each.name for each in before.services if not after.has(each.name))
    assert request.reader
    return {
        "gone": gone[:20], "gone_more": max(len(gone) - 20, 0),
        "leaving": [each.name for each in before.people if fold(each.name) not in people][:20],
        "out": fold(request.reader.name) not in people,
        "sizes": f"{counted(len(after.services), 'service')}, {counted(len(after.squads), 'squad')}",
    }  # fmt: skip


def _address(draft: Draft) -> str:
    if draft.campaign is None:
        return reverse("operator-draft", args=[draft.pk])
    return reverse("campaign-draft", args=[draft.campaign.slug, draft.pk])


def _edit_address(draft: Draft) -> str:
    edit = reverse("campaign-file", args=[draft.campaign.slug]) if draft.campaign else reverse("operator-services")
    return f"{edit}?draft={draft.pk}"


def _plain(text: str, name: str) -> HttpResponse:
    there = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=there)
