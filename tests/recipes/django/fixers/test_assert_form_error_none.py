from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.assert_form_error_none import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('self.assertFormError(form, "f", None)\n', 'self.assertFormError(form, "f", [])\n'),
        ('self.assertFormError(response, "form", "f", None)\n', 'self.assertFormError(response, "form", "f", [])\n'),
        (
            'self.assertFormsetError(r, "formset", 0, "f", None)\n',
            'self.assertFormsetError(r, "formset", 0, "f", [])\n',
        ),
        ("self.assertFormSetError(fs, 0, None, errors=None)\n", "self.assertFormSetError(fs, 0, None, errors=[])\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        'self.assertFormError(form, None, "e")\n',
        'self.assertFormError(response, "form", None, "e")\n',
        'self.assertFormsetError(fs, 0, None, ["e"])\n',
        "self.assertFormError(*args)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
