"""Campaigns lived to the end by people of a known pace: what was seen of them on one day, and when they ended.

Written apart from the forecast, in small ticks of time, so that both can be wrong only in different ways.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import log
from random import Random

from chairlift.core.ahead import Group, Leg, Stand, World
from chairlift.core.decision import Party, StepName
from chairlift.core.durations import CHOOSE, Promise, Record, pace
from chairlift.core.forecast import DRAWS

TEAM, SQUAD = Party.PROJECT_TEAM, Party.SQUAD
#: The steps that the squad keeps at each level.
LEVELS = ((), ("deploy", "test"), ("review", "merge", "deploy", "test"))
PROMISES = {
    (CHOOSE, SQUAD): Promise(21),
    **{(step, SQUAD): Promise(14) for step in ("create", "review", "merge", "deploy", "test")},
    ("plan", TEAM): Promise(0.2),
    ("create", TEAM): Promise(0.2),
    ("review", TEAM): Promise(7),
    ("merge", TEAM): Promise(4.2, 4.2),
    ("deploy", TEAM): Promise(2, 2),
    ("test", TEAM): Promise(8, 8),
}
KEYS = list(PROMISES)
STEPS = [step.value for step in StepName]
#: `upgrade` begins once `prepare` is deployed.
LEGS = (Leg(5), Leg(4))
TICK = 0.1


@dataclass
class Service:
    """One service's whole way: when it chose, and from when to when each step of each change went."""

    level: int
    chosen: float
    lasts: dict[tuple[int, str], float]
    admitted: float | None = None
    spans: dict[tuple[int, str], tuple[float, float]] = field(default_factory=dict)

    def key(self, step):
        return step, SQUAD if step in LEVELS[self.level] else TEAM

    def admit(self, now):
        self.admitted = now
        begin = now
        for change in range(len(LEGS)):
            at = begin
            for step in STEPS:
                self.spans[change, step] = (at, at := at + self.lasts[change, step])
            begin = self.spans[change, "deploy"][1]

    @property
    def end(self):
        return max(end for _, end in self.spans.values())

    def in_flight(self, now):
        return self.admitted is not None and any(
            self.spans[change, "plan"][0] <= now < self.spans[change, "merge"][1] for change in range(len(LEGS))
        )


def lived(seed, services=40, sizes=(4, 12), slower=1.0, spread=0.7):
    """A campaign from its first day to its end; people take `slower` times what the forecast believes at first."""
    chance = Random(f"lived {seed}")

    def lasts(key):
        promise = PROMISES[key]
        if promise.least:
            return promise.least + chance.lognormvariate(log(0.1 * promise.days), 0.6)
        return chance.lognormvariate(log(0.7 * promise.days * slower), spread)

    found = []
    for _ in range(services):
        service = Service(chance.randrange(len(LEVELS)), lasts((CHOOSE, SQUAD)), {})
        service.lasts = {(c, step): lasts(service.key(step)) for c in range(len(LEGS)) for step in STEPS}
        found.append(service)
    ticks = 0
    while any(service.admitted is None for service in found):
        now = ticks * TICK
        done = sum(service.admitted is not None and service.end <= now for service in found)
        size = sizes[0] if done < sizes[0] else sizes[-1]
        room = size - sum(service.in_flight(now) for service in found)
        for service in found:
            if room > 0 and service.admitted is None and service.chosen <= now:
                service.admit(now)
                room -= 1
        ticks += 1
    return found


def ended(services):
    return max(service.end for service in services)


def day_of(services, progress):
    """When so large a share of all steps was over."""
    ends = sorted(end for service in services for _, end in service.spans.values())
    return ends[int(progress * (len(ends) - 1))]


def seen(services, now, sizes=(4, 12), draws=DRAWS, seed=""):
    """The world that a forecast gets to see on that day."""
    over, going = defaultdict(list), defaultdict(list)

    def note(key, start, end):
        if start < now:
            (over if end <= now else going)[key].append(min(end, now) - start)

    groups = []
    for place, service in enumerate(services):
        note((CHOOSE, SQUAD), 0, service.chosen)
        if service.chosen > now:
            groups.append(Group(taken=now, place=place))
            continue
        if service.admitted is None or service.admitted > now:
            groups.append(Group(level=service.level, place=place))
            continue
        stands = []
        for (change, step), (start, end) in service.spans.items():
            note(service.key(step), start, end)
            if start <= now < end:
                key = KEYS.index(service.key(step))
                stands.append(Stand(change, StepName(step).rank, now - start, key))
        if service.end > now:
            groups.append(
                Group(level=service.level, stands=tuple(sorted(stands, key=lambda s: s.change)), admitted=True)
            )
    paces = [pace(PROMISES[key], Record(tuple(over[key]), tuple(going[key])), draws, f"{seed} {key}") for key in KEYS]
    levels = tuple(tuple(KEYS.index((step, SQUAD if step in steps else TEAM)) for step in STEPS) for steps in LEVELS)
    chosen = [service.level for service in services if service.chosen <= now]
    return World(
        legs=LEGS, levels=levels, paces=tuple(paces), ours=tuple(party is TEAM for _, party in KEYS), choosing=0,
        groups=tuple(groups), sizes=sizes, mix=tuple(chosen.count(level) + 1 for level in range(len(LEVELS))),
        done=sum(service.admitted is not None and service.end <= now for service in services),
    )  # fmt: skip
