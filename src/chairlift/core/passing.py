"""One draw of a forecast: who is let into the wave when, and how each group goes on from there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import exp, sqrt
from random import Random

from chairlift.core.ahead import Group, Stand, World
from chairlift.core.decision import StepName
from chairlift.core.durations import NORMAL, at_least
from chairlift.core.pace import wave_size

#: Days; nothing is said of what lies beyond.
HORIZON = 1461.0
#: A tenth of a second: what happens closer together than this happens at once.
_NEAR = 1e-6
_CHOSEN, _FREED, _DONE, _RELEASED, _GREEN = range(5)
_RING = 4099
#: Luck with which there always is something to change.
_BUSY = 9.0
_CREATE, _REVIEW = StepName.CREATE.rank, StepName.REVIEW.rank
_MERGE, _DEPLOY = StepName.MERGE.rank, StepName.DEPLOY.rank
_STEPS = len(StepName)

#: The pace, `least - shift` and `least` of a step, and what there is to its end: `_OPENS` and the like.
_Step = tuple[int, float, float, int]
_OPENS, _MERGES, _GATE, _CREATES = 1, 2, 4, 8
#: Of one change in one draw: when it starts, is merged, ends, and when its pull request is green.
_Times = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Stretch:
    """One change ahead of a group: whether it goes on from now, or from the change before; how often it is idle.

    `reviewed` is whether it stands at its review.
    """

    begun: bool
    idle: float
    steps: tuple[_Step, ...]
    reviewed: bool = False
    bound: float | None = None
    taken: float = 0.0


@dataclass(frozen=True)
class _Route:
    """What is ahead of a group at one level; `creates` says whether Chairlift makes its pull requests."""

    stretches: tuple[_Stretch, ...]
    creates: bool
    paces: tuple[int, ...]


@dataclass
class Passage:
    """One group in one draw: start, merge, end and green of each change, of a usual member and of the last.

    `spread` are the days between the first member and the last, where they go through the wave in rounds.
    """

    usual: list[_Times]
    last: list[_Times]
    spread: float = 0.0


class Simulation:
    """One world and its luck: normals in a random order, read from a place that depends on draw and group alone."""

    def __init__(self, world: World, seed: str) -> None:
        self.world = world
        # Evenly spread and shuffled: quieter than as many independent ones, and far cheaper.
        ring = [NORMAL.inv_cdf((place + 0.5) / _RING) for place in range(_RING)]
        Random(seed).shuffle(ring)
        # What one group can use up: a choice, a level, and for each change whether it is idle, its steps, its lateness.
        self._most = 3 + len(world.legs) * (_STEPS + 1)
        self._ring = ring + ring[: self._most]
        self._routes: dict[tuple[tuple[Stand, ...], int], _Route] = {}
        self._mix = [level for level, count in enumerate(world.mix) for _ in range(count)] or [0]

    def draw(self, number: int) -> list[Passage]:
        """When each group is through, in one draw."""
        paces = [pace.draws[number] for pace in self.world.paces]
        return _Draw(self, self.world, paces, number, [sigma * exp(mu) for mu, sigma in paces]).run()

    def luck(self, draw: int, place: int) -> list[float]:
        at = (draw * 2_039 + place * 677) % _RING
        return self._ring[at : at + self._most]

    def level(self, group: Group, z: float) -> int:
        """The level chosen; where nobody has, as others chose."""
        return group.level if group.level >= 0 else self._mix[int(NORMAL.cdf(z) * len(self._mix))]

    def route(self, place: int, level: int) -> _Route:
        stands = self.world.groups[place].stands
        if (stands, level) not in self._routes:
            self._routes[stands, level] = _route(self.world, stands, level)
        return self._routes[stands, level]


def _route(world: World, stands: tuple[Stand, ...], level: int) -> _Route:
    first = stands[0].change if stands else 0
    there = {stand.change: stand for stand in stands}
    found = []
    for number in range(first, len(world.legs)):
        stand = there.get(number)
        steps = tuple(_steps(world, number, stand, level))
        bound, taken = None, 0.0
        if stand and stand.pace >= 0 and steps:
            pace, taken = world.paces[stand.pace], stand.taken
            bound = pace.known(taken) if taken > pace.least else None
        idle, reviewed = 0.0 if stand else world.legs[number].idle, stand is not None and stand.rank == _REVIEW
        found.append(_Stretch(stand is not None, idle, steps, reviewed, bound, taken))
    paces = tuple(step[0] for each in found for step in each.steps)
    return _Route(tuple(found), world.ours[world.levels[level][StepName.CREATE.rank]], paces)


def _steps(world: World, number: int, stand: Stand | None, level: int) -> Iterator[_Step]:
    """What is left of one change."""
    end = _STEPS if world.legs[number].deploys else _DEPLOY
    after = min(world.legs[number + 1].after if number + 1 < len(world.legs) else _STEPS, end - 1)
    for rank in range(stand.rank if stand else 0, end):
        begun = stand is not None and rank == stand.rank and stand.pace >= 0
        index = stand.pace if stand and begun else world.levels[level][rank]
        pace = world.paces[index]
        flags = _OPENS if world.ours[index] and rank in (_MERGE, _DEPLOY) else 0
        flags |= (_MERGES if rank == _MERGE else 0) | (_GATE if rank == after else 0)
        flags |= _CREATES if rank == _CREATE else 0
        yield index, pace.least - pace.shift, pace.least, flags


@dataclass
class _Draw:
    """One draw: who is let in when, and how each goes on from there."""

    simulation: Simulation
    world: World
    paces: list[tuple[float, float]]
    number: int
    slopes: list[float]
    events: list[tuple[float, int, int]] = field(default_factory=list)
    passages: dict[int, Passage] = field(default_factory=dict)
    levels: list[int] = field(default_factory=list)
    taken: int = 0
    #: How many are on their way to green in each pool, and what each event does to that: pool and number.
    pools: list[int] = field(default_factory=list)
    greens: list[tuple[int, int]] = field(default_factory=list)

    def run(self) -> list[Passage]:
        self.taken, self.pools = self.world.busy, [*self.world.pools]
        queued = False
        for place, group in enumerate(self.world.groups):
            luck = self.simulation.luck(self.number, place)
            self.levels.append(self.simulation.level(group, luck[1]))
            begin = max(self._chosen(group, luck[0]) if group.level < 0 else 0.0, group.not_before)
            # Whoever makes the pull request by itself waits for no wave, but takes a place in it once it is let in.
            if group.admitted or not self.simulation.route(place, self.levels[place]).creates:
                self._go(place, begin)
            if group.admitted:
                self.taken += self._occupy(place, begin, group.count)
            else:
                queued = True
                heappush(self.events, (begin, _CHOSEN, place))
        if queued:
            self._let_in()
        return [self.passages.get(place) or self._never(place) for place in range(len(self.world.groups))]

    def _chosen(self, group: Group, z: float) -> float:
        """Days until the squad has chosen."""
        mu, sigma = self.paces[self.world.choosing]
        pace = self.world.paces[self.world.choosing]
        whole = pace.days(at_least(pace.known(group.taken), mu, sigma, NORMAL.cdf(z)))
        return min(max(whole - group.taken, 0.0), HORIZON)

    def _never(self, place: int) -> Passage:
        """It is let in by nobody: all places are taken for good, or what it waits for never comes."""
        route = self.simulation.route(place, self.levels[place])
        never = [(HORIZON, HORIZON, HORIZON, HORIZON) for _ in route.stretches]
        return Passage(never, never)

    def _go(self, place: int, begin: float, rounds: float = 1.0) -> None:
        """Walk the rest of the way from there, in rounds where the group is larger than the wave."""
        route, group = self.simulation.route(place, self.levels[place]), self.world.groups[place]
        luck = self.simulation.luck(self.number, place)
        usual = self._walk(route, group, begin, luck[2:])
        last = usual
        if group.count > 1:
            last = self._walk(route, group, begin, self._lateness(route, group, luck[-1]))
        spread = max(usual[0][1] - begin, 0.0) * (rounds - 1)
        if group.pool >= 0 and not group.admitted:
            # Where the pool is narrower than the wave, its rounds are shorter, and more.
            spread = max(spread, max(usual[0][3] - begin, 0.0) * (group.count / self.world.building - 1))
        if spread:
            usual, last = _later(usual, spread / 2), _later(last, spread)
        self.passages[place] = Passage(usual, last, spread)

    def _lateness(self, route: _Route, group: Group, z: float) -> list[float]:
        """The likeliest luck of whoever is last of so many: along the slope of the whole duration, and never idle."""
        latest = NORMAL.inv_cdf(min(NORMAL.cdf(z) ** (1 / group.count), 1 - 1e-9))
        slopes = [self.slopes[index] for index in route.paces]
        share = latest / (sqrt(sum([slope * slope for slope in slopes])) or 1.0)
        return [*([_BUSY] * len(route.stretches)), *[slope * share for slope in slopes]]

    def _walk(self, route: _Route, group: Group, begin: float, luck: Sequence[float]) -> list[_Times]:
        """The times of each change. It uses a normal for whether each is idle, then one for each step."""
        starts, ends = self.world.calendars[group.calendar]
        paces = self.paces
        passed = begin
        found = []
        place = len(route.stretches)
        for number, stretch in enumerate(route.stretches):
            start = at = merged = begin if stretch.begun else passed
            passed = start
            if stretch.idle and NORMAL.cdf(luck[number]) < stretch.idle:
                found.append((start, start, start, start))
                continue
            # One that is in review is green, or as far from it as one whose review begins.
            green = start + (self.world.green if stretch.reviewed and group.building else 0.0)
            at -= stretch.taken
            if stretch.bound is not None:
                luck = [*luck[:place], self._beyond(stretch, luck[place]), *luck[place + 1 :]]
            for index, base, least, flags in stretch.steps:
                mu, sigma = paces[index]
                days = exp(mu + sigma * luck[place]) + base
                place += 1
                at += days if days > least else least
                if flags:
                    at = max(at, start)
                    if flags & _OPENS and ends and (window := bisect_right(ends, at)) < len(starts):
                        at = max(at, starts[window])
                    if flags & _CREATES:
                        green = at + self.world.green
                    if flags & _MERGES:
                        merged = at
                    if flags & _GATE:
                        passed = at
            at = max(at, start)
            found.append(_capped((start, merged, at, min(green, merged))))
        return found

    def _beyond(self, stretch: _Stretch, z: float) -> float:
        """The luck of a step that has taken so long already."""
        assert stretch.bound is not None
        mu, sigma = self.paces[stretch.steps[0][0]]
        return (at_least(stretch.bound, mu, sigma, NORMAL.cdf(z)) - mu) / sigma

    # The wave

    def _occupy(self, place: int, now: float, width: int) -> int:
        """Note when this group takes and leaves places of the wave; how many it takes at once."""
        usual, spread = self.passages[place].usual, self.passages[place].spread
        at_once = 0
        for number, (start, merged, _, green) in enumerate(usual):
            if spread and not number:
                # From the first member's start to the last one's merge; the usual one lies in the middle.
                start, merged, green = now, merged + spread / 2, green + spread / 2
            self._build(self.world.groups[place], now, start, green)
            if merged <= now + _NEAR:
                continue
            heappush(self.events, (merged, _FREED, width))
            if start <= now + _NEAR:
                at_once += width
            else:
                heappush(self.events, (start, _FREED, -width))
        heappush(self.events, (usual[-1][2], _DONE, self.world.groups[place].count))
        released = usual[-1][0] if len(self.world.legs) > 1 else usual[-1][2]
        heappush(self.events, (released, _RELEASED, place))
        return at_once

    def _build(self, group: Group, now: float, start: float, green: float) -> None:
        """Note when this group takes and leaves places of its pool."""
        if group.pool < 0 or green <= now + _NEAR:
            return
        width = min(group.count, self.world.building)
        self._green(green, group.pool, -width)
        if start <= now + _NEAR:
            self.pools[group.pool] += width
        else:
            self._green(start, group.pool, width)

    def _green(self, at: float, pool: int, more: int) -> None:
        heappush(self.events, (at, _GREEN, len(self.greens)))
        self.greens.append((pool, more))

    def _let_in(self) -> None:
        """The queue: earlier waves first, libraries before those who use them, never more at once than the wave has."""
        groups, events = self.world.groups, self.events
        waiting: list[tuple[int, int]] = []
        released: set[int] = set()
        done = self.world.done
        while events:
            at, kind, what = heappop(events)
            if kind == _CHOSEN:
                heappush(waiting, (groups[what].place, what))
            elif kind == _FREED:
                self.taken -= what
            elif kind == _DONE:
                done += what
            elif kind == _GREEN:
                pool, more = self.greens[what]
                self.pools[pool] += more
            else:
                released.add(what)
            if events and events[0][0] <= at + _NEAR:
                # All that happens in one moment counts for whoever waits.
                continue
            kept = []
            size = wave_size(done, self.world.sizes)
            while waiting and self.taken < size:
                turn = heappop(waiting)
                if released.issuperset(groups[turn[1]].first) and self._has_room(groups[turn[1]].pool):
                    self._admit(turn[1], at, size)
                else:
                    kept.append(turn)
            for turn in kept:
                heappush(waiting, turn)

    def _has_room(self, pool: int) -> bool:
        return pool < 0 or self.pools[pool] < self.world.building

    def _admit(self, place: int, at: float, size: int) -> None:
        group = self.world.groups[place]
        if place not in self.passages:
            self._go(place, at, group.count / size if group.count > size else 1.0)
        self.taken += self._occupy(place, at, min(group.count, size))


def _later(passage: Sequence[_Times], by: float) -> list[_Times]:
    return [_capped((a + by, b + by, c + by, d + by)) for a, b, c, d in passage]


def _capped(times: _Times) -> _Times:
    a, b, c, d = times
    return min(a, HORIZON), min(b, HORIZON), min(c, HORIZON), min(d, HORIZON)
