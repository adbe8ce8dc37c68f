from __future__ import annotations

import pkgutil
from pathlib import Path

import django_upgrade.fixers

from chairlift.recipes.django.documentation import Handling, all_items, document
from chairlift.recipes.django.fixing import all_fixers
from chairlift.recipes.django.text_rules import all_text_rules

#: What else may deal with an item: tools, and what sees it when the target runs.
OTHERS = {"djade", "ruff", "makemigrations", "uv", "check", "tests", "warnings"}
NEW = [item for item in all_items() if item.version >= "4.0"]


def test_every_item_of_4_0_to_5_2_is_there_once() -> None:
    counts = {version: sum(item.version == version for item in NEW) for version in sorted({i.version for i in NEW})}
    assert counts == {"4.0": 66, "4.1": 38, "4.2": 26, "5.0": 59, "5.1": 31, "5.2": 14}
    assert len({item.id for item in all_items()}) == len(all_items())


def test_whatever_is_named_exists() -> None:
    ours = {rule.name for rule in (*all_fixers(), *all_text_rules())}
    tool = {f"django-upgrade/{info.name}" for info in pkgutil.iter_modules(django_upgrade.fixers.__path__)}
    for item in NEW:
        assert set(item.by) <= ours | tool | OTHERS, item
        assert bool(item.by) == (item.handling not in {Handling.OTHERS, Handling.PERSON}), item
        assert item.why.endswith("."), item


def test_what_a_fixer_claims_is_in_the_table() -> None:
    by = {item.id: item.by for item in all_items()}
    for rule in (*all_fixers(), *all_text_rules()):
        for number in rule.items:
            assert number not in by or rule.name in by[number], (
                f"{rule.name} claims {number}, the table does not say so"
            )
            assert number in by or number < NEW[0].id, f"{rule.name} claims {number}, which is no item"


def test_what_flags_only_fixes_nothing() -> None:
    flags = {rule.name for rule in (*all_fixers(), *all_text_rules()) if rule.only_flags}
    for item in NEW:
        if item.handling is Handling.FIXED:
            assert not set(item.by) <= flags, item


def test_the_page_is_up_to_date() -> None:
    page = Path(__file__).parents[3] / "docs" / "fixers.md"
    assert page.read_text(encoding="utf-8") == document(Path(__file__).parent), "run `make fixers-doc`"
