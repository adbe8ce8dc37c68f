"""Types of errors across versions of Django: `python -m bench.groups`.

Twenty ordinary errors are raised for real under two versions each: how many look new though they are not, by our
fingerprint and by those that tools use. Then how the judge's weights do: real errors that a release makes, which are to
be found, and each ordinary one as if it were new by chance, which is not to be blamed on the upgrade.
"""

from __future__ import annotations

import sys
from collections import Counter

from chairlift.core.judging.groups import Call
from chairlift.recipes.django.proving.interpreters import NoPython
from tests.core.judging.raising import KEYS, LEGS, Leg, broken, judged, recorded, rekeyed


def main() -> int:
    """Exit code 1 where the promise is not kept: 0 of 20."""
    missed = 0
    for leg in LEGS:
        try:
            ordinary = list(recorded(*leg.new)["ordinary"])
            recorded(*leg.old)
        except NoPython as error:
            print(f"{leg.shown}: SKIPPED, {error}\n")
            continue
        print(leg.shown)
        for words, key in KEYS.items():
            found = rekeyed(leg, key)
            print(f"  new groups that are only renamed, {words:<28} {len(found):>2} of {len(ordinary)}  {_some(found)}")
        missed += len(found)
        _weights(leg, ordinary)
        print(flush=True)
    return int(missed > 0)


def _weights(leg: Leg, ordinary: list[str]) -> None:
    names = broken(leg)
    calls = {each.key: each.call for each in judged(leg, ordinary, ordinary + names).findings}
    found = Counter(calls[name] for name in names)
    rest = [f"{name} ({calls[name]})" for name in names if calls[name] is not Call.WORSE]
    print(f"  errors that the release makes: {_words(found)} of {len(names)}  {_some(rest)}")
    chance = {}
    for name in ordinary:
        others = [each for each in ordinary if each != name]
        chance |= {each.key: each.call for each in judged(leg, others, ordinary).findings if each.key == name}
    rest = [f"{name} ({call})" for name, call in chance.items() if call is not Call.LISTED]
    print(f"  ordinary ones, new by chance:  {_words(Counter(chance.values()))} of {len(ordinary)}  {_some(rest)}")


def _words(found: Counter[Call]) -> str:
    return ", ".join(f"{found[call]} {call}" for call in Call)


def _some(names: list[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


if __name__ == "__main__":
    sys.exit(main())
