"""What calls of a forge cost, which limits hold, and which calls come first when few are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Lane(StrEnum):
    """What a call is for, most urgent first: when few are left, the last lanes wait for the first."""

    MERGE = "merging and reverting"
    READ = "reading"
    TALK = "telling people"
    OPEN = "opening"


class Call(StrEnum):
    """What a call is, by what it costs: `CREATE` is a write that people are notified of, `QUERY` one of GraphQL."""

    READ = "read"
    QUERY = "query"
    WRITE = "write"
    CREATE = "create"


@dataclass(frozen=True)
class Limits:
    """What one identity may ask of a forge; None where the forge has no such limit.

    `points` are counted a minute: a read is one, a write `write_points`. `gap` are the seconds between two writes.
    `creates_minute` and `creates_hour` are shared with all else that the identity does, people included.
    """

    requests_hour: int | None = None
    points_minute: int | None = None
    write_points: int = 5
    creates_minute: int | None = None
    creates_hour: int | None = None
    gap: float = 0.0


@dataclass(frozen=True)
class Heard:
    """What a forge said of its limits beside an answer; what it did not say is None.

    `retry_after` are seconds; `secondary` says that it refused the call for its pace rather than for its count.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None
    retry_after: float | None = None
    secondary: bool = False
    query: bool = False
