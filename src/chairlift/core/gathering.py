"""Puts alike services together, so that a forecast of ten thousand costs no more than one of some dozens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from chairlift.core.ahead import Group


@dataclass(frozen=True)
class Member:
    """One service, as a group of its own; `after` are the names of the services that must be released before it."""

    name: str
    alone: Group
    after: tuple[str, ...] = ()


#: What alike services have in common: the finest of these that leaves room to divide large groups further.
_ALIKE: tuple[Callable[[Member], tuple[int, ...]], ...] = (
    lambda m: (
        *_stage(m),
        m.alone.pool,
        m.alone.level,
        m.alone.calendar,
        *(x for s in m.alone.stands for x in (s.change, s.rank)),
    ),
    lambda m: (*_stage(m), m.alone.pool, m.alone.level, *(x for s in m.alone.stands[:1] for x in (s.change, s.rank))),
    lambda m: (*_stage(m), *(x for s in m.alone.stands[:1] for x in (s.change, s.rank))),
    lambda m: (*_stage(m), *(s.change for s in m.alone.stands[:1])),
    lambda m: _stage(m),
)


def _stage(member: Member) -> tuple[int, ...]:
    alone = member.alone
    return int(alone.admitted), int(alone.level >= 0), int(bool(member.after)), int(alone.not_before > 0)


def gathered(members: Sequence[Member], most: int) -> tuple[tuple[Group, ...], list[list[int]]]:
    """At most `most` groups, and for each the places of its members. As few members as that stay on their own."""
    parts = [[place] for place in range(len(members))] if len(members) <= most else _parts(members, most)
    whose = {members[place].name: number for number, part in enumerate(parts) for place in part}
    groups = []
    for number, part in enumerate(parts):
        middle = members[part[len(part) // 2]]
        first = {whose[name] for name in middle.after if name in whose} - {number}
        groups.append(replace(middle.alone, count=len(part), first=tuple(sorted(first))))
    return tuple(groups), parts


def _parts(members: Sequence[Member], most: int) -> list[list[int]]:
    """Alike ones together; the room that is left divides large groups, in the order of the queue or of their age."""
    buckets: dict[tuple[int, ...], list[int]] = {}
    for alike in _ALIKE:
        buckets = defaultdict(list)
        for place, member in enumerate(members):
            buckets[alike(member)].append(place)
        if len(buckets) <= most // 2:
            break
    spare = most - len(buckets)
    parts = []
    for bucket in buckets.values():
        bucket.sort(key=lambda place: _age(members[place].alone))
        count = min(1 + spare * len(bucket) // len(members), len(bucket))
        edges = [len(bucket) * number // count for number in range(count + 1)]
        parts += [bucket[low:high] for low, high in pairwise(edges)]
    return parts


def _age(alone: Group) -> tuple[int, float]:
    return alone.place, alone.taken + sum(stand.taken for stand in alone.stands)
