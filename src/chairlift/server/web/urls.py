"""Every address, one line each; who may open it is in `access.TABLE`."""

from __future__ import annotations

from django.urls import path

from chairlift.server.web import campaigns, health, services, sheets, signing_in, start, timeline

handler404 = "chairlift.server.web.errors.not_found"
handler500 = "chairlift.server.web.errors.broken"

# No converter for slugs: the shipped campaigns have dots in theirs, as django-3.2 has.
_C = "campaigns/<str:slug>/"

urlpatterns = [
    path("healthz", health.healthy, name="health"),
    path("readyz", health.ready, name="ready"),
    path("sign-in", signing_in.sign_in, name="sign-in"),
    path("sign-out", signing_in.sign_out, name="sign-out"),
    path("", start.start, name="start"),
    path(_C, campaigns.menu, name="menu"),
    path(f"{_C}say", campaigns.say, name="campaign-say"),
    path(f"{_C}choose", services.choose, name="choose"),
    path(f"{_C}sheet", sheets.sheet, name="sheet"),
    path(f"{_C}sheet.<str:form>", sheets.export, name="sheet-export"),
    path(f"{_C}timeline", timeline.timeline, name="timeline"),
    path(f"{_C}squads/<path:squad>", services.squad, name="squad"),
    # Not below the service: its name may hold slashes, and end in any word.
    path(f"{_C}say/<path:name>", services.say, name="service-say"),
    path(f"{_C}services/<path:name>", services.service, name="service"),
]
