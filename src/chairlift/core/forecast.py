"""When will every service be done? A simulation that costs the same for ten services and for ten thousand.

Each of `DRAWS` draws takes one believable pace for every step and party (`core/durations.py`: promises, corrected by
the record), lets the services through the waves, the order of libraries, the calendars and the changes that are still
ahead of them (`core/passing.py`), and notes when the last of them is through. So a date holds both sorts of doubt: how
fast people are at all, which all services share, and the luck of each service.

A draw walks groups, not services: alike services are put together (at most `GROUPS`) by whoever builds the world
(`core/ahead.py`), so that the work is bounded. Up to that number every service is a group of its own. Of a larger group
a draw walks two members: a usual one, and the last of so many (the likeliest way of being that late: all its steps
late, the more uncertain ones more so). A group that is larger than a wave goes through it in rounds.

Equal seeds give equal answers, and each group keeps its luck when something else of the world is changed, so that two
worlds can be compared draw by draw.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from chairlift.core.ahead import World
from chairlift.core.passing import Passage, Simulation

DRAWS = 60
GROUPS = 64
CHANCES = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Outlook:
    """Of one group: for each change still ahead its number, and the days until half of the draws begin and end it.

    `through` are the days until everything is through at 50, 80 and 95%.
    """

    changes: tuple[tuple[int, float, float], ...] = ()
    through: tuple[float, ...] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Forecast:
    """Sorted days until the last service is through, for each change and for all of them, one for each draw."""

    changes: tuple[tuple[float, ...], ...]
    end: tuple[float, ...]
    groups: tuple[Outlook, ...] = ()

    def by(self, chance: float) -> float:
        """The days until all is done with this chance; `HORIZON` or more is "nobody can say"."""
        return quantile(self.end, chance)


def quantile(ordered: Sequence[float], chance: float) -> float:
    """Of sorted values, the least that so large a share of them does not exceed."""
    return ordered[max(ceil(chance * len(ordered) - 1e-9), 1) - 1]


def within(ordered: Sequence[float], days: float) -> float:
    """The share of the draws that are through by then."""
    return bisect_right(ordered, days) / len(ordered)


def forecast(world: World, seed: str) -> Forecast:
    """When the services of this world will be through. Costs `DRAWS` x groups x steps, whatever their counts."""
    draws = min((len(pace.draws) for pace in world.paces), default=0)
    if not world.groups or not draws:
        return Forecast(tuple((0.0,) for _ in world.legs), (0.0,))
    simulation = Simulation(world, seed)
    all_draws = [simulation.draw(number) for number in range(draws)]
    changes = []
    for number in range(len(world.legs)):
        changes.append(tuple(sorted(_last_of(passages, world, number) for passages in all_draws)))
    end = tuple(sorted(max(p.last[-1][2] for p in passages) for passages in all_draws))
    outlooks = tuple(_outlook(world, place, all_draws) for place in range(len(world.groups)))
    return Forecast(tuple(changes), end, outlooks)


def _last_of(passages: Sequence[Passage], world: World, number: int) -> float:
    left = len(world.legs) - number
    return max((p.last[-left][2] for p in passages if len(p.last) >= left), default=0.0)


def _outlook(world: World, place: int, draws: Sequence[Sequence[Passage]]) -> Outlook:
    mine = [passages[place].usual for passages in draws]
    first = len(world.legs) - len(mine[0])
    changes = []
    for number in range(len(mine[0])):
        starts, ends = sorted(p[number][0] for p in mine), sorted(p[number][2] for p in mine)
        changes.append((first + number, quantile(starts, 0.5), quantile(ends, 0.5)))
    through = sorted(p[-1][2] for p in mine)
    return Outlook(tuple(changes), tuple(quantile(through, each) for each in CHANCES))
