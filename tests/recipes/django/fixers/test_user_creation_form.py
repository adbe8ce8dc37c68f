from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.user_creation_form import fixer
from chairlift.testing.fixers import check_unchanged

HEAD = "from django.contrib.auth.forms import BaseUserCreationForm, UserCreationForm\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class A(UserCreationForm): ...\n", "case"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, HEAD + text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "class A(BaseUserCreationForm): ...\n",
        "UserCreationForm()\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
