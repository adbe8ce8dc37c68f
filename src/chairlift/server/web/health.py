"""For whoever watches the server: does it run, does its database answer, and how do its numbers stand?"""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST

from chairlift.server import metrics as numbers


def healthy(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """503 while the database is away; why is in the log, not here, where anybody may read."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database is away\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(numbers.text(settings.CLOCK()), content_type=CONTENT_TYPE_LATEST)


def opens_metrics(request: HttpRequest) -> bool:
    """Whether the request brings the operator's token.

    That it comes from this machine opens nothing: behind a proxy every request does.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme.lower() == "bearer" and constant_time_compare(token.strip(), wanted)


def metrics_are_closed() -> HttpResponse:
    words = "closed: send the token that the operator has set as CHAIRLIFT_METRICS_TOKEN\n"
    return HttpResponse(words, status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"})
