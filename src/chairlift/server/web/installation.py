"""What chairlift.toml says now, for the pages: read again when the file has changed, once for all who ask."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from chairlift.core.files import FileProblems, Installation
from chairlift.server.outside import FILE, Outside, installed

logger = logging.getLogger("chairlift")


class Unreadable(Exception):
    """It cannot be read; the text says why. The log has all of it."""


def now() -> Installation:
    """Raises Unreadable."""
    return _read(settings.HOME, *_state(settings.HOME / FILE))


def outside() -> Outside:
    """The adapters that pages ask, built once for as long as the file stays as it is. Raises Unreadable."""
    return _outside(settings.HOME, *_state(settings.HOME / FILE))


def _state(file: Path) -> tuple[int, int]:
    """What differs when the file does: it costs one look at its date for each request."""
    try:
        state = file.stat()
    except OSError:
        return 0, 0
    return state.st_mtime_ns, state.st_size


def _read(home: Path, changed: int, size: int) -> Installation:
    found, why = _tried(home, changed, size)
    if found is None:
        raise Unreadable(why)
    return found


@lru_cache(maxsize=4)
def _tried(home: Path, changed: int, size: int) -> tuple[Installation | None, str]:
    """A file that is broken is read and told of once, too."""
    try:
        return installed(home), ""
    except (FileProblems, OSError, ValueError) as error:
        logger.error("the pages go on without %s until it is mended: %s", FILE, error)
        return None, (str(error).splitlines() or ["no reason is known"])[0]


@lru_cache(maxsize=2)
def _outside(home: Path, changed: int, size: int) -> Outside:
    return Outside(home, _read(home, changed, size), lambda: settings.CLOCK())
