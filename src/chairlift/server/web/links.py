"""Links that sign one person in, once: made at the command line, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from chairlift.core.files import Roster
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server.actions import NotPossible
from chairlift.server.models import Entry, SignInLink
from chairlift.server.web.tokens import OPERATOR

#: How long a link waits for its person.
LASTS = timedelta(hours=1)


def make(who: str, roster: Roster, now: datetime) -> str:
    """The address of a new link for this person; that it was made is written down.

    Raises NotPossible for who is not in the services file.
    """
    person = roster.person(who)
    if person is None:
        raise NotPossible(f"nobody called {who!r} is in the services file; add them there first")
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.filter(until__lt=now).delete()
    with transaction.atomic():
        SignInLink.objects.create(digest=_digest(secret), person=person.name, until=now + LASTS)
        Entry.write(None, Line(now, OPERATOR, Kind.MADE, about=called(person.name)))
    return f"{settings.URL}/sign-in?key={secret}"


def called(person: str) -> str:
    """What people know a link by: there is nothing else to tell one from another."""
    return f"a sign-in link of {person}"


def use(secret: str, now: datetime) -> str | None:
    """The person whom this link signs in; None where it was used, is over or never was. Works once, however often."""
    rows = SignInLink.objects.filter(digest=_digest(secret))
    if not rows.filter(used_at=None, until__gt=now).update(used_at=now):
        return None
    return rows.values_list("person", flat=True).get()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
