from __future__ import annotations

import pkgutil
from collections import Counter
from pathlib import Path

import django_upgrade.fixers

from chairlift.recipes.django.documentation import Handling, all_items, document
from chairlift.recipes.django.fixing import all_fixers
from chairlift.recipes.django.text_rules import all_text_rules

#: What else may deal with an item: tools, and what sees it when the target runs.
OTHERS = {"djade", "ruff", "makemigrations", "uv", "check", "tests", "warnings"}


def test_every_item_is_there_once() -> None:
    counts = Counter(item.version for item in all_items())
    assert counts == {
        **{"3.0": 51, "3.1": 53, "3.2": 37},
        **{"4.0": 66, "4.1": 38, "4.2": 26},
        **{"5.0": 59, "5.1": 31, "5.2": 14},
    }
    assert len({item.id for item in all_items()}) == len(all_items())


def test_whatever_is_named_exists() -> None:
    ours = {rule.name for rule in (*all_fixers(), *all_text_rules())}
    tool = {f"django-upgrade/{info.name}" for info in pkgutil.iter_modules(django_upgrade.fixers.__path__)}
    for item in all_items():
        assert set(item.by) <= ours | tool | OTHERS, item
        assert bool(item.by) == (item.handling not in {Handling.OTHERS, Handling.PERSON}), item
        assert item.why.endswith("."), item


def test_what_a_fixer_claims_is_in_the_table() -> None:
    by = {item.id: item.by for item in all_items()}
    for rule in (*all_fixers(), *all_text_rules()):
        for number in rule.items:
            assert number in by, f"{rule.name} claims {number}, which is no item"
            assert rule.name in by[number], f"{rule.name} claims {number}, the table does not say so"


def test_who_is_named_claims_it() -> None:
    claims = {rule.name: rule.items for rule in (*all_fixers(), *all_text_rules())}
    for item in all_items():
        for name in item.by:
            assert item.id in claims.get(name, (item.id,)), (
                f"the table names {name} for {item.id}, which it does not claim"
            )


def test_what_flags_only_fixes_nothing() -> None:
    flags = {rule.name for rule in (*all_fixers(), *all_text_rules()) if rule.only_flags}
    for item in all_items():
        if item.handling is Handling.FIXED:
            assert not set(item.by) <= flags, item


def test_the_page_is_up_to_date() -> None:
    page = Path(__file__).parents[3] / "docs" / "fixers.md"
    assert page.read_text(encoding="utf-8") == document(Path(__file__).parent), "run `make fixers-doc`"
