"""The evidence of a watch minute by minute, and what can be read from it at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from chairlift.core.judging.detector import MARGINS, Detector, Reading
from chairlift.core.judging.level import State
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

    def __add__(self, later: Path) -> Path:
        """With the minutes that came after it."""
        return Path(*(np.concatenate([getattr(each, name) for each in (self, later)]) for name in _ARRAYS))

    def until(self, minutes: int) -> Path:
        """As it was after so many minutes."""
        return Path(*(getattr(self, name)[:minutes] for name in _ARRAYS))


_ARRAYS = tuple(each.name for each in fields(Path))


def followed(lanes: Sequence[tuple[Ordinary, Minutes, Minutes]]) -> list[Path]:
    """The path of each watch: what is ordinary there, the minutes before its deploy, and those after it.

    Those before are the last two days; fewer make the first minutes of the watch less sharp. All watches must have
    equally many minutes after their deploys.
    """
    detector = _warmed([(usual, before) for usual, before, _ in lanes])
    requests, errors, hours = _side_by_side([after for _, _, after in lanes], len(lanes[0][2]) if lanes else 0)
    readings = [detector.look(*minute) for minute in zip(requests, errors, hours, strict=True)]
    return _paths(requests, errors, hours, readings, len(lanes))


def warmed(usual: Ordinary, before: Minutes) -> State:
    """How the errors of one service stand after these minutes: what its watch begins from."""
    return _warmed([(usual, before)]).level.state[0]


class Follower:
    """One watch that is followed as its minutes come; a day of it takes an eighth of a megabyte."""

    def __init__(self, usual: Ordinary, state: State) -> None:
        self._detector = Detector([usual])
        self._detector.level.resume([state])
        #: As it is after the minutes so far.
        self.path = _EMPTY

    def follow(self, minutes: Minutes) -> None:
        """The next minutes of the watch."""
        requests, errors, hours = _side_by_side([minutes], len(minutes))
        readings = [self._detector.look(*minute) for minute in zip(requests, errors, hours, strict=True)]
        (more,) = _paths(requests, errors, hours, readings, 1)
        self.path = self.path + more


def _warmed(lanes: Sequence[tuple[Ordinary, Minutes]]) -> Detector:
    detector = Detector([usual for usual, _ in lanes])
    warm = max((min(len(before), WARM) for _, before in lanes), default=0)
    for minute in zip(*_side_by_side([before for _, before in lanes], warm), strict=True):
        detector.warm(*minute)
    return detector


def _paths(requests: Numbers, errors: Numbers, hours: Hours, readings: Sequence[Reading], lanes: int) -> list[Path]:
    if not readings:
        return [_EMPTY] * lanes
    told = [np.stack([getattr(reading, each.name) for reading in readings]) for each in fields(Reading)]
    return [Path(*(each[:, lane] for each in (requests, errors, hours, *told))) for lane in range(lanes)]


_NONE, _NO_HOURS = np.zeros(0), np.zeros(0, np.int64)
_EMPTY = Path(_NONE, _NONE, _NO_HOURS, _NONE, _NO_HOURS, _NONE, _NONE, _NONE, np.zeros((0, len(MARGINS))))


def _side_by_side(lanes: Sequence[Minutes], length: int) -> tuple[Numbers, Numbers, Hours]:
    """Requests, errors and hours (minutes, lanes) of the last `length` minutes; missing where there are fewer."""
    requests, errors = np.full((2, length, len(lanes)), np.nan)
    hours = np.zeros((length, len(lanes)), np.int64)
    for lane, minutes in enumerate(lanes):
        last = min(len(minutes), length)
        if last:
            requests[-last:, lane], errors[-last:, lane] = minutes.requests[-last:], minutes.errors[-last:]
            hours[-last:, lane] = minutes.hours[-last:]
    return requests, errors, hours
