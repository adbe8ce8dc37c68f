"""Coming in by a link, and leaving."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from chairlift.server.web import links
from chairlift.server.web.access import PERSON, Request


def sign_in(request: Request) -> HttpResponse:
    """GET shows a button, so that a mail program that opens links to look at them uses none up; POST signs in."""
    key = request.GET.get("key", "")
    if request.method != "POST":
        return render(request, "web/sign_in.html", {"key": key, "next": _inside(request, request.GET.get("next", ""))})
    person = links.use(request.POST.get("key", ""), request.now)
    if person is None:
        return render(request, "web/sign_in.html", {"stale": True, "key": ""}, status=403)
    # A session that somebody else planted in this browser must not become theirs.
    request.session.cycle_key()
    request.session[PERSON] = person
    return HttpResponseRedirect(_inside(request, request.POST.get("next", "")))


def sign_out(request: Request) -> HttpResponse:
    request.session.flush()
    return HttpResponseRedirect("/sign-in")


def _inside(request: Request, address: str) -> str:
    """Where to go on; never to another site."""
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return "/"
