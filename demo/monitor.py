"""Counts the simulated requests and errors of one environment: `monitor.py SERVICE ENVIRONMENT START END`.

Prints one JSON object per second, from `traffic.toml`. The same window always gives the same counts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from places import Place, Released

TICK = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Rates:
    """How a release fares: errors per request by type."""

    requests: int
    errors: Mapping[str, float]


class Traffic:
    """What `traffic.toml` says of one environment of a service."""

    def __init__(self, settings: Mapping[str, dict], service: str, environment: str, place: Place) -> None:
        self.settings, self.service, self.environment, self.place = settings, service, environment, place
        self.rates = cache(self._rates)

    def buckets(self, start: datetime, end: datetime) -> Iterator[dict]:
        """One per tick of [start, end), whole seconds; before the first release there ran what it replaced."""
        releases = [(datetime.fromisoformat(released.since), released) for released in self.place.history()]
        if not releases:
            return
        tick = -((_EPOCH - start) // TICK)
        while (begin := _EPOCH + TICK * tick) + TICK <= end:
            running = next((released for since, released in releases if since <= begin), releases[-1][1])
            yield self._bucket(tick, begin, running)
            tick += 1

    def _bucket(self, tick: int, begin: datetime, running: Released) -> dict:
        rates = self.rates(running)
        chance = random.Random(f"{self.service}/{self.environment}/{running.commit}/{tick}")
        requests = round(rates.requests * TICK.total_seconds() * chance.uniform(0.95, 1.05))
        groups = Counter({kind: _drawn(chance, share * requests) for kind, share in rates.errors.items()})
        window = {"start": begin.isoformat(), "end": (begin + TICK).isoformat()}
        return {**window, "requests": requests, "errors": groups.total(), "groups": groups}

    def _rates(self, running: Released) -> Rates:
        usual = self.settings["usual"] | self.settings["quieter"].get(self.environment, {})
        each = usual["errors_per_request"] / len(usual["types"])
        errors = dict.fromkeys(usual["types"], each)
        for worse in self.settings["worse"]:
            if self._suffers(worse, running):
                errors[worse["type"]] = worse["errors_per_request"]
        return Rates(usual["requests_per_second"], errors)

    def _suffers(self, worse: Mapping[str, str], running: Released) -> bool:
        if self.service != worse["service"] or self.environment not in worse["environments"]:
            return False
        if not running.django.startswith(worse["django"] + "."):
            return False
        cure = re.compile(rf"^{worse['unless_settings_have']} = ", re.MULTILINE)
        modules = self.place.code(running.commit).rglob("*.py")
        return not any(cure.search(module.read_text()) for module in modules if "settings" in str(module))


def _drawn(chance: random.Random, expected: float) -> int:
    """As many as come by chance where so many are expected (Poisson, by the gaps between them)."""
    count, waited = 0, chance.expovariate(1)
    while waited < expected:
        count, waited = count + 1, waited + chance.expovariate(1)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("service")
    parser.add_argument("environment")
    parser.add_argument("start", type=datetime.fromisoformat)
    parser.add_argument("end", type=datetime.fromisoformat)
    asked = parser.parse_args()
    settings = tomllib.loads(Path(__file__).with_name("traffic.toml").read_text())
    place = Place(Path(os.environ["CHAIRLIFT_DEMO"]), asked.service, asked.environment)
    for bucket in Traffic(settings, asked.service, asked.environment, place).buckets(asked.start, asked.end):
        print(json.dumps(bucket))


if __name__ == "__main__":
    main()
