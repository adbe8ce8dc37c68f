from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.unittest_aliases import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.assertEquals(a, b)\n", "self.assertEqual(a, b)\n"),
        ('self.assertRaisesRegexp(E, "a")\n', 'self.assertRaisesRegex(E, "a")\n'),
        ("cls.assert_(a)\n", "cls.assertTrue(a)\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        "self.assertEqual(a, b)\n",
        "mock.assert_(a)\n",
        "def assertEquals(self): ...\nself.assertEquals()\n",
        "f = self.assertEquals\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
