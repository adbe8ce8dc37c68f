"""How many upgrades run at once, which go first, and when a campaign must pause itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chairlift.core.menu import Brake
from chairlift.core.schedule import counted


@dataclass(frozen=True)
class Place:
    """One upgrade in the queue for its wave. `in_flight` is admitted and not yet merged for good.

    `released` is what others wait for: all but the last change, which takes away what they may still lean on.
    `building` is in flight and not green: it takes, or will take, its place in the CI `pool`.
    """

    name: str
    wave: int = 0
    library: bool = False
    after: tuple[str, ...] = ()
    chosen: bool = False
    admitted: bool = False
    in_flight: bool = False
    released: bool = False
    done: bool = False
    pool: str = ""
    building: bool = False


@dataclass(frozen=True)
class Admission:
    """Who may start now, and what each of the others waits for."""

    admitted: tuple[str, ...]
    waits_for: dict[str, str]


def admit(places: Sequence[Place], sizes: Sequence[int], building: int = 0) -> Admission:
    """Libraries before the services that use them, earlier waves first, never more in flight than the wave's size.

    Nor more on their way to green in one CI pool than `building`, where that is not 0.
    """
    released = {place.name for place in places if place.done or place.released}
    known = {place.name for place in places}
    size = wave_size(sum(place.done for place in places), sizes)
    room = size - sum(place.in_flight for place in places)
    busy = Counter(place.pool for place in places if place.building)
    admitted: list[str] = []
    waits_for: dict[str, str] = {}
    queue = [place for place in places if place.chosen and not place.admitted]
    for place in sorted(queue, key=lambda p: (p.wave, not p.library, p.name)):
        first = [name for name in place.after if name in known - released]
        if first:
            waits_for[place.name] = f"waits for {first[0]}, which goes first"
        elif room <= 0:
            waits_for[place.name] = f"waits for its wave: {size} upgrades run at once now"
        elif building and busy[place.pool] >= building:
            waits_for[place.name] = (
                f"waits for CI: {counted(busy[place.pool], 'upgrade')} of {place.pool} must be green first"
            )
        else:
            admitted.append(place.name)
            room -= 1
            busy[place.pool] += 1
    return Admission(tuple(admitted), waits_for)


def wave_size(done: int, sizes: Sequence[int]) -> int:
    """Each wave's size holds until as many upgrades are done as all waves so far hold; the last one stays."""
    total = 0
    for size in sizes:
        total += size
        if done < total:
            return size
    return sizes[-1]


def must_brake(reverts: int, stuck: Iterable[str], limits: Brake) -> str:
    """The reason to pause, or nothing."""
    names = sorted(stuck)
    if reverts >= limits.reverts:
        return f"{reverts} upgrades were reverted: find out why before going on"
    if len(names) >= limits.stuck:
        return f"{len(names)} upgrades are stuck with the project team, among them {', '.join(names[:3])}"
    return ""
