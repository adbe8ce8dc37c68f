"""Modules whose names others take with a star: an edit of their imports must not change what another one means."""

from __future__ import annotations

from pathlib import Path

import pytest

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Stage
from chairlift.recipes.django.tree import fix_tree
from chairlift.testing.recipes import write_files

OLD = "from django.utils import datetime_safe\nX = datetime_safe.date(1, 1, 1)\n"
LEG = Leg((4, 2), (5, 2), Stage.PREPARE)


def fixed(root: Path, files: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    write_files(root, files)
    found = fix_tree(Project(root), LEG)
    return {each.path: each.text for each in found.fixed}, [each.text for each in found.findings]


@pytest.mark.parametrize(
    "taker",
    [
        "from datetime import date as d\nimport date\nfrom shop.dates import *\n",
        "def date(): ...\nfrom .dates import *\n",
        "date = 1\nfrom shop.dates import *\n",
        "class date: ...\ntry:\n    pass\nfinally:\n    pass\nfrom shop.dates import *\n",
    ],
)
def test_a_new_name_that_would_hide_one_elsewhere_is_not_brought_in(tmp_path: Path, taker: str) -> None:
    made, said = fixed(tmp_path, {"shop/dates.py": OLD, "shop/taker.py": taker})
    assert "shop/dates.py" not in made
    assert any("shop/taker.py takes all of its names, and would lose its own 'date'" in each for each in said)


def test_a_name_that_another_module_needs_stays(tmp_path: Path) -> None:
    made, said = fixed(tmp_path, {"dates.py": OLD, "taker.py": "from dates import *\nprint(datetime_safe)\n"})
    assert "dates.py" not in made
    assert any("needs its 'datetime_safe'" in each for each in said)


@pytest.mark.parametrize(
    ("path", "taker"),
    [
        ("taker.py", "from dates import *\nprint(X)\n"),
        ("taker.py", "from other import *\ndate = 1\n"),
        ("taker.py", "from dates import X\ndate = 1\n"),
        ("taker.py", "import *\n"),
        ("taker.txt", "from dates import *\ndate = 1\n"),
    ],
)
def test_what_changes_nothing_elsewhere_is_made(tmp_path: Path, path: str, taker: str) -> None:
    made, _ = fixed(tmp_path, {"dates.py": OLD, path: taker})
    assert made["dates.py"] == "from datetime import date\nX = date(1, 1, 1)\n"


def test_a_module_that_says_what_it_gives_is_free_to_import(tmp_path: Path) -> None:
    made, _ = fixed(tmp_path, {"dates.py": f"__all__ = ['X']\n{OLD}", "taker.py": "from dates import *\ndate = 1\n"})
    assert "dates.py" in made


def test_what_django_upgrade_would_hide_is_left_alone_too(tmp_path: Path) -> None:
    urls = "from django.conf.urls import url\nurlpatterns = [url(r'^a/$', a)]\n"
    made, said = fixed(tmp_path, {"urls.py": urls, "all.py": "path = 'x'\nfrom urls import *\n"})
    assert "urls.py" not in made
    assert any("django_urls would change another module" in each for each in said)
