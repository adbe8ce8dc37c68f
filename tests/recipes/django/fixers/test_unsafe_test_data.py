from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.unsafe_test_data import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('class A(TestCase):\n    @classmethod\n    def setUpTestData(cls):\n        cls.f = open("a")\n', "copy"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        ("class A(TestCase):\n    @classmethod\n    def setUpTestData(cls):\n        cls.a = A.objects.create()\n"),
        'class A(TestCase):\n    def setUp(self):\n        self.f = open("a")\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
