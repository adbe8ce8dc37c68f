from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.model_save_arguments import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            (
                "class A:\n"
                "    def save(self, force_insert=False, force_update=False, using=None, update_fields=None)"
                ":\n"
                "        super().save(force_insert, force_update, using, update_fields)\n"
            ),
            (
                "class A:\n"
                "    def save(self, force_insert=False, force_update=False, using=None, update_fields=None)"
                ":\n"
                "        super().save(force_insert=force_insert, force_update=force_update, using=using, up"
                "date_fields=update_fields)\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(6, 0))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x.save(False, True)\n", "positional"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, target=(6, 0)).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def save(self, *args, **kwargs):\n        super().save(*args, **kwargs)\n",
        "form.save(False)\n",
        "class A:\n    def save(self, commit=True):\n        super().save(commit)\n",
        "x.save(name, content)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(6, 0)).findings
