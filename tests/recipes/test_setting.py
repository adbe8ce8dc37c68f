"""Settings are added below INSTALLED_APPS, once, and taken out again without a trace."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from chairlift.recipes.setting import added, removed

BASE = '''\
"""Settings."""
from os import environ

DEBUG = False
INSTALLED_APPS = [
    "django.contrib.admin",  # admin
    "shop",
]

MIDDLEWARE = []
if DEBUG:
    INSTALLED_APPS += ["debug_toolbar"]
'''


def test_added_below_the_apps_in_the_quotes_of_the_file() -> None:
    new = added(BASE, "DEFAULT_AUTO_FIELD", "django.db.models.AutoField")
    assert new == BASE.replace("]\n\nMID", ']\n\nDEFAULT_AUTO_FIELD = "django.db.models.AutoField"\n\nMID')


def test_added_with_the_reason_and_removed_without_a_trace() -> None:
    new = added(BASE, "DEFAULT_HASHING_ALGORITHM", "sha1", "transitional")
    assert '\n# Chairlift: transitional\nDEFAULT_HASHING_ALGORITHM = "sha1"\n\nMIDDLEWARE' in new
    assert removed(new, "DEFAULT_HASHING_ALGORITHM") == BASE


@pytest.mark.parametrize(
    ("value", "written"),
    [("sha1", "'sha1'"), ("True", "True"), ("7", "7"), ("['a', 1]", "['a', 1]"), ("it's", '"it\'s"'), ("a b", "'a b'")],
)
def test_values_are_literals_or_texts(value: str, written: str) -> None:
    assert added("INSTALLED_APPS = ['a']\n", "X", value).endswith(f"X = {written}\n")


def test_what_is_set_already_stays() -> None:
    for line in ("X = 1\n", "X: int = 1\n"):
        assert added(BASE + line, "X", "2") == BASE + line


def test_modules_without_apps_of_their_own_stay() -> None:
    for source in ("DEBUG = True\n", "from .base import *\nINSTALLED_APPS += ['x']\n", "A = INSTALLED_APPS = []\n", ""):
        assert added(source, "X", "2") == source


def test_removed_with_all_its_lines_but_nothing_else() -> None:
    source = "A = 1\nX = [\n    1,\n]\n# mine\nY = 2\n"
    assert removed(source, "X") == "A = 1\n# mine\nY = 2\n"
    assert removed("# mine\nX = 1\nY = 2\n", "X") == "# mine\nY = 2\n"


def test_what_is_no_plain_assignment_stays() -> None:
    for source in ("if A:\n    X = 1\n", "X, Y = 1, 2\n", "X += 1\n", "X = Y = 1\n", "y = X\n"):
        assert removed(source, "X") == source


_LINES = st.lists(
    st.sampled_from(["A = 1", "", "# note", "B = '''\nX = 1\n'''", "if A:\n    pass", "C = (1,\n2)", "X_Y = 3"])
)


@given(_LINES, _LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_adding_and_removing_gives_back_any_module(above: list[str], below: list[str], end: str, whole: bool) -> None:
    source = "\n".join([*above, "INSTALLED_APPS = []", *below]).replace("\n", end) + end * whole
    try:
        ast.parse(source)
    except SyntaxError:
        return
    new = added(source, "X", "1", "why")
    assert ast.dump(ast.parse(new)).count("id='X',") == 1
    assert added(new, "X", "1", "why") == new
    assert "\r\n" not in new.replace(end, "")
    assert removed(new, "X").rstrip() == source.rstrip()


# The program


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "chairlift.recipes.setting", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=dict(os.environ), check=False)


def test_the_program_finds_settings_wherever_they_are(tmp_path: Path) -> None:
    ours = ["settings.py", "shop/settings/base.py", "conf/test_settings.py", "shop/settings_ci.py"]
    others = ["shop/apps.py", ".venv/settings.py", "node_modules/settings.py", "shop/settings/README.md"]
    for name in [*ours, *others]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(BASE)
    (tmp_path / "shop" / "settings" / "linked.py").symlink_to("../apps.py")
    (tmp_path / "shop" / "settings" / "old.py").write_text("print 'python 2'\n")
    first = run(tmp_path, "add", "X=1", "--why", "transitional")
    assert first.returncode == 0
    assert {name for name in [*ours, *others] if "X = 1" in (tmp_path / name).read_text()} == set(ours)
    assert "finding: shop/settings/old.py was left alone: it is no Python that is understood" in first.stdout
    assert run(tmp_path, "add", "X=1").stdout.count("settings.py: add") == 0
    assert run(tmp_path, "remove", "X").returncode == 0
    assert all((tmp_path / name).read_text() == BASE for name in [*ours, *others])


def test_a_setting_that_is_used_is_not_removed(tmp_path: Path) -> None:
    text = "X = 1\nY = X + 1\n"
    (tmp_path / "settings.py").write_text(text)
    found = run(tmp_path, "remove", "X")
    assert found.stdout == "finding: settings.py was left alone: it mentions X elsewhere\n"
    assert (tmp_path / "settings.py").read_text() == text


@pytest.mark.parametrize(
    "words", [["add", "X"], ["remove", "X=1"], ["add", "x=1"], ["add", "A.B=1"], ["drop", "X"], []]
)
def test_words_that_are_not_understood(tmp_path: Path, words: list[str]) -> None:
    assert run(tmp_path, *words).returncode == 2
