"""What lets somebody in now: tokens, sign-in links, sessions and calendar addresses; listed, and ended by an operator.

None of their secrets can be read here: of tokens and links only digests are kept, and a session goes by a hash of its
key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from chairlift.core.files import Roster
from chairlift.core.log import INSTALLED, Kind
from chairlift.core.log import Entry as Line
from chairlift.server.actions import NotPossible
from chairlift.server.models import ApiToken, CalendarKey, Entry, Session, SignInLink
from chairlift.server.web import calendars, links, sessions, tokens
from chairlift.server.web.rows import number

logger = logging.getLogger("chairlift.sign_in")

#: What was made and ended that a page shows, newest first.
SHOWN = 20


@dataclass(frozen=True)
class Shown:
    """One row of a list: `word` names it in a form, `name` is what people call it; where it is over, `over` says how.

    `used_at` is when it last let its person in.
    """

    word: str
    name: str
    person: str
    more: str
    made_at: datetime | None
    used_at: datetime | None
    until: datetime | None
    over: str = ""


@dataclass(frozen=True)
class Way:
    """One way in. `rows` are all that are kept, newest first; `open` are those of them by which somebody comes in."""

    rows: Callable[[], QuerySet[Any]]
    open: Callable[[datetime], Q]
    searched: tuple[str, ...]
    shown: Callable[[Any, datetime], Shown]

    def listed(self, words: str, everything: bool, now: datetime) -> QuerySet[Any]:
        """Those of whom one of these words tells; also those that are over, where everything is wanted."""
        found = self.rows()
        for word in words.split():
            found = found.filter(Q(*((f"{field}__icontains", word) for field in self.searched), _connector=Q.OR))
        return found if everything else found.filter(self.open(now))


def _token(row: ApiToken, now: datetime) -> Shown:
    state = tokens.state(row, now)
    over = "" if state == "valid" else "taken back" if row.revoked_at else "over"
    name = f"Token {row.pk}" + (f", {row.name}" if row.name else "")
    return Shown(
        f"token {row.pk}", name, row.person, ", ".join(row.scopes.split()) or "none", row.made_at, row.last_used_at,
        row.revoked_at or row.until, over,
    )  # fmt: skip


def _link(row: SignInLink, now: datetime) -> Shown:
    over = "used" if row.used_at else "over" if row.until <= now else ""
    return Shown(f"link {row.pk}", row.person, row.person, "", row.until - links.LASTS, row.used_at, row.until, over)


def _session(row: Session, now: datetime) -> Shown:
    browser = sessions.browser(row.agent)
    return Shown(
        f"session {sessions.name_of(row.pk)} {row.person}", browser[:1].upper() + browser[1:], row.person,
        row.how, row.began_at, row.seen_at, row.expire_date, "over" if row.expire_date <= now else "",
    )  # fmt: skip


def _calendar(row: CalendarKey, now: datetime) -> Shown:
    return Shown(f"calendar {row.pk}", row.squad, row.person, "", row.made_at, None, None)


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "sessions": Way(
            lambda: Session.objects.exclude(person="").defer("session_data").order_by("-seen_at", "pk"),
            lambda now: Q(expire_date__gt=now), ("person", "how", "agent"), _session,
        ),
        "tokens": Way(
            lambda: ApiToken.objects.order_by("-pk"),
            lambda now: Q(until__gt=now, revoked_at=None), ("person", "name", "scopes"), _token,
        ),
        "links": Way(
            lambda: SignInLink.objects.order_by("-pk"), lambda now: Q(until__gt=now, used_at=None), ("person",), _link
        ),
        "calendars": Way(
            lambda: CalendarKey.objects.order_by("-made_at", "pk"), lambda now: Q(), ("person", "squad"), _calendar
        ),
    }
)  # fmt: skip


def lately() -> QuerySet[Entry]:
    """What was made and ended last, newest first: who made or ended what, and when."""
    return Entry.objects.filter(campaign=None, kind__in=INSTALLED).order_by("-pk")[:SHOWN]


def known(row: Shown, roster: Roster) -> bool:
    """Whether its person is in the services file: nobody else comes in, whatever they hold."""
    return roster.person(row.person) is not None


# Ending


def end(word: str, by: str, now: datetime) -> str:
    """End what this word of a row names, and write down who did; returns what it was.

    Raises NotPossible where there is no such thing, or where it is over already; then nothing is written.
    """
    kind, _, which = word.partition(" ")
    if kind not in _ENDS:
        raise NotPossible(f"{word[:40]!r} names nothing to end; the list has a word for each, such as token 3")
    with transaction.atomic():
        what = _ENDS[kind](which, now)
        Entry.write(None, Line(now, by, Kind.ENDED, about=what))
    logger.info("%s ended %s", by, what)
    return what


def revoke(pk: int, by: str, now: datetime) -> ApiToken:
    """Take a token back; one that was taken back stays so, and nothing is written. Raises NotPossible without one."""
    row = tokens.token(pk)
    if row.revoked_at is None:
        with transaction.atomic():
            done = tokens.revoke(row, now)
            if done:
                Entry.write(None, Line(now, by, Kind.ENDED, about=tokens.called(row)))
        if done:
            logger.info("%s ended %s", by, tokens.called(row))
    return row


def _end_token(which: str, now: datetime) -> str:
    row = tokens.token(number(which) or 0)
    if tokens.state(row, now) == "expired" or not tokens.revoke(row, now):
        raise NotPossible(f"token {row.pk} of {row.person} is over already: nobody comes in by it any more")
    return tokens.called(row)


def _end_link(which: str, now: datetime) -> str:
    row = SignInLink.objects.filter(pk=number(which) or 0).first()
    # By one conditional DELETE: of its person and an operator at once, one comes first.
    if row is None or not SignInLink.objects.filter(pk=row.pk, until__gt=now, used_at=None).delete()[0]:
        raise NotPossible("that sign-in link was used, or is over already: nobody comes in by it any more")
    return links.called(row.person)


def _end_session(which: str, now: datetime) -> str:
    name, _, person = which.partition(" ")
    row = sessions.end(person, name, now)
    if row is None:
        raise NotPossible("that session is over already: its browser has to sign in again in any case")
    return f"a session of {person}, {sessions.browser(row.agent)}"


def _end_calendar(which: str, now: datetime) -> str:
    row = CalendarKey.objects.filter(pk=number(which) or 0).first()
    if row is None or not row.delete()[0]:
        raise NotPossible("that calendar address has ended already: nobody reads anything by it any more")
    return calendars.called(row.person, row.squad)


_ENDS: Mapping[str, Callable[[str, datetime], str]] = MappingProxyType(
    {"token": _end_token, "link": _end_link, "session": _end_session, "calendar": _end_calendar}
)
