"""What cannot be shown or done: what happened, what was kept, what to do; a page for people, a problem for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chairlift.server.web.api import problems


def page(request: HttpRequest, status: int, what: str, remedy: str) -> HttpResponse:
    if problems.wanted(request):
        return problems.of_status(request, status, f"{what} {remedy}")
    return render(request, "web/error.html", {"what": what, "remedy": remedy}, status=status)


def refused(request: HttpRequest, why: str) -> HttpResponse:
    remedy = f"That is a fault of Chairlift: {why}. Please report it."
    if problems.wanted(request):
        return problems.answer(request, problems.CLOSED, remedy)
    return page(request, 403, "This page is closed.", remedy)


def not_here(request: HttpRequest) -> HttpResponse:
    return page(request, 405, "There is nothing to send to this page.", "Nothing was changed. Go back and reload it.")


def not_yours(request: HttpRequest, need: str) -> HttpResponse:
    remedy = (
        f"It takes somebody who is {need}. Nothing was changed. If that is you, ask whoever keeps the services file "
        "to add you there."
    )
    if problems.wanted(request):
        return problems.answer(request, problems.NOT_YOURS, remedy)
    return page(request, 403, "You cannot do this here.", remedy)


def not_possible(request: HttpRequest, why: str) -> HttpResponse:
    if problems.wanted(request):
        return problems.answer(request, problems.NOT_POSSIBLE, why)
    return page(request, 409, "That is not possible.", f"{why}. Nothing was changed.")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    why = str(exception.args[0]) if exception is not None and exception.args and _plain(exception.args[0]) else ""
    if problems.wanted(request):
        unknown = "It may be mistyped, or newer than this server; /api/v1/openapi.json has all that there are."
        return problems.answer(request, problems.NOT_FOUND if why else problems.UNKNOWN, why or unknown)
    return page(
        request, 404, "There is no such page.", f"{why or 'The address may be mistyped'}. Begin at the start page."
    )


def _plain(words: object) -> bool:
    return isinstance(words, str)


def unreadable(request: HttpRequest, exception: Any = None) -> HttpResponse:
    # What it says of itself is for the operator: it may hold what was sent.
    return page(request, 400, "The request cannot be read.", "Nothing was changed. Begin at the start page.")


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request, 403, "This form is too old, or was not made by this page.",
        "Nothing was changed. Go back, reload the page, and send it again; cookies must be allowed.",
    )  # fmt: skip


def broken(request: HttpRequest) -> HttpResponse:
    if problems.wanted(request):
        return problems.answer(request, problems.BUG, "That is a bug in Chairlift, not yours; its log says more.")
    # Without the template: whatever broke may be what the template needs.
    text = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Chairlift is in trouble</title>"
        "<h1>Chairlift is in trouble.</h1><p>That is a bug in Chairlift, not yours; nothing of this page was saved. "
        "Its log says more. Reload the page, or go <a href='/'>to the start</a>.</p></html>"
    )
    return HttpResponse(text, status=500)
