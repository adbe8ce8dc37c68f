"""The evidence of a watch minute by minute, and what can be read from it at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from chairlift.core.judging.detector import MARGINS, Detector, Reading
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
    detector = Detector([usual for usual, _, _ in lanes])
    warm = max((min(len(before), WARM) for _, before, _ in lanes), default=0)
    for minute in zip(*_side_by_side([before for _, before, _ in lanes], warm), strict=True):
        detector.warm(*minute)
    requests, errors, hours = _side_by_side([after for _, _, after in lanes], len(lanes[0][2]) if lanes else 0)
    readings = [detector.look(*minute) for minute in zip(requests, errors, hours, strict=True)]
    if not readings:
        return [_EMPTY] * len(lanes)
    told = [np.stack([getattr(reading, each.name) for reading in readings]) for each in fields(Reading)]
    return [Path(*(each[:, lane] for each in (requests, errors, hours, *told))) for lane in range(len(lanes))]


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
