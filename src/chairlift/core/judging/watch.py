"""One watch as a whole: what is found out before it, what its minutes so far come to, and the evidence of that."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import log
from typing import Any

import numpy as np

from chairlift.core.judging.judge import Rules
from chairlift.core.judging.level import State
from chairlift.core.judging.minutes import Minutes, Numbers
from chairlift.core.judging.ordinary import Ordinary, ordinary, too_little
from chairlift.core.judging.path import Follower, Path, warmed
from chairlift.core.judging.placebo import Placebo, placebo

#: A minute that is missing may still come; one that is older than so many minutes will not.
LATE = 10
#: The last minutes are still being counted: a watch ends so many before now.
SETTLED = 1
#: Watches that are remembered; one that is not is followed from its beginning once more.
REMEMBERED = 500
#: Points of a path that are told.
POINTS = 120
#: What of the ordinary is told; the rates of 168 hours are kept with the unit that found them.
_TOLD = ("noise", "fast", "slow", "memory", "days", "incidents")
_STEADY: State = (0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Before:
    """What is known of a service before its deploy; with a `doubt` there is no `usual`, and nothing can be judged.

    `state` is how its errors stood at the deploy, `placebo` what the judge says of its ordinary days. `requests` and
    `errors` were counted in `minutes` minutes of `expected`; `odd` is what the monitor said that cannot be.
    """

    usual: Ordinary | None = None
    state: State = _STEADY
    placebo: Placebo | None = None
    requests: float = 0.0
    errors: float = 0.0
    minutes: int = 0
    expected: int = 0
    odd: tuple[str, ...] = ()
    doubt: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Before:
        usual, tried = found["usual"], found["placebo"]
        slow, fast, of_slow, of_fast, shared = found["state"]
        return cls(
            **{
                **found,
                "usual": usual and Ordinary.from_json(usual),
                "placebo": tried and Placebo(**tried),
                "state": (slow, fast, of_slow, of_fast, shared),
                "odd": tuple(found["odd"]),
            }
        )


def look_back(history: Minutes, rules: Rules) -> Before:
    """What the minutes before a deploy say, four weeks of them at best."""
    known = Before(
        requests=float(np.nansum(history.requests)),
        errors=float(np.nansum(history.errors)),
        minutes=int(history.measured.sum()),
        expected=len(history),
        odd=history.odd,
    )
    if doubt := too_little(history):
        return replace(known, doubt=doubt)
    usual = ordinary(history)
    tried = placebo(usual, history, rules)
    return replace(known, usual=usual, state=warmed(usual, history), placebo=tried)


class Watch:
    """One watch that is under way, from `start` on; `end` is the minute from which on nothing was followed yet."""

    def __init__(self, start: datetime) -> None:
        self.lock = threading.Lock()
        self.start = self.end = start
        self._follower: Follower | None = None

    def follow(self, before: Before, minutes: Minutes) -> Path:
        """The path so far, with these minutes, which begin at `end`; those that may still come are left for later."""
        assert before.usual is not None
        assert minutes.start == self.end
        follower = self._follower or Follower(before.usual, before.state)
        known = int(np.flatnonzero(minutes.measured)[-1]) + 1 if minutes.measured.any() else 0
        settled = minutes.part(minutes.start, minutes.start + max(known, len(minutes) - LATE) * minutes.step)
        # Until it is through with these, it has not begun: whatever happens, no minute is followed twice.
        self._follower, self.end, end = None, self.start, settled.end
        follower.follow(settled)
        self._follower, self.end = follower, end
        return follower.path


class Watches:
    """What one process remembers of watches under way, so that each minute is asked for and followed once.

    Nothing depends on it: what is forgotten is asked for again, and comes to the same.
    """

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._known: OrderedDict[str, Watch] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, key: str, start: datetime) -> Iterator[Watch]:
        """The watch under this key, for one look at a time; it begins at `start`."""
        with self._lock:
            watch = self._known.setdefault(key, Watch(start))
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        with watch.lock:
            yield watch


def evidence(path: Path, before: Before, rules: Rules, start: datetime, step: float) -> dict[str, Any]:
    """What a judgement rests on, as JSON: parameters, counts, and the path at no more than so many of its minutes.

    `start` is the watch's first minute, `step` the length of one in seconds. Each point is (minute, requests and errors
    of the minutes since the last point, errors that were expected of them, evidence as a natural logarithm, and the
    bounds of the ratio); counts are of minutes that were measured.
    """
    tried = before.placebo
    assert before.usual is not None
    return {
        "start": start.isoformat(),
        "step": step,
        "minutes": len(path),
        "measured": int((~np.isnan(path.requests)).sum()),
        "requests": float(np.nansum(path.requests)),
        "errors": float(np.nansum(path.errors)),
        "expected": float(path.expected.sum()),
        "onset": int(path.onset[-1]) if len(path) else 0,
        "ratio": [float(path.low[-1]), float(path.high[-1])] if len(path) else [],
        "strong": log(1 / rules.alpha),
        "rules": asdict(rules),
        "usual": {
            name: getattr(before.usual, name) for name in ("noise", "fast", "slow", "memory", "days", "incidents")
        },
        "placebo": {**asdict(tried), "words": tried.words} if tried else {},
        "points": _points(path),
    }


def _points(path: Path) -> list[list[float]]:
    if not len(path):
        return []
    every = -(-len(path) // POINTS)
    ends = np.unique(np.append(np.arange(every, len(path) + 1, every), len(path)))
    known = ~np.isnan(path.requests)
    sums = [_differences(np.where(known, each, 0.0), ends) for each in (path.requests, path.errors, path.expected)]
    at = ends - 1
    # The evidence is what it was at its highest, as it is that which counts.
    highest = [float(path.evidence[first:last].max()) for first, last in zip([0, *ends[:-1]], ends, strict=True)]
    rows = zip(ends, *sums, highest, path.low[at], path.high[at], strict=True)
    return [[int(end), *(round(float(each), 4) for each in rest)] for end, *rest in rows]


def _differences(values: Numbers, ends: Numbers) -> Numbers:
    whole = np.append(0.0, values.cumsum())
    found: Numbers = np.diff(whole[np.append(0, ends)])
    return found
