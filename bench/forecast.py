"""How often forecasts come true, over campaigns whose people are slower than promised, and what one costs."""

from __future__ import annotations

import os
import sys
import time

from chairlift.core.ahead import Group
from chairlift.core.forecast import CHANCES, GROUPS, forecast
from tests.core.campaigns import day_of, ended, lived, seen

CAMPAIGNS = 60
PACES = (0.5, 1.0, 2.0, 4.0)
PROGRESS = (0.0, 0.25, 0.5, 0.75)


def main(campaigns: int = CAMPAIGNS) -> None:
    print(f"Of {campaigns} campaigns each of 40 services, how many ended by the date given for 50, 80 and 95%,")
    print("and the date given for 80%, as a multiple of what it then took (median)\n")
    print(f"  {'people take':<18} {'progress':>8}   {'50%':>5} {'80%':>5} {'95%':>5}   {'80% / truth':>12}")
    for slower in PACES:
        all_lived = [lived(number, slower=slower) for number in range(campaigns)]
        for progress in PROGRESS:
            hits, ratios = [0, 0, 0], []
            for number, services in enumerate(all_lived):
                now = day_of(services, progress) if progress else 0.05
                found = forecast(seen(services, now, seed=str(number)), str(number))
                left = ended(services) - now
                hits = [hit + (left <= found.by(chance)) for hit, chance in zip(hits, CHANCES, strict=True)]
                ratios.append(found.by(0.8) / left)
            shares = " ".join(f"{hit / campaigns:>5.0%}" for hit in hits)
            middle = sorted(ratios)[len(ratios) // 2]
            print(f"  {f'{slower:g} x as believed':<18} {progress:>8.0%}   {shares}   {middle:>12.2f}", flush=True)
    _cost()


def _cost() -> None:
    world = seen(lived(1), 30.0)
    many = [Group(10_000 // GROUPS, level=place % 3, place=place) for place in range(GROUPS)]
    for words, groups, size in (("40 services", world.groups, 12), ("10,000 services", tuple(many), 500)):
        asked = type(world)(**{**vars(world), "groups": groups, "sizes": (size,)})
        begun = time.process_time()
        forecast(asked, "")
        print(f"\n  one forecast of {words}: {(time.process_time() - begun) * 1000:.0f} ms of processor time", end="")
    print(f"; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
