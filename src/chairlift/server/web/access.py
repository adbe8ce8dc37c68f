"""Who may open which page and press which button: the one table, and the middleware that holds it.

That a person may speak for a service is asked once more where it is written down (`actions.voice`), so that a page, the
command line and a comment in a pull request cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from chairlift.core.files import Roster
from chairlift.core.reading import fold
from chairlift.server import actions, queries
from chairlift.server.models import ApiToken, Campaign, team
from chairlift.server.web import errors, health, operators, preferences, rosters, sessions, tokens
from chairlift.server.web.api import problems
from chairlift.server.web.identity.configured import providers
from chairlift.server.web.scopes import Scope

_CHALLENGE = 'Bearer realm="chairlift"'


class Need(Enum):
    """What somebody must be."""

    ANYONE = "anyone"
    READER = "signed in"
    SQUAD = "of the squad that owns the service, or of the project team"
    TEAM = "of the project team"
    METRICS = "a program with the operator's token"
    OPERATOR = "an operator, whom chairlift.toml names"
    TEAM_OR_OPERATOR = "of the project team, or an operator"
    NOBODY = "nobody: the page has nothing to press"


@dataclass(frozen=True)
class Rule:
    """What it takes to open a page, and to send its form."""

    read: Need
    write: Need = Need.NOBODY


#: Every page by its name; what is not here is refused.
TABLE: Mapping[str, Rule] = MappingProxyType(
    {
        "health": Rule(Need.ANYONE),
        "ready": Rule(Need.ANYONE),
        "metrics": Rule(Need.METRICS),
        # The signature of the body is what opens it: a forge has no session.
        "hook": Rule(Need.NOBODY, Need.ANYONE),
        "sign-in": Rule(Need.ANYONE, Need.ANYONE),
        "sign-out": Rule(Need.NOBODY, Need.READER),
        "sign-in-with": Rule(Need.NOBODY, Need.ANYONE),
        "sign-in-back": Rule(Need.ANYONE),
        "you": Rule(Need.READER, Need.READER),
        "start": Rule(Need.READER),
        # The address itself is what opens it: calendar programs have no session.
        "calendar": Rule(Need.ANYONE),
        "calendar-key": Rule(Need.NOBODY, Need.READER),
        "menu": Rule(Need.READER),
        "choose": Rule(Need.READER, Need.SQUAD),
        "sheet": Rule(Need.READER),
        "sheet-export": Rule(Need.READER),
        "board": Rule(Need.READER),
        "again": Rule(Need.NOBODY, Need.TEAM),
        "log": Rule(Need.READER),
        # Each row of a file, and each cell, is asked for once more where it is written down.
        "import": Rule(Need.READER, Need.READER),
        "import-seen": Rule(Need.READER, Need.SQUAD),
        "conflicts": Rule(Need.READER, Need.SQUAD),
        "timeline": Rule(Need.READER),
        "squad": Rule(Need.READER),
        "change": Rule(Need.READER),
        "deliveries": Rule(Need.TEAM, Need.TEAM),
        "report": Rule(Need.READER),
        "report-paste": Rule(Need.READER),
        "report-rows": Rule(Need.READER),
        "service": Rule(Need.READER),
        "service-say": Rule(Need.NOBODY, Need.SQUAD),
        "campaign-say": Rule(Need.NOBODY, Need.TEAM),
        "admin": Rule(Need.TEAM, Need.TEAM),
        "campaign-file": Rule(Need.TEAM_OR_OPERATOR, Need.TEAM_OR_OPERATOR),
        "campaign-draft": Rule(Need.TEAM_OR_OPERATOR, Need.TEAM_OR_OPERATOR),
        "operator": Rule(Need.OPERATOR),
        "operator-access": Rule(Need.OPERATOR, Need.OPERATOR),
        "operator-services": Rule(Need.OPERATOR, Need.OPERATOR),
        "operator-services-text": Rule(Need.OPERATOR),
        "operator-import": Rule(Need.NOBODY, Need.OPERATOR),
        "operator-draft": Rule(Need.OPERATOR, Need.OPERATOR),
        "operator-draft-text": Rule(Need.OPERATOR),
        "api-document": Rule(Need.ANYONE),
    }
)


@dataclass(frozen=True)
class Call:
    """What it takes to call an operation of the API: the scope of the token, and what its person must be."""

    scope: Scope | None
    need: Need = Need.READER


#: Every operation of the API by its name; what is not here is refused.
CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "api-me": Call(None),
        "api-campaigns": Call(Scope.READ),
        "api-campaign": Call(Scope.READ),
        "api-services": Call(Scope.READ),
        "api-service": Call(Scope.READ),
        "api-output": Call(Scope.READ),
        "api-log": Call(Scope.READ),
        "api-squad": Call(Scope.READ),
        "api-choose": Call(Scope.CHOOSE, Need.SQUAD),
        "api-update": Call(Scope.ACT, Need.SQUAD),
        "api-hold": Call(Scope.ACT, Need.SQUAD),
        "api-resume": Call(Scope.ACT, Need.SQUAD),
        "api-deployed": Call(Scope.ACT, Need.SQUAD),
        "api-tested": Call(Scope.ACT, Need.SQUAD),
        "api-retry": Call(Scope.ACT, Need.SQUAD),
        "api-documented": Call(Scope.ACT, Need.SQUAD),
        "api-promise": Call(Scope.ACT, Need.SQUAD),
        "api-block": Call(Scope.ACT, Need.SQUAD),
        "api-unblock": Call(Scope.ACT, Need.SQUAD),
        "api-exempt": Call(Scope.LEAD, Need.TEAM),
        "api-problem": Call(Scope.LEAD, Need.TEAM),
        "api-pause": Call(Scope.LEAD, Need.TEAM),
        "api-restart": Call(Scope.LEAD, Need.TEAM),
    }
)


@dataclass(frozen=True)
class Reader:
    """Who looks at the pages: a person of the services file, the squads that they are in, and whether they operate."""

    name: str
    squads: tuple[str, ...] = ()
    operator: bool = False

    def speaks_for(self, squad: str, ours: bool) -> bool:
        """Whether the buttons of a service of that squad are theirs; `ours` when they are of the project team."""
        return ours or squad in self.squads


class Request(HttpRequest):
    """A request as the views get it."""

    reader: Reader | None
    roster: Roster
    now: datetime
    #: Set where a program has asked.
    token: ApiToken


def reader_of(name: str, roster: Roster) -> Reader | None:
    """None for a name that is no longer in the services file: whoever left the company is out."""
    person = roster.person(name)
    if person is None:
        return None
    squads = tuple(s.name for s in roster.squads if fold(person.name) in {fold(each) for each in s.people})
    return Reader(person.name, squads, person.name in operators.now(roster))


def of_team(reader: Reader | None, campaign: Campaign, roster: Roster) -> bool:
    return reader is not None and fold(reader.name) in team(campaign.value, roster)


class Access:
    """Knows the reader, and lets nobody past who may not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        request.now = settings.CLOCK()
        request.roster = Roster()
        request.reader = None
        response = self._get_response(request)
        if response.status_code == 405 and problems.wanted(request):
            return _no_such_method(request, response)
        return response

    def process_view(
        self, request: Request, view: Callable[..., HttpResponse], args: object, kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in CALLS:
            return self._call(request, CALLS[name], kwargs)
        rule = TABLE.get(name)
        if rule is None:
            return errors.refused(request, f"no rule says who may open {name!r}")
        safe = request.method in ("GET", "HEAD", "OPTIONS")
        need = rule.read if safe else rule.write
        if need is Need.NOBODY:
            return errors.not_here(request)
        if need is Need.METRICS:
            return None if health.opens_metrics(request) else health.metrics_are_closed()
        if need is Need.ANYONE and name in ("health", "ready", "api-document", "hook"):
            return None
        name = str(request.session.get(sessions.PERSON, ""))
        request.roster = rosters.joined(name, _claimed(request))
        request.reader = reader_of(name, request.roster)
        if need is Need.ANYONE:
            return None
        if request.reader is None:
            return self._sign_in(request, safe)
        if _unwritable(request):
            return errors.page(request, 400, "There is a letter in it that is no text.", "Nothing was changed.")
        if not request.headers.get("HX-Request"):
            # A page that looks again by itself is nobody's click.
            sessions.touch(request.session, request.now)
        return None if self._may(request, need, kwargs) else errors.not_yours(request, need.value)

    def _call(self, request: Request, call: Call, kwargs: Mapping[str, Any]) -> HttpResponse | None:
        """A program's: by its token alone. A browser's cookie is worth nothing here, so no other site can use it."""
        request.roster = rosters.now()
        try:
            request.token = tokens.use(request.headers.get("Authorization", ""), request.now)
        except tokens.Wrong as wrong:
            return _no_token(request, str(wrong))
        request.reader = reader_of(request.token.person, request.roster)
        if request.reader is None:
            return _no_token(request, f"{request.token.person} is not in the services file any more.")
        if call.scope and call.scope not in tokens.scopes_of(request.token):
            challenge = f'{_CHALLENGE}, error="insufficient_scope", scope="{call.scope}"'
            detail = f"It takes a token with the scope '{call.scope}'; this one has: {request.token.scopes or 'none'}."
            return problems.answer(request, problems.SCOPE, detail, {"WWW-Authenticate": challenge})
        if "\0" in request.path:
            return errors.unreadable(request)
        return None if self._may(request, call.need, kwargs) else errors.not_yours(request, call.need.value)

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        """What a view could not find or do, as a page."""
        if isinstance(error, queries.NotFound):
            return errors.not_found(request, error)
        return errors.not_possible(request, str(error)) if isinstance(error, actions.NotPossible) else None

    def _sign_in(self, request: Request, safe: bool) -> HttpResponse:
        """To the door, and back to where they wanted to go; a form is not sent again by itself."""
        if request.headers.get("HX-Request"):
            # A page that looks again by itself must not be replaced by the door.
            return errors.page(request, 401, "You are signed out.", "Reload the page to sign in again.")
        after = request.get_full_path() if safe else request.headers.get("Referer", "/")
        return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': after})}")

    def _may(self, request: Request, need: Need, kwargs: Mapping[str, Any]) -> bool:
        assert request.reader
        if need is Need.READER:
            return True
        if need in (Need.OPERATOR, Need.TEAM_OR_OPERATOR) and request.reader.operator:
            return True
        if need is Need.OPERATOR:
            return False
        campaign = Campaign.objects.filter(slug=kwargs.get("slug", "")).first()
        if campaign is None:
            # The view says what there is.
            return True
        if of_team(request.reader, campaign, request.roster):
            return True
        if need is not Need.SQUAD:
            return False
        name = kwargs.get("name")
        if name is None or not request.roster.has(name):
            # Many services at once: the view asks for each.
            return True
        return request.roster.service(name).squad.name in request.reader.squads


def _claimed(request: HttpRequest) -> tuple[str, ...]:
    """The squads that their provider said they are in, when they signed in, as the installation's file maps it now."""
    said = request.session.get(sessions.GROUPS)
    provider = providers().get(said["of"]) if said else None
    return provider.squads_of(tuple(said["are"])) if said and provider else ()


def _no_token(request: Request, detail: str) -> HttpResponse:
    return problems.answer(request, problems.TOKEN, detail, {"WWW-Authenticate": _CHALLENGE})


def _no_such_method(request: Request, response: HttpResponse) -> HttpResponse:
    allowed = response.headers.get("Allow", "")
    detail = f"It takes: {allowed}." if allowed else "It is only read."
    return problems.answer(request, problems.METHOD, detail, {"Allow": allowed or "GET, HEAD"})


def _unwritable(request: HttpRequest) -> bool:
    """PostgreSQL keeps no such letter, and no person types it."""
    return "\0" in request.path or any("\0" in each for _, values in request.POST.lists() for each in values)


def who(request: HttpRequest) -> dict[str, Any]:
    """For templates: the reader and how they want the pages, what time it is, and where they are."""
    return {
        "reader": getattr(request, "reader", None),
        "now": getattr(request, "now", None),
        "zone": rosters.zone(request),
        "theme": preferences.of_reader(request).theme,
    }
