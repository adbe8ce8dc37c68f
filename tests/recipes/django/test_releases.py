from __future__ import annotations

import itertools

import pytest

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.releases import SERIES, Leg, Stage, between, hops, parse, series, show


def test_the_way_goes_from_one_long_term_release_to_the_next() -> None:
    assert hops((2, 2), (5, 2)) == ((3, 2), (4, 2), (5, 2))
    assert hops((2, 2), (4, 1)) == ((3, 2), (4, 1))
    assert hops((3, 2), (3, 2)) == ()
    assert between((2, 2), (3, 2)) == ((3, 0), (3, 1), (3, 2))


@pytest.mark.parametrize(("text", "release"), [("3.2", (3, 2)), ("3.2.25", (3, 2)), ("Django 4.2", (4, 2))])
def test_versions_are_read_as_people_write_them(text: str, release: tuple[int, int]) -> None:
    assert parse(text) == release
    assert parse(show(release)) == release


@pytest.mark.parametrize("text", ["", "3", "three", "3.x", "django"])
def test_what_is_no_version_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as 3\.2"):
        parse(text)


def test_an_unknown_series_is_said_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"known: 1\.11"):
        series((9, 9))


def test_the_table_is_in_order_and_every_hop_has_a_python_in_common() -> None:
    releases = [each.release for each in SERIES]
    assert releases == sorted(releases)
    long_term = [each for each in SERIES if each.long_term]
    for old, new in itertools.pairwise(long_term[1:]):
        assert set(old.pythons) & set(new.pythons), f"{old.release} and {new.release} share no Python"


@pytest.mark.parametrize(
    ("rule", "stages"),
    [
        # Works on both versions: at once, and what is left of it whenever.
        ({"since": (1, 11)}, {Stage.PREPARE, Stage.CLEAN_UP}),
        ({"since": (1, 11), "breaks": (3, 1)}, set(Stage)),
        # Only on the new one, and the old spelling still works there: not before the clean-up.
        ({"since": (3, 1), "breaks": (4, 0)}, {Stage.CLEAN_UP}),
        # Only on the new one, and the old spelling fails there: with the upgrade.
        ({"since": (3, 1), "breaks": (3, 2)}, {Stage.UPGRADE, Stage.CLEAN_UP}),
        ({"since": (3, 2), "breaks": (3, 2), "stages": (Stage.UPGRADE,)}, {Stage.UPGRADE}),
        # Not before the target knows it; and what broke before needs nothing any more.
        ({"since": (4, 0)}, set()),
        ({"since": (1, 11), "breaks": (2, 0)}, set()),
        # 3.2 warns of what 4.0 and 4.1 remove, and of nothing later.
        ({"since": (1, 11), "breaks": (4, 1)}, {Stage.PREPARE, Stage.CLEAN_UP}),
        ({"since": (1, 11), "breaks": (4, 2)}, set()),
        ({"only_flags": True, "breaks": (3, 0)}, set(Stage)),
        ({"only_flags": True, "breaks": (4, 0)}, set()),
    ],
)
def test_a_rule_is_used_as_early_as_it_can_be(rule: dict[str, object], stages: set[Stage]) -> None:
    fixer = Fixer("rule", "A rule", "", **rule)  # type: ignore[arg-type]
    assert {stage for stage in Stage if fixer.applies(Leg((2, 2), (3, 2), stage))} == stages
