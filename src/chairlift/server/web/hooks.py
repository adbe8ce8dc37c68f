"""Where forges send their webhooks: no session and no form's token, but a signature that only the forge can make."""

from __future__ import annotations

from types import MappingProxyType

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chairlift.server import arrivals
from chairlift.server.arrivals import Answer
from chairlift.server.web import installation, rosters
from chairlift.server.web.access import Request

_CODES = MappingProxyType(
    {
        Answer.TAKEN: 202,
        Answer.SEEN: 202,
        Answer.REFUSED: 401,
        Answer.UNKNOWN: 404,
        Answer.CLOSED: 503,
        Answer.TOO_LARGE: 413,
    }
)


@csrf_exempt
@require_POST
def hook(request: Request, forge: str) -> HttpResponse:
    """One delivery; whoever sends it learns only whether it was taken."""
    try:
        known = installation.now()
    except installation.Unreadable:
        return _said(503, "chairlift.toml cannot be read")
    headers = {name.lower(): value for name, value in request.headers.items()}
    # Read by hand, and no more than that: Django would keep a large body in a file first.
    body = request.read(arrivals.MOST + 1)
    answer, why = arrivals.take(known, rosters.now(), forge, headers, body, request.now)
    return _said(_CODES[answer], f"{answer}: {why}")


def _said(code: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=code, content_type="text/plain; charset=utf-8")
