"""The services file as the pages need it: parsed once for each version, not once for each request."""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import UTC, tzinfo
from typing import Any

from chairlift.core.files import Roster
from chairlift.server.models import RosterFile
from chairlift.server.web import preferences

_lock = threading.Lock()
_kept: tuple[tuple[object, ...] | None, Roster] | None = None


def now() -> Roster:
    """The roster that holds now; one small query where it is still the same."""
    global _kept
    version = RosterFile.version()
    with _lock:
        kept = _kept
    if kept is None or kept[0] != version:
        kept = (version, RosterFile.now())
        with _lock:
            _kept = kept
    return kept[1]


def joined(person: str, squads: Collection[str]) -> Roster:
    """The roster for somebody whose provider says that they are in these squads, too: it has them there.

    Made anew each time, in 5 ms where there are 10,000 services.
    """
    return now().joined(person, squads) if squads else now()


def zone(request: Any) -> tzinfo:
    """The zone that the reader wants; without a wish their squad's."""
    return preferences.of_reader(request).zone or squads_zone(request)


def squads_zone(request: Any) -> tzinfo:
    """The zone of the reader's first squad; UTC for who is in none."""
    reader = getattr(request, "reader", None)
    if reader is None:
        return UTC
    return next((squad.calendar.zone for squad in request.roster.squads if squad.name in reader.squads), UTC)
