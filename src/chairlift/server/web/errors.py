"""Pages for what cannot be shown: what happened, what was kept, what to do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page(request: HttpRequest, status: int, what: str, remedy: str) -> HttpResponse:
    return render(request, "web/error.html", {"what": what, "remedy": remedy}, status=status)


def refused(request: HttpRequest, why: str) -> HttpResponse:
    return page(request, 403, "This page is closed.", f"That is a fault of Chairlift: {why}. Please report it.")


def not_here(request: HttpRequest) -> HttpResponse:
    return page(request, 405, "There is nothing to send to this page.", "Nothing was changed. Go back and reload it.")


def not_yours(request: HttpRequest, need: str) -> HttpResponse:
    return page(
        request, 403, "You cannot do this here.",
        f"It takes somebody who is {need}. Nothing was changed. If that is you, ask whoever keeps the services file "
        "to add you there.",
    )  # fmt: skip


def not_possible(request: HttpRequest, why: str) -> HttpResponse:
    return page(request, 409, "That is not possible.", f"{why}. Nothing was changed.")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    why = str(exception.args[0]) if exception is not None and exception.args and _plain(exception.args[0]) else ""
    return page(
        request, 404, "There is no such page.", f"{why or 'The address may be mistyped'}. Begin at the start page."
    )


def _plain(words: object) -> bool:
    return isinstance(words, str)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request, 403, "This form is too old, or was not made by this page.",
        "Nothing was changed. Go back, reload the page, and send it again; cookies must be allowed.",
    )  # fmt: skip


def broken(request: HttpRequest) -> HttpResponse:
    # Without the template: whatever broke may be what the template needs.
    text = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Chairlift is in trouble</title>"
        "<h1>Chairlift is in trouble.</h1><p>That is a bug in Chairlift, not yours; nothing of this page was saved. "
        "Its log says more. Reload the page, or go <a href='/'>to the start</a>.</p></html>"
    )
    return HttpResponse(text, status=500)
