"""Hold, worse, healthy or unknown: what the evidence of a watch comes to, in two stages.

*Hold* as soon as the evidence of a rise is strong: what shares the change waits, and people are told. *Worse* once that
evidence has stood for a quarter of an hour and the rise began with the deploy. *Healthy* needs a day with a busy hour
in it and evidence that errors did not rise by a margin. All else is *unknown*, with the reason and what would end it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from chairlift.core.judging.detector import MARGINS, RATIOS
from chairlift.core.judging.minutes import Numbers, YesNo
from chairlift.core.judging.ordinary import DAY, Ordinary
from chairlift.core.judging.path import Path
from chairlift.core.verdict import Health


@dataclass(frozen=True)
class Rules:
    """When evidence is enough.

    `alpha`: how often a watch in which nothing changed may be held. `persists`: minutes that strong evidence stands
    before it is *worse*. `onset`: minutes after the deploy within which its effects begin. `soak`: minutes before
    *healthy*. `coverage`: the share of minutes that must be measured. `busy`: how many of the requests of the busiest
    hour of an ordinary week one hour must have seen.
    """

    alpha: float = 0.005
    persists: int = 15
    onset: int = 60
    soak: int = DAY
    coverage: float = 0.9
    busy: float = 0.8


#: A rise by fewer errors than this is not "significant" in the words of the menu, however certain.
MIN_ERRORS = 5
#: Below an ordinary day with so many errors, not even a doubling is told from chance within days; from the second on
#: the narrower margin is held to.
_FEW_ERRORS, _MANY_ERRORS = 20.0, 200.0
#: Whether a rise goes on is told from the last five minutes, or as many as should have brought so many errors.
_LAST, _ENOUGH = 5, 5.0
#: It stands if it was there in so much of the time, and that was measured: chance makes a minute look better.
_MOST = 0.8
_HOUR = 60
#: Evidence that errors did not rise by the margin: 20 to 1.
_UNHARMED = float(np.log(20))


@dataclass(frozen=True)
class Judgement:
    """`hold` says that what shares the change waits. `margin` is what *healthy* excludes, 0 where nothing can be.

    `asks`: a person must look now, as no minute to come will tell. `hopeless`: it will never be known by this watch.
    """

    health: Health
    hold: bool
    why: str
    margin: float = 0.0
    asks: bool = False
    hopeless: bool = False


def strong(path: Path, rules: Rules) -> YesNo:
    """For each minute whether there was strong evidence of a rise, by errors enough, and it goes on."""
    counted, expected = _summed(path.errors), _summed(path.expected)
    now = np.arange(len(path)) + 1
    since = counted[now] - counted[np.minimum(path.onset, now - 1)]
    # So far back that a few errors were to be expected: three minutes of a small service say nothing.
    back = np.searchsorted(expected, expected[now] - _ENOUGH, side="right") - 1
    back = np.clip(np.minimum(back, now - _LAST), 0, None)
    # Half of the rise that is certain, in logarithms: what was six times as much for ten minutes is over at twice.
    least = np.maximum(RATIOS[0], np.sqrt(path.low))
    goes_on = counted[now] - counted[back] > least * (expected[now] - expected[back])
    found: YesNo = (path.evidence >= np.log(1 / rules.alpha)) & (since >= MIN_ERRORS) & goes_on
    return found


def standing(path: Path, rules: Rules) -> YesNo:
    """For each minute whether strong evidence has stood for as long as it must."""
    measured = ~np.isnan(path.requests)
    alarms, most = strong(path, rules), _MOST * rules.persists
    # One that is so old: without it, twelve minutes of the first twelve were enough.
    old = _last(alarms, 2 * rules.persists) > _last(alarms, rules.persists - 1)
    of_late = (_last(alarms, rules.persists) >= most) & (_last(measured, rules.persists) >= most)
    found: YesNo = alarms & old & of_late
    return found


def begun_with_it(path: Path, rules: Rules) -> YesNo:
    """For each minute whether what stands began with the deploy: then it is *worse*."""
    found: YesNo = standing(path, rules) & (path.onset <= rules.onset)
    return found


def first(alarms: YesNo) -> float:
    """After how many minutes the first of them came; infinity where none did."""
    return float(alarms.argmax()) + 1 if alarms.any() else inf


def judge(path: Path, usual: Ordinary, rules: Rules) -> Judgement:
    """What this watch comes to after all of its minutes."""
    if not len(path):
        return Judgement(Health.UNKNOWN, False, "the watch has just begun")
    ours = begun_with_it(path, rules)
    if ours.any():
        return Judgement(Health.WORSE, True, f"errors rose {_times(path)}, {_began(path, int(ours.argmax()))}")
    hold = bool(strong(path, rules)[-rules.persists :].any())
    if standing(path, rules)[-1]:
        late = f"errors rose {_times(path)}, but {_began(path, len(path) - 1)}"
        why = f"{late}: late for a cause in the deploy, a person must look"
        return Judgement(Health.UNKNOWN, True, why, asks=True)
    if hold:
        return Judgement(
            Health.UNKNOWN, True, f"errors seem to rise {_times(path)}; {rules.persists} minutes will tell"
        )
    margin = _margin(usual)
    doubt = _doubt(path, usual, rules, margin)
    if doubt:
        return Judgement(Health.UNKNOWN, False, doubt, margin, hopeless=not margin)
    words = f"errors did not rise by {margin - 1:.0%} or more: {_times(path)} in {_hours(len(path))}"
    return Judgement(Health.HEALTHY, False, words, margin)


def _margin(usual: Ordinary) -> float:
    if usual.daily < _FEW_ERRORS:
        return 0.0
    return MARGINS[0] if usual.daily >= _MANY_ERRORS else MARGINS[1]


def _doubt(path: Path, usual: Ordinary, rules: Rules, margin: float) -> str:
    """Why it is not healthy (yet)."""
    measured = float(np.mean(~np.isnan(path.requests)))
    if measured < rules.coverage:
        return f"only {measured:.0%} of the minutes since the deploy were measured, and {rules.coverage:.0%} must be"
    if not margin:
        few = f"too few errors to tell by: {usual.daily:.1f} on an ordinary day"
        return f"{few}, and {_FEW_ERRORS:.0f} are needed to tell a doubling from chance"
    if len(path) < rules.soak:
        return f"so far as usual; {_hours(rules.soak - len(path))} more to watch"
    if not _was_busy(path, usual, rules):
        return (
            f"no hour since the deploy was {rules.busy:.0%} as busy as the busiest of a week; it goes on until one was"
        )
    if path.unharmed[-1, MARGINS.index(margin)] < _UNHARMED:
        return f"not sure yet that errors did not rise by {margin - 1:.0%}: {_times(path)} so far"
    return ""


def _was_busy(path: Path, usual: Ordinary, rules: Rules) -> bool:
    length = min(_HOUR, max(rules.soak, 1))
    hours = _last(np.nan_to_num(path.requests), length)[length - 1 :]
    return bool(len(hours)) and float(hours.max()) >= rules.busy * usual.requests[usual.busiest] * length


def _times(path: Path) -> str:
    return f"{path.low[-1]:.2g} to {path.high[-1]:.2g} times (95%)"


def _began(path: Path, minute: int) -> str:
    began = int(path.onset[minute])
    return f"from {_hours(began)} after the deploy on" if began else "from the deploy on"


def _hours(minutes: int) -> str:
    if minutes < 120:
        return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"
    return f"{minutes / 60:.0f} hours"


def _summed(values: Numbers) -> Numbers:
    """The sum of all before each minute, and of all: one longer than `values`; what is missing adds nothing."""
    return np.append(0.0, np.nan_to_num(values).cumsum())


def _last(values: Numbers | YesNo, length: int) -> Numbers:
    """For each minute the sum of so many values up to it."""
    whole = _summed(np.asarray(values, float))
    found: Numbers = whole[1:] - whole[np.maximum(np.arange(len(values)) + 1 - length, 0)]
    return found
