"""Real errors under real Djangos: none of twenty ordinary ones looks new, and what a release breaks is seen."""

from __future__ import annotations

import pytest

from chairlift.core.judging.groups import Call, Novelty
from tests.core.judging.raising import KEYS, LEGS, Leg, broken, judged, recorded, rekeyed
from tests.recipes.django.proving.services import in_a_sandbox, on_django

pytestmark = [pytest.mark.slow, in_a_sandbox, *(on_django(release) for release in ((2, 2), (3, 2), (4, 2), (5, 2)))]

legs = pytest.mark.parametrize("leg", LEGS, ids=lambda leg: leg.shown)


@legs
def test_all_twenty_fail_and_all_that_broke_worked_before(leg: Leg) -> None:
    for side in (leg.old, leg.new):
        found = recorded(*side)
        assert len(found["ordinary"]) == 20
        assert all(told and told["frames"] for told in (*found["ordinary"].values(), *found["others"].values()))
        assert len({told["type"] for told in found["ordinary"].values()}) == 20
    for name, since in recorded(*leg.new)["since"].items():
        assert (name in broken(leg)) == (leg.old[0] < tuple(since) <= leg.new[0]), name


@legs
def test_no_ordinary_error_looks_new_after_the_upgrade(leg: Leg) -> None:
    assert rekeyed(leg, KEYS["type, own frames (ours)"]) == []
    ordinary = list(recorded(*leg.old)["ordinary"])
    found = judged(leg, ordinary, ordinary)
    assert {(each.call, each.novelty) for each in found.findings} == {(Call.LISTED, Novelty.OLD)}
    assert len(found.findings) == 20


def test_hashes_of_stacks_take_all_of_them_for_new() -> None:
    """What it is measured against: function names only, without any line number."""
    assert len(rekeyed(LEGS[0], KEYS["type, stack, functions only"])) == 20
    assert len(rekeyed(LEGS[0], KEYS["type, stack with lines"])) == 20


@legs
def test_what_the_release_broke_is_worse_or_at_least_for_a_person(leg: Leg) -> None:
    ordinary = list(recorded(*leg.old)["ordinary"])
    calls = {each.key: each.call for each in judged(leg, ordinary, ordinary + broken(leg)).findings}
    found = [calls[name] for name in broken(leg)]
    assert len(found) >= 8
    assert Call.LISTED not in found
    assert found.count(Call.WORSE) >= 0.75 * len(found)


@legs
def test_no_ordinary_error_that_is_new_by_chance_is_blamed_on_the_upgrade(leg: Leg) -> None:
    ordinary = list(recorded(*leg.old)["ordinary"])
    for name in ordinary:
        found = judged(leg, [each for each in ordinary if each != name], ordinary)
        assert found.worse == (), name
        assert found.doubt == ""
