"""What is ahead of a campaign, as a forecast sees it: groups of services, where they stand, and the waves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chairlift.core.decision import StepName
from chairlift.core.durations import Pace

_STEPS = len(StepName)


@dataclass(frozen=True)
class Stand:
    """A change that has begun: the rank of the step that it stands at, its pace, and the days that it has taken.

    Without a `pace` the step has not begun, and whoever the level says will do it.
    """

    change: int
    rank: int
    taken: float = 0.0
    pace: int = -1


@dataclass(frozen=True)
class Group:
    """Services that are alike. `level` is -1 where nobody has chosen, which is asked for `taken` days.

    `place` is its turn in the queue for the wave (lower goes first), `first` the groups that must be released before
    it, `not_before` the days until it can go on at all. `pool` is the CI that its pull requests wait for, -1 for none
    that is short; `building` says of one that was let in that its pull request is not green yet.
    """

    count: int = 1
    level: int = -1
    stands: tuple[Stand, ...] = ()
    taken: float = 0.0
    admitted: bool = False
    place: int = 0
    first: tuple[int, ...] = ()
    calendar: int = 0
    not_before: float = 0.0
    pool: int = -1
    building: bool = False


@dataclass(frozen=True)
class Leg:
    """One change of the campaign: how far the one before it must have come (a rank), whether it alters what runs.

    `idle` is how often there was nothing to change, 0 to 1.
    """

    after: int = _STEPS - 1
    deploys: bool = True
    idle: float = 0.0


@dataclass(frozen=True)
class World:
    """All that a forecast rests on; times in days from now.

    `levels` has the pace of each of the six steps, `ours` says of each pace whether Chairlift does it. `mix` is how
    many services have each level. `busy` places of the waves are taken for good by services that are not forecast.
    `calendars` are when merges and deployments may happen: starts and ends of what is open, none for always.
    `building` is how many may be on their way to green at once in one CI pool (0: as many as like), `green` the days
    from where a review begins until its pull request is green, `pools` how many in each are none that is forecast.
    """

    legs: tuple[Leg, ...]
    levels: tuple[tuple[int, ...], ...]
    paces: tuple[Pace, ...]
    ours: tuple[bool, ...]
    choosing: int
    groups: tuple[Group, ...]
    sizes: tuple[int, ...]
    mix: tuple[int, ...]
    done: int = 0
    busy: int = 0
    building: int = 0
    green: float = 0.0
    pools: tuple[int, ...] = ()
    calendars: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = (((), ()),)


@dataclass(frozen=True)
class WhatIf:
    """All services of one level at another (-1: no such wish), waves of another size, what has not begun later.

    `later` is in days.
    """

    moved: int = -1
    to: int = -1
    size: int = 0
    later: float = 0.0

    def asked(self, world: World) -> World:
        """The world as it would be. Steps that have begun stay with whoever began them."""
        groups = world.groups
        mix = world.mix
        if self.moved >= 0 and self.to >= 0:
            groups = tuple(replace(g, level=self.to) if g.level == self.moved else g for g in groups)
            gained = {self.moved: 0, self.to: mix[self.to] + mix[self.moved] * (self.moved != self.to)}
            mix = tuple(gained.get(level, count) for level, count in enumerate(mix)) if self.moved != self.to else mix
        if self.later:
            groups = tuple(g if g.admitted else replace(g, not_before=g.not_before + self.later) for g in groups)
        return replace(world, groups=groups, mix=mix, sizes=(self.size,) if self.size else world.sizes)
