"""Sends last week's reports on Monday at eight: each one once, whoever asks and however often."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from chairlift.core.files import FileProblems, Roster
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.core.upgrade import Squad
from chairlift.core.week import Week
from chairlift.lines import CHAIRLIFT
from chairlift.plugins import BadConfiguration
from chairlift.ports import Message, Notifier, PartlyTold, Refused, Unavailable
from chairlift.server.models import Campaign, Entry
from chairlift.server.outside import Outside
from chairlift.server.reports import forms
from chairlift.server.reports.value import Report, report

logger = logging.getLogger("chairlift")

#: When on a Monday, in the zone of who reads it.
AT = time(8)
#: A report that could not be sent is tried again so often, after a pause that doubles each time.
TRIES = 12
PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=12)


@dataclass(frozen=True)
class Letter:
    """One report of one week to somebody; of the whole campaign where there is no squad."""

    campaign: Campaign
    week: Week
    squad: Squad | None

    @property
    def name(self) -> str:
        return self.squad.name if self.squad else ""

    @property
    def to(self) -> tuple[str, ...]:
        value = self.campaign.value
        return (self.squad.contact,) if self.squad else tuple(dict.fromkeys((value.lead, value.manager)))

    @property
    def comes(self) -> datetime:
        """Monday morning where they are."""
        return self.week.later(1).at(AT, self.squad.calendar.zone if self.squad else self.week.zone)

    def key(self, attempt: int, what: str) -> str:
        """Of an entry about one attempt; the same in every process."""
        name = repr((self.name, attempt, what))
        return f"report:{self.campaign.pk}:{self.week}:{hashlib.sha256(name.encode()).hexdigest()[:40]}"


class Post:
    """Knows of what need not be looked at again; all else is in the log."""

    def __init__(self) -> None:
        self._settled: set[str] = set()
        self._away: datetime | None = None

    def send_due(self, outside: Outside, roster: Roster, now: datetime) -> int:
        """Send each report of last week whose time has come; returns how many were sent.

        Where the world is away the others wait, too.
        """
        if self._away and timedelta(0) <= now - self._away < PAUSE:
            return 0
        sent, self._away = 0, None
        for letter in _letters(roster, now):
            if letter.key(0, "meant") in self._settled or now < letter.comes:
                continue
            try:
                sent += self._send(letter, outside.notifier(roster), now)
            except Unavailable as error:
                logger.warning("weekly reports wait: %s", error)
                self._away = now
                break
            except BadConfiguration as error:
                logger.error("weekly reports cannot be sent: %s", error)
                break
        return sent

    def _send(self, letter: Letter, notifier: Notifier, now: datetime) -> bool:
        attempt = _next_attempt(letter, now)
        if attempt is None:
            return False
        made = report(letter.campaign, letter.squad, letter.week, now)
        if attempt == 0 and not _worth_it(letter, made):
            self._settled.add(letter.key(0, "meant"))
            return False
        if not _claim(letter, attempt, now):
            return False
        try:
            notifier.tell(_message(letter, made))
        except PartlyTold as error:
            _write(letter, attempt, "told", Kind.DID, str(error), now)
        except (Unavailable, Refused) as error:
            _write(letter, attempt, "lost", Kind.TROUBLE, str(error), now)
            if isinstance(error, Unavailable):
                raise
            return False
        else:
            _write(letter, attempt, "told", Kind.DID, f"sent to {', '.join(letter.to)}", now)
        self._settled.add(letter.key(0, "meant"))
        return True


def _letters(roster: Roster, now: datetime) -> Iterator[Letter]:
    """Of last week, in each campaign; older ones are never sent."""
    for campaign in Campaign.objects.order_by("pk"):
        try:
            value = campaign.value
        except FileProblems:
            # Tending says so.
            continue
        week = Week.of(now, value.zone).later(-1)
        if not value.weekly_report or not _was_there(campaign, week):
            continue
        yield Letter(campaign, week, None)
        yield from (Letter(campaign, week, squad) for squad in roster.squads)


def _was_there(campaign: Campaign, week: Week) -> bool:
    return Entry.objects.filter(campaign=campaign, at__lt=week.end).exists()


def _worth_it(letter: Letter, made: Report) -> bool:
    """A squad hears of what happened or waits; the project team of anything but a quiet campaign that is done."""
    if made.happened or made.waited:
        return True
    return letter.squad is None and made.done < made.total


def _next_attempt(letter: Letter, now: datetime) -> int | None:
    """The number of the attempt to make now; None where there is none to make.

    One that was meant and of which nothing more is known may have arrived: it is not repeated.
    """
    keys = {letter.key(attempt, what): (attempt, what) for attempt in range(TRIES) for what in ("meant", "lost")}
    there = {keys[str(key)]: at for key, at in Entry.objects.filter(key__in=keys).values_list("key", "at")}
    newest = max((attempt for attempt, what in there if what == "meant"), default=None)
    if newest is None:
        return 0
    lost = there.get((newest, "lost"))
    if lost is None or newest + 1 >= TRIES or now < lost + min(PAUSE * 2**newest, LONGEST_PAUSE):
        return None
    return newest + 1


def _claim(letter: Letter, attempt: int, now: datetime) -> bool:
    """The intent, before the act: of any number of workers the one whose entry stands in the log."""
    mine = uuid.uuid4().hex
    _write(letter, attempt, "meant", Kind.MEANT, f"to {', '.join(letter.to)}", now, mine)
    return Entry.objects.filter(key=letter.key(attempt, "meant"), data__attempt=mine).exists()


def _write(letter: Letter, attempt: int, what: str, kind: Kind, text: str, now: datetime, mine: str = "") -> None:
    data = {"squad": letter.name, **({"attempt": mine} if mine else {})}
    line = Line(now, CHAIRLIFT, kind, about=f"weekly report {letter.week}", text=text[:2000], data=data)
    Entry.write(None, line, letter.campaign, letter.key(attempt, what))


def _message(letter: Letter, made: Report) -> Message:
    key = f"report {letter.campaign.slug} {letter.week} {letter.name}".rstrip()
    return Message(key, letter.to, forms.subject(made), forms.text(made), letter.comes, forms.html(made))
