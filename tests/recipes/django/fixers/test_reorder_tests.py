from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.reorder_tests import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            (
                "from django.test.runner import DiscoverRunner, reorder_suite\n"
                "suite = reorder_suite(suite, classes, reverse)\n"
                "DiscoverRunner\n"
            ),
            (
                "from django.test.runner import DiscoverRunner, reorder_tests\n"
                "from django.test.utils import iter_test_cases\n"
                "from unittest import TestSuite\n"
                "suite = TestSuite(reorder_tests(iter_test_cases(suite), classes, reverse))\n"
                "DiscoverRunner\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.test import runner\nTestSuite = 1\nrunner.reorder_suite(a, b)\n", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from mine import reorder_suite\nreorder_suite(a)\n",
        "from django.test.runner import reorder_tests\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
