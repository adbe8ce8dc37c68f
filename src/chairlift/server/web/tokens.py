"""Tokens that let a program speak for one person: made at the command line, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from chairlift.core.files import Roster
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server.actions import NotPossible
from chairlift.server.models import ApiToken, Entry
from chairlift.server.web.scopes import Scope

#: Days that a token lasts unless somebody says otherwise, and the most that somebody may say.
DAYS, MOST_DAYS = 90, 366
#: Who makes what lets people in, in the words of the log: whoever has a shell on the server.
OPERATOR = "operator"
#: By this a scanner of secrets knows one where it should not be.
PREFIX = "chairlift_"
#: That a token is used is written down so often at most: reading must not become writing.
_NOTED = timedelta(hours=1)


class Wrong(Exception):
    """Nobody is let in by this; the text says why and what to do."""


def make(
    who: str, scopes: Collection[Scope], roster: Roster, now: datetime, days: int = DAYS, name: str = ""
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is nowhere else; that it was made is written down.

    Raises NotPossible for who is not in the services file.
    """
    person = roster.person(who)
    if person is None:
        raise NotPossible(f"nobody called {who!r} is in the services file; add them there first")
    if not scopes:
        raise NotPossible(f"say what the token is for, with --scope: {', '.join(Scope)}")
    if not 0 < days <= MOST_DAYS:
        raise NotPossible(f"a token lasts from 1 to {MOST_DAYS} days")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        digest=_digest(secret), person=person.name, name="".join(c for c in name if c.isprintable())[:120],
        scopes=" ".join(scope for scope in Scope if scope in scopes), made_at=now, until=now + timedelta(days=days),
    )  # fmt: skip
    with transaction.atomic():
        row.save(force_insert=True)
        Entry.write(None, Line(now, OPERATOR, Kind.MADE, about=called(row), text=row.scopes))
    return row, secret


def called(row: ApiToken) -> str:
    """What people know a token by."""
    return f"token {row.pk} of {row.person}" + (f" ({row.name})" if row.name else "")


def token(number: int) -> ApiToken:
    """Raises NotPossible where there is none."""
    row = ApiToken.objects.filter(pk=number).first()
    if row is None:
        raise NotPossible(f"there is no token {number}; 'chairlift tokens' lists them")
    return row


def revoke(row: ApiToken, now: datetime) -> bool:
    """Take it back; False where somebody else did, whose moment stays."""
    done = ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now) == 1
    row.refresh_from_db()
    return done


def all_tokens() -> list[ApiToken]:
    """Newest last."""
    return list(ApiToken.objects.order_by("pk"))


def state(row: ApiToken, now: datetime) -> str:
    if row.revoked_at:
        return "revoked"
    return "expired" if row.until <= now else "valid"


def scopes_of(row: ApiToken) -> frozenset[Scope]:
    return frozenset(Scope(word) for word in row.scopes.split() if word in list(Scope))


def use(authorization: str, now: datetime) -> ApiToken:
    """The token that this header carries. Raises Wrong; what is no token goes the same way as what was none ever."""
    scheme, _, secret = authorization.partition(" ")
    bearer = scheme.lower() == "bearer"
    row = ApiToken.objects.filter(digest=_digest(secret.strip() if bearer else "")).first()
    if not bearer:
        raise Wrong("Send 'Authorization: Bearer TOKEN'; the operator makes one with 'chairlift token PERSON'.")
    if row is None:
        raise Wrong("There is no such token. The operator makes one with 'chairlift token PERSON'.")
    if row.revoked_at:
        raise Wrong(f"This token was taken back on {row.revoked_at:%F}. The operator makes another one.")
    if row.until <= now:
        raise Wrong(f"This token ended on {row.until:%F}. The operator makes another one.")
    if row.last_used_at is None or not now - _NOTED < row.last_used_at <= now:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
