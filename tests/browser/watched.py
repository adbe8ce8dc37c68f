"""What the judge made of watches that never were, for the pages: one where nothing changed, one that turned worse."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from chairlift.core.judging.judge import Rules
from chairlift.core.judging.minutes import MINUTE, Minutes
from chairlift.core.judging.ordinary import DAY
from chairlift.core.judging.watch import Watch, evidence, look_back

#: Requests and errors of a minute on ordinary days; just over a week of them is looked back on.
REQUESTS, ERRORS, HISTORY = 600, 1.2, 7 * DAY + 60


@cache
def judged(start: datetime, minutes: int, ratio: float) -> dict[str, Any]:
    """The evidence of a watch that began at `start` and in which errors are so many times as many."""
    chance = np.random.default_rng(18)
    requests = chance.poisson(REQUESTS, HISTORY + minutes).astype(float)
    errors = chance.poisson(ERRORS, HISTORY + minutes).astype(float)
    errors[HISTORY:] = chance.poisson(ERRORS * ratio, minutes)
    whole = Minutes(start - HISTORY * MINUTE, requests, errors)
    before = look_back(whole.part(whole.start, start), Rules())
    path = Watch(start).follow(before, whole.part(start, whole.end))
    return evidence(path, before, Rules(), start, timedelta(minutes=1).total_seconds())
