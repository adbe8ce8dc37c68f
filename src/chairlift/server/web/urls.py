"""Every address, one line each; who may open it is in `access.TABLE`."""

from __future__ import annotations

from django.urls import path

from chairlift.server.web import (
    board,
    calendars,
    campaigns,
    changes,
    choosing,
    deliveries,
    files,
    health,
    hooks,
    importing,
    leading,
    logs,
    operating,
    reports,
    services,
    sheets,
    signing_in,
    squads,
    start,
    timeline,
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
    path("metrics", health.metrics, name="metrics"),
    path("hooks/<path:forge>", hooks.hook, name="hook"),
    path("sign-in", signing_in.sign_in, name="sign-in"),
    path("sign-in/with/<str:name>", signing_in.leave, name="sign-in-with"),
    path("sign-in/back/<str:name>", signing_in.back, name="sign-in-back"),
    path("sign-out", signing_in.sign_out, name="sign-out"),
    path("you", you.you, name="you"),
    path("", start.start, name="start"),
    path("calendar/<str:secret>.ics", calendars.feed, name="calendar"),
    path(f"{_C}calendar", calendars.make, name="calendar-key"),
    path(f"{_C}deliveries", deliveries.log, name="deliveries"),
    path(_C, campaigns.menu, name="menu"),
    path(f"{_C}say", campaigns.say, name="campaign-say"),
    path(f"{_C}choose", choosing.choose, name="choose"),
    path(f"{_C}sheet", sheets.sheet, name="sheet"),
    path(f"{_C}import", importing.upload, name="import"),
    path(f"{_C}import/<int:number>", importing.seen, name="import-seen"),
    path(f"{_C}conflicts", importing.conflicts, name="conflicts"),
    path(f"{_C}sheet.<str:form>", sheets.export, name="sheet-export"),
    path(f"{_C}board", board.board, name="board"),
    path(f"{_C}again", board.again, name="again"),
    path(f"{_C}timeline", timeline.timeline, name="timeline"),
    path(f"{_C}log", logs.log, name="log"),
    path(f"{_C}admin", leading.admin, name="admin"),
    path(f"{_C}file", files.campaign_file, name="campaign-file"),
    path(f"{_C}file/<int:number>", files.campaign_draft, name="campaign-draft"),
    path(f"{_C}squads/<path:squad>", squads.squad, name="squad"),
    # Squad and week stand in the query: no name can break it, not even "..", which browsers take out of a path.
    path(f"{_C}report", reports.report, name="report"),
    path(f"{_C}report.<str:form>", reports.paste, name="report-paste"),
    path(f"{_C}report/<str:what>", reports.rows, name="report-rows"),
    # Not below the service: its name may hold slashes, and end in any word.
    path(f"{_C}say/<path:name>", services.say, name="service-say"),
    path(f"{_C}changes/<str:change>/<path:name>", changes.change, name="change"),
    path(f"{_C}services/<path:name>", services.service, name="service"),
    path("operator/", operating.operator, name="operator"),
    path("operator/access", operating.access, name="operator-access"),
    path("operator/services", files.services, name="operator-services"),
    path("operator/services.toml", files.services_text, name="operator-services-text"),
    path("operator/import", files.take_in, name="operator-import"),
    path("operator/drafts/<int:number>", files.services_draft, name="operator-draft"),
    path("operator/drafts/<int:number>.toml", files.draft_text, name="operator-draft-text"),
    path("api/v1/openapi.json", document, name="api-document"),
    # Each operation has its address beside its function.
    *app.addresses(),
]
