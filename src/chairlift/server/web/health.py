"""For whoever watches the server: does it run, and does its database answer?"""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse


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
