from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.save_update_fields import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            (
                "class A(Model):\n"
                "    def save(self, *args, **kwargs):\n"
                "        self.slug = slugify(self.name)\n"
                "        super().save(*args, **kwargs)\n"
            ),
            "slug",
        ),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "class A(Model):\n    def save(self, *args, **kwargs):\n        super().save(*args, **kwargs)\n",
        ("class A(Form):\n    def save(self, commit=True):\n        self.x = 1\n        super().save(commit)\n"),
        (
            "class A(Model):\n"
            "    def save(self, update_fields=None, **kw):\n"
            "        self.x = 1\n"
            "        super().save(update_fields=update_fields, **kw)\n"
        ),
        "class A(Model):\n    def save(self, **kw):\n        super().save(**kw)\n        self.x = 1\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
