"""Sessions in a table that knows whose they are: they rest 14 days, last 60, and can be ended from elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from chairlift.server.models import Session

#: The keys of the session: the person, how they came in, what the provider said of groups, and when.
PERSON, HOW, GROUPS, AGENT, BEGAN, SEEN = "person", "how", "groups", "agent", "began", "seen"
#: Without a click, and at the most.
IDLE, LONGEST = timedelta(days=14), timedelta(days=60)
#: How long one waits for somebody to come back from a provider.
WAITS = timedelta(hours=1)
#: That somebody is there is written down so often at most: reading must not become writing.
_NOTED = timedelta(hours=1)
#: More than anybody has.
SHOWN = 100


class SessionStore(db.SessionStore):
    """Ends by the installation's clock, and lays what it knows of the person into columns."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        row = Session.objects.filter(session_key=self.session_key, expire_date__gt=settings.CLOCK()).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        if BEGAN not in self:
            now: datetime = settings.CLOCK()
            return now + WAITS
        return min(_time(self[SEEN]) + IDLE, _time(self[BEGAN]) + LONGEST)

    def get_expiry_age(self, **kwargs: Any) -> int:
        return max(0, int((self.get_expiry_date() - settings.CLOCK()).total_seconds()))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        row.person, row.how, row.agent = (data.get(key, "") for key in (PERSON, HOW, AGENT))
        row.began_at, row.seen_at = (_time(data[key]) if key in data else None for key in (BEGAN, SEEN))
        return row


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def begin(request: HttpRequest, person: str, how: str, now: datetime, groups: Mapping[str, Any] | None = None) -> None:
    """Somebody is signed in. What was in the session before is gone, with its key: another may have planted it."""
    request.session.flush()
    agent = "".join(letter for letter in request.headers.get("User-Agent", "") if letter.isprintable())
    request.session.update({PERSON: person, HOW: how[:120], AGENT: agent[:300]})
    request.session.update({BEGAN: now.isoformat(), SEEN: now.isoformat()})
    if groups:
        request.session[GROUPS] = groups


def touch(session: SessionBase, now: datetime) -> None:
    """They are still there."""
    if SEEN not in session or not now - _NOTED < _time(session[SEEN]) <= now:
        session[SEEN] = now.isoformat()
        session.setdefault(BEGAN, now.isoformat())


@dataclass(frozen=True)
class Shown:
    """A session as its owner sees it; `name` says which, and is of no use to sign in with."""

    name: str
    how: str
    browser: str
    began_at: datetime | None
    seen_at: datetime | None
    here: bool


def of(person: str, here: str | None, now: datetime) -> list[Shown]:
    """Those of one person that are not over, newest first; `here` is the key of the one that asks."""
    rows = Session.objects.filter(person=person, expire_date__gt=now).order_by("-seen_at", "session_key")[:SHOWN]
    return [
        Shown(name_of(row.pk), row.how, browser(row.agent), row.began_at, row.seen_at, row.pk == here) for row in rows
    ]


def end(person: str, name: str, now: datetime) -> Session | None:
    """Sign the one of theirs out that goes by this name, and give it; None where it is over already."""
    theirs = Session.objects.filter(person=person, expire_date__gt=now)
    row = next((each for each in theirs.defer("session_data") if name_of(each.pk) == name), None)
    # By one DELETE: of two at once, one has ended it.
    return row if row and theirs.filter(pk=row.pk).delete()[0] else None


def end_all(person: str) -> int:
    return Session.objects.filter(person=person).delete()[0]


def name_of(key: str) -> str:
    """By which a page names a session: of no use to sign in with."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "a Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


def browser(agent: str) -> str:
    """What a browser calls itself, in the words of its owner."""
    program = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " on ".join(each for each in (program, system) if each) or "an unknown browser"
