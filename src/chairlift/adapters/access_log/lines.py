"""One line of an access log."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from chairlift.adapters.access_log.settings import Settings

_COMBINED = re.compile(
    rb"\[(?P<at>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
    rb'"(?P<request>[^"\\]*(?:\\.[^"\\]*)*)" (?P<status>\d{3})(?!\d)'
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST_TYPE = 200
#: Later seconds than these, some 3,000 years off, are milliseconds.
_SECONDS = 1e11


class Line(NamedTuple):
    """One request; `counted` is False where it only shows that the log is alive."""

    at: float
    failed: bool
    type: str = ""
    counted: bool = True


def reader(settings: Settings) -> Callable[[bytes], Line | None]:
    """What reads a line: None for one that is none of this format."""
    ignored = re.compile(settings.ignore) if settings.ignore else None
    read = _json if settings.format == "json" else _combined

    def line(told: bytes) -> Line | None:
        found = read(told, settings)
        if found is None or not 100 <= found[1] <= 999:
            return None
        at, status, request, name = found
        counted = ignored is None or not ignored.search(request)
        failed = status >= 500
        # Halves of characters are no text that anything else could keep.
        return Line(at, failed, name[:_LONGEST_TYPE].encode(errors="replace").decode() if failed else "", counted)

    return line


def _combined(told: bytes, settings: Settings) -> tuple[float, int, str, str] | None:
    found = _COMBINED.search(told)
    at = _local(found["at"]) if found else None
    if found is None or at is None:
        return None
    # Most of the time goes by here: what nobody looks at is not decoded.
    request = found["request"].decode(errors="replace") if settings.ignore else ""
    return at, int(found["status"]), request, ""


@lru_cache(maxsize=4096)
def _local(told: bytes) -> float | None:
    """Seconds since 1970 of 10/Oct/2000:13:55:36 -0700."""
    text = told.decode()
    try:
        month = 1 + _MONTHS.index(text[3:6])
        zone = (1 if text[21] == "+" else -1) * (int(text[22:24]) * 3600 + int(text[24:26]) * 60)
        clock = [int(text[place : place + 2]) for place in (12, 15, 18)]
        # A leap second is the one before it.
        moment = datetime(int(text[7:11]), month, int(text[:2]), clock[0], clock[1], min(clock[2], 59), tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp() - zone


def _json(told: bytes, settings: Settings) -> tuple[float, int, str, str] | None:
    try:
        data = json.loads(told)
    except (ValueError, RecursionError):
        return None
    at, status = _moment(_under(data, settings.time_key)), _under(data, settings.status_key)
    if at is None or isinstance(status, bool) or not isinstance(status, int | str):
        return None
    try:
        number = int(status)
    except ValueError:
        return None
    name = _under(data, settings.type_key) if settings.type_key else ""
    request = _under(data, settings.request_key)
    return at, number, request if isinstance(request, str) else "", name if isinstance(name, str) else ""


def _under(data: Any, key: str) -> object:
    """What stands under a key, as it is or with dots for what is nested."""
    if isinstance(data, dict) and key in data:
        return data[key]
    for part in key.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _moment(told: object) -> float | None:
    if isinstance(told, str):
        try:
            found = datetime.fromisoformat(told)
        except ValueError:
            return _moment(float(told)) if re.fullmatch(r"\d{1,13}(\.\d{1,9})?", told) else None
        # What has no zone may be hours away from what it says.
        return found.timestamp() if found.tzinfo else None
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told < _SECONDS * 1000:
        return None
    return told / 1000 if told >= _SECONDS else float(told) if math.isfinite(told) else None
