from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.assert_queryset_repr import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('self.assertQuerysetEqual(qs, ["<A: a>"])\n', 'self.assertQuerysetEqual(qs, ["<A: a>"], transform=repr)\n'),
        (
            "self.assertQuerysetEqual(qs, map(repr, [a]), ordered=False)\n",
            "self.assertQuerysetEqual(qs, map(repr, [a]), ordered=False, transform=repr)\n",
        ),
        (
            "self.assertQuerysetEqual(\n    qs,\n    [repr(a) for a in b],\n)\n",
            "self.assertQuerysetEqual(\n    qs,\n    [repr(a) for a in b], transform=repr,\n)\n",
        ),
        (
            'self.assertQuerysetEqual(qs, values=[f"<A: {a}>"])\n',
            'self.assertQuerysetEqual(qs, values=[f"<A: {a}>"], transform=repr)\n',
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(3, 2))


@pytest.mark.parametrize(
    "text",
    [
        "self.assertQuerysetEqual(qs, [1])\n",
        'self.assertQuerysetEqual(qs, ["a"], transform=str)\n',
        'self.assertQuerysetEqual(qs, ["a"])\n',
        "self.assertQuerysetEqual(qs, [])\n",
        "self.assertQuerysetEqual(qs, [a], repr)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(3, 2)).findings
