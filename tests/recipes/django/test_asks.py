"""What must be in a file before it is parsed for a rule: words, origins, and texts; never less than the rule needs."""

from __future__ import annotations

import ast
import re

import pytest

from chairlift.recipes.django.fixing import Fixer, concerns
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.scanning import Held, asked

NAMED = "from django.urls import re_path\nre_path(r'^(?P<x>a)?$')\n"


def fixer(**more: object) -> Fixer:
    made = Fixer("a.rule", "a rule", "https://example.org", **more)  # type: ignore[arg-type]
    made.on(ast.Call, "url", "re_path")(lambda looking, node, parents: ())
    return made


def may(rule: Fixer, text: str | bytes, tmp_path, path: str = "urls.py") -> bool:
    data = text if isinstance(text, bytes) else text.encode()
    return concerns(rule, rule.asks, path, Held(data), Project(tmp_path))


@pytest.mark.parametrize(
    ("text", "there"),
    [
        (NAMED, True),
        ("url(1)", True),
        ("a . url (1)", True),
        ("urlpatterns = []\ncurl = 1\n", False),
        ("", False),
        # Python reads these letters as plain ones, and an encoding may hide all of them.
        ("ｕｒｌ(1)", True),
        ("# coding: utf-7\n+AHUAcgBs-(1)\n", True),
    ],
)
def test_names_count_as_words(text: str, there: bool, tmp_path) -> None:
    assert may(fixer(), text, tmp_path) is there


@pytest.mark.parametrize(
    ("text", "there"),
    [
        (NAMED, True),
        ("from django.urls import re_path\nre_path(r'^(?P<x>a)$')\n", False),
        ("from django.urls import re_path\nre_path(r'^(a)?$')\n", False),
    ],
)
def test_one_of_each_of_the_others_must_be_there_too(text: str, there: bool, tmp_path) -> None:
    rule = fixer()
    rule.also("(?P<")
    rule.also(")?", ")*")
    assert may(rule, text, tmp_path) is there


@pytest.mark.parametrize(
    ("text", "there"),
    [("url(1).save(2)", True), ("url(1).save(force=2)", False), ("# coding: utf-7\n+AHUAcgBs-(1)\n", True)],
)
def test_a_pattern_is_looked_for_in_the_bytes(text: str, there: bool, tmp_path) -> None:
    rule = fixer()
    rule.also(re.compile(rb"save\((?!\w+=)"))
    assert may(rule, text, tmp_path) is there


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("from django.utils import lru_cache", True),
        ("import django . utils . lru_cache", True),
        ("from functools import lru_cache", False),
        ("from django.utils import lru", False),
    ],
)
def test_of_an_origin_all_words_must_be_there(text: str, there: bool, tmp_path) -> None:
    rule = Fixer("a.rule", "a rule", "https://example.org")
    rule.on(ast.ImportFrom, "lru_cache", origins=["django.utils.lru_cache"])(lambda looking, node, parents: ())
    assert may(rule, text, tmp_path) is there


def test_an_origin_of_one_looker_does_not_narrow_another(tmp_path) -> None:
    rule = fixer()
    rule.on(ast.ImportFrom, "a", origins=["django.x.a"])(lambda looking, node, parents: ())
    assert may(rule, "url(1)", tmp_path)


def test_a_rule_may_ask_the_checkout(tmp_path) -> None:
    rule = fixer(narrow=lambda project, held: project.root == tmp_path and held.holds(asked("open")))
    assert may(rule, "url(open=1)", tmp_path)
    assert not may(rule, "url(opened=1)", tmp_path)


def test_only_its_files(tmp_path) -> None:
    assert may(fixer(files=("urls.py",)), NAMED, tmp_path)
    assert not may(fixer(files=("urls.py",)), NAMED, tmp_path, "views.py")
