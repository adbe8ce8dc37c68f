from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.discover_runner_extra_tests import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            (
                "class R(DiscoverRunner):\n"
                "    def build_suite(self, labels=None, extra_tests=None, **kw):\n"
                "        return super().build_suite(labels, extra_tests, **kw)\n"
            ),
            (
                "class R(DiscoverRunner):\n"
                "    def build_suite(self, labels=None, **kw):\n"
                "        return super().build_suite(labels, **kw)\n"
            ),
        ),
        (
            (
                "class R(DiscoverRunner):\n"
                "    def run_tests(self, labels, extra_tests=None):\n"
                "        suite = self.build_suite(labels, extra_tests=extra_tests)\n"
            ),
            ("class R(DiscoverRunner):\n    def run_tests(self, labels):\n        suite = self.build_suite(labels)\n"),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class R:\n    def run_tests(self, labels, extra_tests=None):\n        return extra_tests\n", "uses"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "class R:\n    def build_suite(self, labels): ...\n",
        "def run_tests(extra_tests=None): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
