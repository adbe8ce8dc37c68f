from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.user_first_name import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("from django.contrib.auth.models import AbstractUser\nclass U(AbstractUser): ...\n", 1),
        ("from django.contrib.auth import models as m\nclass U(X, m.AbstractUser): ...\n", 1),
        (
            (
                "from django.contrib.auth.models import AbstractUser\n"
                "class U(AbstractUser):\n"
                "    first_name = CharField(max_length=30)\n"
            ),
            0,
        ),
        (
            (
                "from django.contrib.auth.models import AbstractUser\n"
                "class U(AbstractUser):\n"
                "    class Meta:\n"
                "        abstract = True\n"
            ),
            0,
        ),
        ("from mine import AbstractUser\nclass U(AbstractUser): ...\n", 0),
        (("from django.contrib.auth.models import AbstractBaseUser\nclass U(AbstractBaseUser): ...\n"), 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
