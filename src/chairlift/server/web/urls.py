"""Every address, one line each; who may open it is in `access.TABLE`."""

from __future__ import annotations

from django.urls import path

from chairlift.server.web import (
    board,
    campaigns,
    changes,
    choosing,
    health,
    logs,
    services,
    sheets,
    signing_in,
    squads,
    start,
    you,
)
from chairlift.server.web.api import app
from chairlift.server.web.api.document import document

handler400 = "chairlift.server.web.errors.unreadable"
handler404 = "chairlift.server.web.errors.not_found"
handler500 = "chairlift.server.web.errors.broken"

# No converter for slugs: the shipped campaigns have dots in theirs, as django-3.2 has.
_C = "campaigns/<str:slug>/"

urlpatterns = [
    path("healthz", health.healthy, name="health"),
    path("readyz", health.ready, name="ready"),
    path("sign-in", signing_in.sign_in, name="sign-in"),
    path("sign-in/with/<str:name>", signing_in.leave, name="sign-in-with"),
    path("sign-in/back/<str:name>", signing_in.back, name="sign-in-back"),
    path("sign-out", signing_in.sign_out, name="sign-out"),
    path("you", you.you, name="you"),
    path("", start.start, name="start"),
    path(_C, campaigns.menu, name="menu"),
    path(f"{_C}say", campaigns.say, name="campaign-say"),
    path(f"{_C}choose", choosing.choose, name="choose"),
    path(f"{_C}sheet", sheets.sheet, name="sheet"),
    path(f"{_C}sheet.<str:form>", sheets.export, name="sheet-export"),
    path(f"{_C}board", board.board, name="board"),
    path(f"{_C}again", board.again, name="again"),
    path(f"{_C}log", logs.log, name="log"),
    path(f"{_C}squads/<path:squad>", squads.squad, name="squad"),
    # Not below the service: its name may hold slashes, and end in any word.
    path(f"{_C}say/<path:name>", services.say, name="service-say"),
    path(f"{_C}changes/<str:change>/<path:name>", changes.change, name="change"),
    path(f"{_C}services/<path:name>", services.service, name="service"),
    path("api/v1/openapi.json", document, name="api-document"),
    # Each operation has its address beside its function.
    *app.addresses(),
]
