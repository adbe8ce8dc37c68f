"""The evidence of a watch minute by minute, and what can be read from it at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chairlift.core.judging.detector import MARGINS, Detector
from chairlift.core.judging.minutes import Hours, Minutes, Numbers
from chairlift.core.judging.ordinary import DAY, Ordinary

#: From so many minutes before the deploy on the level is followed, to know it at the deploy.
WARM = 2 * DAY


@dataclass(frozen=True, eq=False)
class Path:
    """Of one watch: each array has one number for each minute since the deploy; `unharmed` has one for each margin.

    See `detector.Reading` for what they are; `requests` and `errors` are NaN where nothing was measured.
    """

    requests: Numbers
    errors: Numbers
    hours: Hours
    evidence: Numbers
    onset: Hours
    expected: Numbers
    low: Numbers
    high: Numbers
    unharmed: Numbers

    def __len__(self) -> int:
        return len(self.evidence)

    def until(self, minutes: int) -> Path:
        """As it was after so many minutes."""
        return Path(*(getattr(self, name)[:minutes] for name in self.__dataclass_fields__))


def followed(lanes: Sequence[tuple[Ordinary, Minutes, Minutes]]) -> list[Path]:
    """The path of each watch: what is ordinary there, the minutes before its deploy, and those after it.

    Those before are the last two days; fewer make the first minutes of the watch less sharp. All watches must have
    equally many minutes after their deploys.
    """
    detector = Detector([lane for lane, _, _ in lanes])
    warm = max((min(len(before), WARM) for _, before, _ in lanes), default=0)
    befores = [_columns(before, warm) for _, before, _ in lanes]
    for minute in range(warm):
        detector.warm(*(_at(befores, what, minute) for what in range(3)))  # type: ignore[arg-type]
    length = len(lanes[0][2]) if lanes else 0
    afters = [_columns(after, length) for _, _, after in lanes]
    readings = [
        detector.look(*(_at(afters, what, minute) for what in range(3)))  # type: ignore[arg-type]
        for minute in range(length)
    ]
    if not readings:
        return [_path(after, {}, lane) for lane, after in enumerate(afters)]
    names = ("evidence", "onset", "expected", "low", "high", "unharmed")
    told = {name: np.stack([getattr(reading, name) for reading in readings]) for name in names}
    return [_path(after, told, lane) for lane, after in enumerate(afters)]


_Columns = tuple[Numbers, Numbers, Hours]


def _path(columns: _Columns, told: dict[str, Numbers], lane: int) -> Path:
    none = np.zeros(0)
    if not told:
        empty = np.zeros((0, len(MARGINS)))
        return Path(none, none, columns[2][:0], none, columns[2][:0], none, none, none, empty)
    return Path(*columns, **{name: found[:, lane] for name, found in told.items()})  # type: ignore[arg-type]


def _columns(minutes: Minutes, length: int) -> _Columns:
    """The last `length` minutes; those that there are not are missing."""
    short = max(length - len(minutes), 0)
    missing = np.full(short, np.nan)
    last = len(minutes) - (length - short)
    hours = np.concatenate([np.zeros(short, np.int64), minutes.hours[last:]])
    return np.concatenate([missing, minutes.requests[last:]]), np.concatenate([missing, minutes.errors[last:]]), hours


def _at(lanes: Sequence[_Columns], what: int, minute: int) -> Numbers:
    return np.array([lane[what][minute] for lane in lanes])
