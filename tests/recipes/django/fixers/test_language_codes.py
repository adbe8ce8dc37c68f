from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.language_codes import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

BOTH = "    ('en', 'English'),\n    ('x-fake', 'Fake'),\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"LANGUAGES = (\n{BOTH}    ('fake2', 'Fake'),\n)\n", f"LANGUAGES = (\n{BOTH})\n"),
        # A byte order mark is no part of the first name.
        (f"\ufeffLANGUAGES = (\n{BOTH}    ('fake2', 'Fake'),\n)\n", f"\ufeffLANGUAGES = (\n{BOTH})\n"),
        (f"LANGUAGES = [\n    ('e_n', _('E')),  # why\n{BOTH}]\n", f"LANGUAGES = [\n{BOTH}]\n"),
        (f"LANGUAGES = [\n{BOTH}    [\n        '1',\n        'One'\n    ],\n]\n", f"LANGUAGES = [\n{BOTH}]\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    assert check_changes(fixer, before, after, path="site/settings.py", target=(3, 2)).findings


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("LANGUAGES = [('en', 'E'), ('zh-hans', 'Z'), ('ca@valencia', 'C'), ('es-419', 'S')]\n", 0),
        ("LANGUAGES = [('en', 'E'), ('de', 'D'), ('fake2', 'F')]\n", 1),
        ("LANGUAGES = (\n    ('en', 'E'),\n    ('fake2', 'F'),\n)\n", 1),
        ("LANGUAGES = [each for each in ALL if each[0] != 'fake2']\n", 0),
        (f"SILENCED_SYSTEM_CHECKS = ['translation.E002']\nLANGUAGES = [\n{BOTH}    ('fake2', 'F'),\n]\n", 0),
        (f"OTHERS = [\n{BOTH}    ('fake2', 'F'),\n]\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text, path="site/settings.py", target=(3, 2)).findings) == findings


def test_what_is_no_settings_module_is_left_alone() -> None:
    text = f"LANGUAGES = [\n{BOTH}    ('fake2', 'F'),\n]\n"
    assert not check_unchanged(fixer, text, path="site/views.py", target=(3, 2)).findings
