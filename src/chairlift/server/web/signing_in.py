"""Coming in by a link or through a provider, and leaving."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from chairlift.core.accounts import Account, whose
from chairlift.core.files import Provider
from chairlift.plugins import BadConfiguration
from chairlift.ports import Refused, Unavailable
from chairlift.server import queries
from chairlift.server.web import links, sessions
from chairlift.server.web.access import Request
from chairlift.server.web.answering import inside
from chairlift.server.web.identity import flow
from chairlift.server.web.identity.configured import providers

logger = logging.getLogger("chairlift.sign_in")


def sign_in(request: Request) -> HttpResponse:
    """GET shows a button, so that a mail program that opens links to look at them uses none up; POST signs in."""
    if request.method != "POST":
        return _door(request, request.GET.get("next", ""), key=request.GET.get("key", ""))
    after = request.POST.get("next", "")
    person = links.use(request.POST.get("key", ""), request.now)
    if person is None:
        problem = "This link was used already, was taken back, or its hour is over. Nobody was signed in."
        return _door(request, after, 403, problem=problem)
    sessions.begin(request, person, "a link", request.now)
    logger.info("%s signed in by a link", person)
    return HttpResponseRedirect(inside(request, after))


def sign_out(request: Request) -> HttpResponse:
    assert request.reader
    logger.info("%s signed out", request.reader.name)
    request.session.flush()
    return HttpResponseRedirect("/sign-in")


def leave(request: Request, name: str) -> HttpResponse:
    """Off to the provider: a page that goes there by itself, as our policy lets no form lead to another site."""
    provider, after = _provider(name), inside(request, request.POST.get("next", ""))
    try:
        address = flow.leave(request, provider, after, request.now)
    except (Unavailable, Refused, BadConfiguration) as error:
        return _trouble(request, provider, after, error)
    return render(request, "web/leaving.html", {"provider": provider, "address": address, "next": after})


def back(request: Request, name: str) -> HttpResponse:
    """From the provider: signed in as the one person whom its answer names, or told why not."""
    provider = _provider(name)
    try:
        asked = flow.asked(request, provider, request.now)
    except flow.Strange:
        problem = (
            "This answer belongs to no sign-in that began in this browser just now. Nobody was signed in; try again."
        )
        return _door(request, "", 400, problem=problem)
    try:
        account = flow.account(request, provider, asked, request.now)
    except (Unavailable, Refused, BadConfiguration) as error:
        return _trouble(request, provider, asked.after, error)
    people = whose(account, request.roster)
    if len(people) != 1:
        found = ", ".join(each.name for each in people[:5]) or "nobody"
        logger.warning("%s of %s is %s in the services file", _shown(account), provider.name, found)
        context = {"provider": provider, "account": account, "several": people, "next": asked.after}
        return render(request, "web/stranger.html", context, status=403)
    (person,) = people
    groups = [each for each in account.groups if each in provider.squads]
    squads = provider.squads_of(tuple(groups))
    sessions.begin(
        request, person.name, provider.title, request.now, {"of": provider.name, "are": groups} if groups else None
    )
    more = f", and there in: {', '.join(squads)}" if squads else ""
    logger.info("%s signed in as %s of %s%s", person.name, _shown(account), provider.name, more)
    return HttpResponseRedirect(inside(request, asked.after))


def _provider(name: str) -> Provider:
    try:
        return providers()[name]
    except KeyError:
        raise queries.NotFound("nobody signs in by this address") from None


def _trouble(request: Request, provider: Provider, after: str, error: Exception) -> HttpResponse:
    """What happened goes to the log; the page says what to do."""
    logger.warning("signing in with %s: %s", provider.name, _line(str(error)))
    if isinstance(error, Unavailable):
        problem = f"{provider.title} does not answer. Nobody was signed in, and nothing is lost; try again in a minute."
        return _door(request, after, 503, problem=problem)
    if isinstance(error, BadConfiguration):
        problem = f"{provider.title} is not set up here. Whoever runs this server sees why in its log."
        return _door(request, after, 503, problem=problem)
    if request.GET.get("error"):
        problem = f"{provider.title} did not let you in. Nobody was signed in; try again, and agree there."
        return _door(request, after, 403, problem=problem)
    problem = (
        f"What {provider.title} answered cannot be believed, so nobody was signed in. Try again; if it stays so, "
        "tell whoever runs this server, whose log says why."
    )
    return _door(request, after, 403, problem=problem)


def _door(request: Request, after: str, status: int = 200, **more: Any) -> HttpResponse:
    """The page with all ways in; `after` is where they lead."""
    context = {"next": inside(request, after), "providers": list(providers().values()), **more}
    return render(request, "web/sign_in.html", context, status=status)


def _shown(account: Account) -> str:
    return _line(account.shown)


def _line(words: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in words)[:300]
