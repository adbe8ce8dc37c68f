"""A person's own page: how they want the pages, and where they are signed in."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.server.actions import NotPossible
from chairlift.server.web import preferences, rosters, sessions
from chairlift.server.web.access import Request

logger = logging.getLogger("chairlift.sign_in")


def you(request: Request) -> HttpResponse:
    """GET shows all of it; POST does what the button says."""
    assert request.reader
    name = request.reader.name
    if request.method == "POST":
        return _do(request, name)
    context = {
        "person": request.roster.person(name),
        "wanted": preferences.of_reader(request),
        "themes": preferences.THEMES.items(),
        "zones": preferences.zones(),
        "squads_zone": rosters.squads_zone(request),
        "sessions": sessions.of(name, request.session.session_key, request.now),
    }
    return render(request, "web/you.html", context)


def _do(request: Request, name: str) -> HttpResponse:
    what = request.POST.get("what", "")
    if what == "settings":
        preferences.keep(name, request.POST.get("theme", ""), request.POST.get("zone", ""))
        messages.success(request, "Your settings are kept.")
    elif what == "end":
        over = sessions.end(name, request.POST.get("session", ""), request.now)
        logger.info("%s signed another browser out", name)
        messages.success(request, "That browser is signed out." if over else "That browser was signed out already.")
    elif what == "end-all":
        count = sessions.end_all(name)
        logger.info("%s signed out everywhere: %d sessions", name, count)
        request.session.flush()
        return redirect("sign-in")
    else:
        raise NotPossible("the form does not say what to do")
    return redirect("you")
