"""Error groups as a monitor tells them: put together by our fingerprint, held against what can be, and remembered."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chairlift.core.judging.fingerprints import (
    NAME,
    Place,
    Raised,
    by_frames,
    by_message,
    class_name,
    normalised,
    own_places,
)

#: More events than any service has; a monitor that says more is wrong.
_MOST = 1e12
_MESSAGES = 20
_VERSIONS = 50
#: An old error that was not seen for so long before the deploy had ended by itself.
_STILL = timedelta(days=2)


@dataclass(frozen=True)
class ErrorGroup:
    """Errors that a monitor holds for the same, in one window.

    `key` is the monitor's own name of it. `count` is of events, `minutes` and `hosts` are how many different ones they
    were seen in and on, None where the monitor does not say. Times know their zone, else they are not believed.
    `versions` are those of the service, or of what was upgraded, that it was seen on.
    """

    key: str
    raised: Raised
    count: float
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    minutes: float | None = None
    hosts: float | None = None
    versions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Past:
    """The groups of so many days before the deploy; `whole` is False where the monitor cut its list.

    `left_out` are the times, each with its end, that the groups are not of: when the new version ran before, as it did
    where it was reverted. Else what it broke then would be known by now.
    """

    groups: Sequence[ErrorGroup]
    days: float = 28
    whole: bool = True
    left_out: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Merged:
    """Groups of one fingerprint after the deploy. `rubbish` is why they cannot be believed, or nothing.

    `said` is the key by class and message alone, which is the fingerprint where there are no own frames. `minutes` is
    how many different ones there were at least; None where nothing is known.
    """

    raised: Raised
    key: str
    fingerprint: str
    said: str
    events: int = 0
    minutes: int | None = None
    hosts: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    versions: frozenset[str] = frozenset()
    groups: int = 1
    rubbish: str = ""
    #: When it was seen for sure, in whole minutes: what several groups tell together of their spread.
    moments: frozenset[int] = frozenset()

    def with_(self, other: Merged) -> Merged:
        """Both together. Names are those of the more frequent one."""
        named = max(self, other, key=lambda each: (each.events, each.key, each.raised.type, each.raised.message))
        moments = frozenset(sorted(self.moments | other.moments)[-_MESSAGES:])
        minutes = max(self.minutes or 0, other.minutes or 0, len(moments)) or None
        known = [each for each in (self.hosts, other.hosts) if each is not None]
        return replace(
            named,
            events=self.events + other.events,
            minutes=minutes,
            hosts=max(known, default=None),
            first=min((each for each in (self.first, other.first) if each), default=None),
            last=max((each for each in (self.last, other.last) if each), default=None),
            versions=frozenset(sorted(self.versions | other.versions)[:_VERSIONS]),
            groups=self.groups + other.groups,
            moments=moments,
        )


def usable(number: float | None) -> float | None:
    """A number that can be one of events, minutes or days; else None."""
    if number is None or not math.isfinite(number) or number < 0 or number > _MOST:
        return None
    return number


def most(groups: Sequence[ErrorGroup], limit: int) -> Sequence[ErrorGroup]:
    """The most frequent ones, where there are more than `limit`."""
    if len(groups) <= limit:
        return groups
    return heapq.nlargest(limit, groups, key=_frequency)


def _frequency(group: ErrorGroup) -> tuple[float, str, str, str]:
    """Names decide between equals, so that their order does not."""
    return usable(group.count) or 0, group.key, group.raised.type, group.raised.message


def merged(groups: Iterable[ErrorGroup], latest: datetime) -> list[Merged]:
    """By our fingerprint, in an order that does not depend on theirs; nothing can have been seen after `latest`.

    A group that the monitor names twice counts once: the more frequent one.
    """
    once: dict[str, Merged] = {}
    rest: list[Merged] = []
    for group in groups:
        one = _read(group, latest)
        if not group.key:
            rest.append(one)
        elif group.key not in once or _rank(one) > _rank(once[group.key]):
            once[group.key] = one
    found: dict[tuple[str, str], Merged] = {}
    for one in sorted((*once.values(), *rest), key=_rank):
        # What is not believed takes nothing from what is.
        key = (one.fingerprint, one.rubbish)
        found[key] = found[key].with_(one) if key in found else one
    return list(found.values())


def _rank(one: Merged) -> tuple[int, str, str, str, str]:
    return one.events, one.key, one.fingerprint, one.raised.message, one.rubbish


def _read(group: ErrorGroup, latest: datetime) -> Merged:
    count = usable(group.count)
    key = group.key[:NAME]
    if not class_name(group.raised.type):
        rubbish = "the monitor names no type for it"
    elif count is None:
        rubbish = f"the monitor says that it was seen {group.count} times, which cannot be"
    elif not count:
        rubbish = "the monitor names it, but not once since the deploy"
    else:
        rubbish = ""
    events = math.ceil(count or 0)
    first, last = _time(group.first_seen, latest), _time(group.last_seen, latest)
    if first and last and first > last:
        first = last = None
    moments = frozenset(int(each.timestamp() // 60) for each in (first, last) if each)
    minutes = _few(group.minutes, events)
    if minutes is None and first and last:
        minutes = min(len(moments), events)
    said = by_message(group.raised)
    versions = frozenset(sorted(each[:NAME] for each in group.versions)[:_VERSIONS])
    return Merged(
        group.raised, key, by_frames(group.raised) or said, said, events, minutes, _few(group.hosts, events),
        first, last, versions, rubbish=rubbish, moments=moments,
    )  # fmt: skip


def _few(number: float | None, events: int) -> int | None:
    """How many different ones; no more than events can be in or on, and not none."""
    found = usable(number)
    return min(int(found), events) if found and found >= 1 else None


def _time(said: datetime | None, latest: datetime) -> datetime | None:
    """None for one without a zone, and for one that is yet to come."""
    return said if said and said.tzinfo and said <= latest else None


@dataclass
class Before:
    """One error of the past."""

    key: str
    raised: Raised
    events: int
    places: tuple[Place, ...]
    messages: set[str]
    last: datetime | None = None


class Known:
    """What was there before the deploy, found by frames and by message; not what only the new `versions` had."""

    def __init__(self, groups: Iterable[ErrorGroup], deployed: datetime, versions: frozenset[str]) -> None:
        self._deployed = deployed
        self._all: dict[str, Before] = {}
        self._messages: dict[str, Before] = {}
        self._frameless: dict[str, Before] = {}
        # The most frequent first, and names between equals: what is kept of many does not depend on their order.
        for group in sorted(groups, key=_frequency, reverse=True):
            if not group.versions or not group.versions <= versions:
                self._add(group)

    def _add(self, group: ErrorGroup) -> None:
        # The number may be wrong, and yet it was there.
        events = int(usable(group.count) or 0)
        said = by_message(group.raised)
        key = by_frames(group.raised) or said
        if not key:
            return
        places = own_places(group.raised)
        found = self._all.get(key)
        if found is None:
            found = self._all[key] = Before(group.key[:NAME], group.raised, 0, places, set())
        found.events += events
        if len(found.messages) < _MESSAGES:
            found.messages.add(normalised(group.raised))
        last = _time(group.last_seen, self._deployed)
        found.last = max((each for each in (found.last, last) if each), default=None)
        if said:
            self._messages.setdefault(said, found)
            if not places:
                self._frameless.setdefault(said, found)

    def same(self, group: Merged) -> Before | None:
        """The error of the past that this is.

        By the message where one of the two has no frames: a monitor keeps those of some occurrences only.
        """
        by_said = self._messages if group.fingerprint == group.said else self._frameless
        return self._all.get(group.fingerprint) or by_said.get(group.said)

    def gone(self, after: Iterable[Merged]) -> list[Before]:
        """What was there to the end and has not been seen since, by our fingerprint or by the message."""
        still = {id(found) for group in after if (found := self.same(group))}
        recent = self._deployed - _STILL
        return [
            each for each in self._all.values()
            if id(each) not in still and each.events and not (each.last and each.last < recent)
        ]  # fmt: skip

    @property
    def novelty(self) -> float:
        """The chance that one more error is of a type never seen: those seen once, of all."""
        total = sum(each.events for each in self._all.values())
        return sum(each.events == 1 for each in self._all.values()) / total if total else 0.0
