"""The services file as the pages need it: parsed once for each version, not once for each request."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from chairlift.core.files import Roster
from chairlift.server.models import RosterFile

_lock = threading.Lock()
#: More rosters than one are kept for those only whose provider says that they are in a squad.
_JOINED = 16


@dataclass(frozen=True)
class _Kept:
    version: tuple[object, ...] | None
    roster: Roster
    joined: dict[tuple[str, frozenset[str]], Roster] = field(default_factory=dict)


_kept: _Kept | None = None


def now() -> Roster:
    """The roster that holds now; one small query where it is still the same."""
    return _now().roster


def _now() -> _Kept:
    global _kept
    version = RosterFile.version()
    with _lock:
        kept = _kept
    if kept is None or kept.version != version:
        kept = _Kept(version, RosterFile.now())
        with _lock:
            _kept = kept
    return kept


def joined(person: str, squads: Collection[str]) -> Roster:
    """The roster for somebody whose provider says that they are in these squads, too: it has them there."""
    kept, key = _now(), (person, frozenset(squads))
    if not squads:
        return kept.roster
    with _lock:
        found = kept.joined.get(key)
    if found is None:
        found = kept.roster.joined(person, squads)
        with _lock:
            if len(kept.joined) >= _JOINED:
                kept.joined.clear()
            kept.joined[key] = found
    return found


def squads_zone(request: Any) -> tzinfo:
    """The zone of the reader's first squad; UTC for who is in none."""
    reader = getattr(request, "reader", None)
    if reader is None:
        return UTC
    return next((squad.calendar.zone for squad in request.roster.squads if squad.name in reader.squads), UTC)
