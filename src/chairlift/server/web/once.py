"""A form that is sent twice, by a double click or a second try, is done once: each has a number, and the first wins."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect

from chairlift.server.models import SentForm
from chairlift.server.web.access import Request
from chairlift.server.web.answering import inside

#: Longer than anybody has a form open; until then its number is kept.
KEPT = timedelta(days=2)
#: More than a number has.
_LONGEST = 40


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view whose forms hold `{% once %}`. What it writes and the number are kept together or not at all."""

    @functools.wraps(view)
    def inner(request: Request, **named: str) -> HttpResponse:
        number = request.POST.get("once", "")[:_LONGEST]
        if request.method != "POST" or not number or request.reader is None:
            return view(request, **named)
        with transaction.atomic():
            # Of two at once the second waits here until the first is written, or has failed.
            _, first = SentForm.objects.get_or_create(
                person=request.reader.name, number=number, defaults={"at": request.now}
            )
            if not first:
                # To the page that the form is on; there stands what the first one did.
                return HttpResponseRedirect(inside(request, request.headers.get("Referer", "")))
            SentForm.objects.filter(at__lt=request.now - KEPT).delete()
            answer = view(request, **named)
            if answer.status_code >= 400:
                # Nothing was done: the same form may be mended and sent again.
                transaction.set_rollback(True)
            return answer

    return inner
