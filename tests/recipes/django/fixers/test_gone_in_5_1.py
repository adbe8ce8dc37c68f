from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.gone_in_5_1 import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.contrib.postgres.fields import ArrayField, CIEmailField\n", "CIEmailField"),
        ('PASSWORD_HASHERS = ["django.contrib.auth.hashers.SHA1PasswordHasher"]\n', "SHA1"),
        ("from django.contrib.postgres import fields\nx = fields.CITextField()\n", "CIText"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from mine import CIText\n",
        "from django.contrib.postgres.fields import ArrayField\n",
        'PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings


def test_old_migrations_keep_their_fields() -> None:
    text = "from django.contrib.postgres.fields import CICharField\n"
    assert not check_unchanged(fixer, text, path="app/migrations/0001_initial.py").findings
