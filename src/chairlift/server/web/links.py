"""Links that sign one person in, once: made at the command line, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings

from chairlift.core.files import Roster
from chairlift.server.actions import NotPossible
from chairlift.server.models import SignInLink

#: How long a link waits for its person.
LASTS = timedelta(hours=1)


def make(who: str, roster: Roster, now: datetime) -> str:
    """The address of a new link for this person. Raises NotPossible for who is not in the services file."""
    person = roster.person(who)
    if person is None:
        raise NotPossible(f"nobody called {who!r} is in the services file; add them there first")
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.filter(until__lt=now).delete()
    SignInLink.objects.create(digest=_digest(secret), person=person.name, until=now + LASTS)
    return f"{settings.URL}/sign-in?key={secret}"


def use(secret: str, now: datetime) -> str | None:
    """The person whom this link signs in; None where it was used, is over or never was. Works once, however often."""
    rows = SignInLink.objects.filter(digest=_digest(secret))
    if not rows.filter(used_at=None, until__gt=now).update(used_at=now):
        return None
    return rows.values_list("person", flat=True).get()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
