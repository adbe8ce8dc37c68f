"""The operator's pages: how the installation stands, and who can come in; without a secret in them."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version

import django
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.server import administration, calls, queries
from chairlift.server.actions import NotPossible
from chairlift.server.models import Campaign, RosterFile
from chairlift.server.web import admitted, installation, rows, sessions
from chairlift.server.web.access import Request

#: Of each of its lists that the page of who can come in shows at once.
A_PAGE = 50


def operator(request: Request) -> HttpResponse:
    """What runs here, what waits, and what went wrong."""
    seen = administration.overview(request.now)
    counts = queries.counts(request.now)
    campaigns = [
        {**counts[row.pk], "campaign": row, "value": row.value, "trouble": seen.troubles.get(row.pk, 0)}
        for row in Campaign.objects.order_by("slug")
    ]
    context = {
        "seen": seen, "campaigns": campaigns, "loaded": RosterFile.version(), "adapters": _adapters(),
        "forges": _forges(),
        "versions": {
            "Chairlift": version("chairlift"), "Django": django.__version__, "Python": platform.python_version(),
            connection.display_name: ".".join(map(str, connection.get_database_version())),
        },
    }  # fmt: skip
    return render(request, "web/operator.html", context)


def _forges() -> list[dict[str, object]]:
    """Each forge: what may still be asked of it, its surveys and its webhooks."""
    try:
        found = installation.now()
    except installation.Unreadable:
        return []
    return [{"seen": seen, "hooks": seen.state.forge in found.hook_secrets} for seen in calls.forges(found.forges)]


def _adapters() -> list[tuple[str, str]]:
    """Which port is answered by which kind of adapter. Only kinds: settings may hold what nobody should read."""
    try:
        found = installation.now()
    except installation.Unreadable as error:
        return [("chairlift.toml", f"cannot be read: {error}")]
    kinds = [(f"forge {name}", config["kind"]) for name, config in found.forges.items()]
    kinds += [("workspace", found.workspace["kind"]), *(("notifier", config["kind"]) for config in found.notifiers)]
    kinds += [(f"spreadsheet of {slug}", sheet.adapter["kind"]) for slug, sheet in found.sheets.items()]
    return [(port, str(kind)) for port, kind in kinds]


@dataclass(frozen=True)
class Listed:
    """One list of the page of who can come in: its headings (an empty one has no column), and a page of its rows."""

    name: str
    title: str
    heads: dict[str, str]
    button: str
    empty: str
    page: Page[object]
    rows: list[tuple[admitted.Shown, bool]]


#: Of each list its title, what heads the columns of `admitted.Shown`, its button, and what to do where it is empty.
_LISTS = {
    "sessions": (
        "Sessions", ("Browser", "Whose", "By", "Since", "Last seen", "Ends"), "Sign out",
        "Nobody is signed in. Whoever signs in by a link or through a provider appears here.",
    ),
    "tokens": (
        "Tokens of programs", ("Token", "Of", "Scopes", "Made", "Last used", "Ends"), "Take back",
        "No program has a token. 'chairlift token PERSON --scope read' makes one.",
    ),
    "links": (
        "Sign-in links", ("For", "", "", "Made", "Used", "Ends"), "End",
        "No link waits for its person. 'chairlift sign-in PERSON' makes one, for an hour.",
    ),
    "calendars": (
        "Calendar addresses", ("Dates of", "Of", "", "Made", "", ""), "End",
        "No calendar program reads dates from here. The page of a squad gives an address for one.",
    ),
}  # fmt: skip
_HEADS = ("name", "person", "more", "made_at", "used_at", "until")


def access(request: Request) -> HttpResponse:
    """Who can come in now; POST ends one way in, and asks once more where it is the operator's own session."""
    assert request.reader
    own = f"session {sessions.name_of(request.session.session_key or '')} {request.session[sessions.PERSON]}"
    word, problem = request.POST.get("end", ""), ""
    warned = request.method == "POST" and word == own and not request.POST.get("sure")
    if request.method == "POST" and not warned:
        try:
            what = admitted.end(word, request.reader.name, request.now)
        except NotPossible as error:
            problem = str(error)
        else:
            if word == own:
                request.session.flush()
                return redirect("sign-in")
            messages.success(request, f"Ended: {what}.")
            return redirect(request.get_full_path())
    words, everything = rows.text(request.GET.get("q", "")), bool(request.GET.get("all"))
    context = {
        "lists": [_listed(request, name, words, everything) for name in _LISTS], "own": own, "warned": warned,
        "problem": problem, "words": words, "everything": everything, "lately": list(admitted.lately()),
    }  # fmt: skip
    return render(request, "web/access.html", context, status=409 if warned or problem else 200)


def _listed(request: Request, name: str, words: str, everything: bool) -> Listed:
    title, heads, button, empty = _LISTS[name]
    way = admitted.WAYS[name]
    page = Paginator(way.listed(words, everything, request.now), A_PAGE).get_page(request.GET.get(name, "1"))
    shown = [way.shown(row, request.now) for row in page]
    known = [(each, admitted.known(each, request.roster)) for each in shown]
    return Listed(name, title, dict(zip(_HEADS, heads, strict=True)), button, empty, page, known)
