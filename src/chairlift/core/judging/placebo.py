"""What the judge says of ordinary days: how often it would have held them, and how soon it would see a doubling.

Each of a service's last days is watched as if something had been deployed at the same time of day. What is ordinary was
read from these very days, so the shares are a little kind; they are shown with every verdict, as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from chairlift.core.judging.judge import Rules, begun_with_it, first, strong
from chairlift.core.judging.minutes import Minutes
from chairlift.core.judging.ordinary import DAY, Ordinary
from chairlift.core.judging.path import WARM, followed

#: So many days are watched, each with a week before it.
DAYS = 21
_WEEK = 7 * DAY
#: A day of which less was measured tells nothing.
_MEASURED = 0.5


@dataclass(frozen=True)
class Placebo:
    """Of `days` ordinary days, how many would have been `held` and called `worse`.

    `doubling` is after how many minutes a doubling of errors would have been seen, in the middle; None where it would
    have gone unseen for a day on most of them.
    """

    days: int
    held: int
    worse: int
    doubling: int | None

    @property
    def words(self) -> str:
        if not self.days:
            return "no ordinary day to try it on"
        seen = "not be seen within a day" if self.doubling is None else f"be seen within {self.doubling} minutes"
        return f"{self.held} of {self.days} ordinary days would have been held; a doubling would {seen}"


def placebo(usual: Ordinary, history: Minutes, rules: Rules) -> Placebo:
    """Of the history that ends with the deploy: four weeks give 21 days, fewer give fewer."""
    days = [back for back in range(DAYS, 0, -1) if len(history) >= _WEEK + back * DAY]
    watches = [_watch(history, len(history) - back * DAY) for back in days]
    watches = [watch for watch in watches if watch[1].measured.mean() >= _MEASURED]
    paths = followed([(usual, before, after) for before, after, _ in watches])
    doubled = followed([(usual, before, twice) for before, _, twice in watches])
    seen = [first(strong(path, rules)) for path in doubled]
    middle = median(seen) if seen else np.inf
    return Placebo(
        days=len(watches),
        held=sum(bool(strong(path, rules).any()) for path in paths),
        worse=sum(bool(begun_with_it(path, rules).any()) for path in paths),
        doubling=int(middle) if middle < np.inf else None,
    )


def _watch(history: Minutes, first: int) -> tuple[Minutes, Minutes, Minutes]:
    """What came before this minute, the day from it on, and that day with the errors of a week ago on top."""
    step = history.step
    start = history.start + first * step
    after = history.part(start, start + DAY * step)
    earlier = history.part(start - _WEEK * step, start - (_WEEK - DAY) * step)
    share = after.requests / np.maximum(earlier.requests, 1)
    more = np.minimum(after.errors + earlier.errors * share, after.requests)
    # A minute that was missing then is as it was now: the doubling is seen a little later for it.
    twice = replace(after, errors=np.where(np.isnan(more), after.errors, more))
    return history.part(start - WARM * step, start), after, twice
