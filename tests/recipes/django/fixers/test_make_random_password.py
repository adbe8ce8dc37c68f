from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.make_random_password import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import a\np = User.objects.make_random_password()\n",
            (
                "import a\n"
                "from django.utils.crypto import get_random_string\n"
                'p = get_random_string(10, "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")\n'
            ),
        ),
        (
            "import a\np = User.objects.make_random_password(length=20)\n",
            (
                "import a\n"
                "from django.utils.crypto import get_random_string\n"
                'p = get_random_string(20, "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")\n'
            ),
        ),
        (
            ("from django.utils.crypto import get_random_string\np = m.make_random_password(8, allowed_chars=ABC)\n"),
            "from django.utils.crypto import get_random_string\np = get_random_string(8, ABC)\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("get_random_string = 1\nm.make_random_password()\n", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "self.make_random_password()\n",
        "def make_random_password(): ...\n",
        "m.make_random_password(*a)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
