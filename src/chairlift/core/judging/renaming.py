"""Old errors under another name: a group appears where one as frequent, of the same type or place, disappears."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chairlift.core.judging.fingerprints import class_name, normalised, own_places
from chairlift.core.judging.known import Before, Merged

#: More than so many times what the old one would have brought is more than another name.
TIMES = 4
#: Of an old error in the very same place, so many events would have had to be seen by now: that it is gone may be
#: chance (in one case of three), but that another one comes in its place, as often, is hardly.
GONE_HERE = 1.0
#: Of one of the same type elsewhere, so many: to see none of three expected is chance in one case of twenty.
GONE_ELSEWHERE = 3.0
#: Candidates that are compared for one type or place; the most frequent ones.
_CANDIDATES = 50
#: Letters of a message that says something: a KeyError's is a value in quotation marks.
_LETTERS = 10


@dataclass(frozen=True)
class Was:
    """The old group, and what it has in common with the new one, in words."""

    key: str
    why: str


def renamed(new: Sequence[Merged], gone: Iterable[Before], minutes: float, days: float) -> dict[str, Was]:
    """By fingerprint, the old group that each new one is. Each old one explains one new one at most.

    `minutes` were watched since the deploy, and `days` before it. A type alone is too little where the code has changed
    its errors: the two must also have the message, or more than one function on the way, in common, or no frames.
    """
    if not minutes > 0 or not days > 0:
        return {}
    share = minutes / (days * 24 * 60)
    by_place: dict[object, list[Before]] = {}
    by_type: dict[str, list[Before]] = {}
    for each in sorted(gone, key=lambda before: (-before.events, before.key, before.raised.message)):
        if each.places:
            _keep(by_place.setdefault(each.places, []), each)
        _keep(by_type.setdefault(class_name(each.raised.type), []), each)
    found: dict[str, Was] = {}
    taken: set[int] = set()
    for one in sorted(new, key=lambda group: (-group.events, group.fingerprint)):
        here = by_place.get(own_places(one.raised), [])
        there = by_type.get(class_name(one.raised.type), [])
        pairs = [(each, GONE_HERE, "it failed in the same place, as often") for each in here]
        pairs += [(each, GONE_ELSEWHERE, f"it is of the same type, {common}, as often")
                  for each in there if (common := _common(one, each))]  # fmt: skip
        for each, least, why in pairs:
            expected = each.events * share
            if id(each) not in taken and expected >= least and one.events <= TIMES * expected:
                taken.add(id(each))
                found[one.fingerprint] = Was(each.key, why)
                break
    return found


def _keep(kept: list[Before], each: Before) -> None:
    if len(kept) < _CANDIDATES:
        kept.append(each)


def _common(new: Merged, old: Before) -> str:
    """What they share beside the type; empty where nothing."""
    places = own_places(new.raised)
    if not places and not old.places:
        return "and neither ran through the service's own code"
    if len(places) > 1 and [function for _, function in places] == [function for _, function in old.places]:
        return "through functions of the same names"
    said = normalised(new.raised)
    if said in old.messages and sum(map(str.isalpha, said)) >= _LETTERS:
        return "with the same message"
    return ""
