"""What two proofs say about a change."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chairlift.recipes.django.proving.compare import compare, not_ours
from chairlift.recipes.django.proving.evidence import (
    Built,
    Case,
    Checked,
    Failure,
    Migration,
    Proof,
    Ran,
    Result,
    State,
    Warned,
    of_data,
)

P, F, S = Result.PASSED, Result.FAILED, Result.SKIPPED


def proof(state=State.PASSED, flaky=(), warnings=(), migrations=(), checks=(), **results):
    tests = tuple(Case(name, result, Failure("E", name) if result is F else None) for name, result in results.items())
    return Proof(
        state, "why", (3, 2), tests=tests, flaky=flaky, warnings=warnings, migrations=migrations, checks=checks
    )


def test_green_stays_green():
    found = compare(proof(a=P, b=S), proof(a=P, b=S))
    assert (found.state, found.newly_failing, found.gone) == (State.PASSED, (), ())


def test_what_the_change_broke():
    found = compare(proof(a=P, b=P), proof(State.FAILED, a=P, b=F))
    assert found.state is State.FAILED
    assert [case.id for case in found.newly_failing] == ["b"]


def test_what_was_red_before_is_not_the_changes():
    found = compare(proof(State.FAILED, a=F, b=P), proof(State.FAILED, a=F, b=P))
    assert found.state is State.RED_BEFORE
    assert [case.id for case in found.still_failing] == ["a"]


def test_red_before_and_more_red_now_is_failed():
    found = compare(proof(State.FAILED, a=F, b=P), proof(State.FAILED, a=F, b=F))
    assert found.state is State.FAILED
    assert [case.id for case in found.newly_failing] == ["b"]


def test_what_it_mended():
    assert compare(proof(State.FAILED, a=F, b=P), proof(a=P, b=P)).fixed == ("a",)


def test_a_test_that_went_away_is_not_green():
    found = compare(proof(a=P, b=P), proof(a=P))
    assert (found.state, found.gone) == (State.UNPROVEN, ("b",))
    assert compare(proof(a=P, b=P), proof(a=P, b=S)).gone == ("b",)


def test_a_test_that_was_red_may_go():
    assert compare(proof(State.FAILED, a=P, b=F), proof(a=P)).state is State.PASSED


def test_flaky_tests_are_neither_broken_nor_mended():
    found = compare(proof(a=P, b=F, flaky=("b",)), proof(State.FAILED, a=F, b=F))
    assert [case.id for case in found.newly_failing] == ["a"]
    assert (found.fixed, found.flaky) == ((), ("b",))
    assert compare(proof(a=P), proof(a=F, flaky=("a",))).newly_failing == ()


@pytest.mark.parametrize("state", [State.UNPROVEN, State.ABSENT])
def test_what_is_not_proven_stays_so(state):
    assert compare(proof(a=P), proof(state)).state is state


def test_failing_without_a_red_test_is_never_red_before():
    assert compare(proof(State.FAILED), proof(State.FAILED)).state is State.FAILED


def test_new_warnings_do_not_mind_lines():
    old, moved = Warned("X", "t", "a.py", 1), Warned("X", "t", "a.py", 9)
    other, gone = Warned("X", "t", "b.py", 1), Warned("Y", "t", "a.py", 1)
    found = compare(proof(warnings=(old, gone)), proof(warnings=(moved, other)))
    assert (found.new_warnings, found.gone_warnings) == ((other,), (gone,))


def test_migrations_that_were_missing_before_are_not_new():
    old = Migration("shop", "0002_a", "shop/migrations/0002_a.py", "", ("Alter a",))
    new = Migration("shop", "0002_b", "shop/migrations/0002_b.py", "", ("Alter b",))
    assert compare(proof(migrations=(old,)), proof(migrations=(old, new))).new_migrations == (new,)


def needed(name, *operations, app="shop", text="", asks=()):
    return Migration(app, name, f"{app}/migrations/{name}.py", text, operations, asks=asks)


def test_only_what_was_not_missing_before_is_the_upgrades_to_write():
    old, new = needed("0002_a", "Alter field a", "Alter field b"), needed("0002_c", "Alter field c", app="till")
    before = replace(proof(migrations=(needed("0002_other", "Alter field b"),)), asked="settings")
    after = replace(proof(migrations=(old, new)), asked="settings")
    assert not_ours(before, after) == {old: "it was missing before the upgrade already"}


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (None, "could not be told"),
        (proof(), "could not be told"),
        (replace(proof(), asked="test_settings"), "asked with test_settings, and now with settings"),
    ],
)
def test_no_migration_is_the_upgrades_where_the_present_version_could_not_say(before, why):
    new = needed("0002_c", "Alter field c")
    found = not_ours(before, replace(proof(migrations=(new,)), asked="settings"))
    assert list(found) == [new]
    assert why in found[new]


def test_what_builds_on_a_migration_that_is_not_written_is_not_written():
    first = needed("0002_a", "Add field a", asks=("a default",))
    second = needed("0003_b", "Alter field b", text="dependencies = [('shop', '0002_a')]")
    third = needed("0004_c", "Alter field c", app="till", text='dependencies = [\n    ("shop", "0003_b"),\n]')
    free = needed("0004_d", "Alter field d", app="desk", text="dependencies = [('shop', '0002_ab')]")
    before = replace(proof(), asked="settings")
    after = replace(proof(migrations=(third, second, first, free)), asked="settings")
    assert set(not_ours(before, after)) == {first, second, third}


def test_a_proof_goes_through_json_and_back():
    given = Proof(
        State.FAILED,
        "why",
        (3, 2),
        "pytest",
        Built("3.8.18", {"django": "3.2"}, ("requirements.txt",), notes=("n",)),
        Ran(("3.2",), ("3.8",), ("sqlite 3",)),
        (Case("a", F, Failure("E", "m", "a.py:1 f", "a network")), Case("b", P)),
        ("c",),
        (Warned("X", "t", "a.py", 1),),
        (Checked("models.W042", "WARNING", "t", "a", "h"),),
        (Migration("a", "n", "p", "t", ("o",), ("tab",), ("ask",)),),
        ("nothing",),
        exit_code=1,
        asked="settings",
    )
    assert of_data(json.loads(json.dumps(given.data()))) == given
    assert given.migrations[0].ways
    with pytest.raises(KeyError, match="make it again"):
        of_data({**given.data(), "version": 0})
