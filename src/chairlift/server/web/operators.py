"""Who operates this installation: people of the services file whom `chairlift.toml` names."""

from __future__ import annotations

import threading
from pathlib import Path

from django.conf import settings

from chairlift.core.files import FileProblems, Roster, parse_installation
from chairlift.server.outside import FILE

_lock = threading.Lock()
_kept: tuple[tuple[str, int, int], tuple[str, ...]] | None = None


def now(roster: Roster) -> frozenset[str]:
    """Their names. Who is taken out of either file is none from then on; a file that cannot be read names nobody."""
    found = (roster.person(who) for who in _named(settings.HOME / FILE))
    return frozenset(person.name for person in found if person)


def _named(file: Path) -> tuple[str, ...]:
    """Read anew where the file is another: it costs one look at its date for each request."""
    global _kept
    try:
        state = file.stat()
        key = (str(file), state.st_mtime_ns, state.st_size)
        with _lock:
            if _kept is None or _kept[0] != key:
                _kept = (key, parse_installation(file.read_text(encoding="utf-8"), str(file)).operators)
            return _kept[1]
    except (OSError, UnicodeDecodeError, FileProblems):
        return ()
