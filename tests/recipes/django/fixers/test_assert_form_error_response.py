from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.assert_form_error_response import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'self.assertFormError(self.response, "form", "f", "e")\n',
            'self.assertFormError(self.response.context["form"], "f", "e")\n',
        ),
        (
            'self.assertFormError(self.client.post("/"), "form", "f", errors=["e"])\n',
            'self.assertFormError(self.client.post("/").context["form"], "f", errors=["e"])\n',
        ),
        (
            "self.assertFormError(\n    page,\n    form=name,\n    field=None,\n    errors=[],\n)\n",
            "self.assertFormError(\n    form=page.context[name],\n    field=None,\n    errors=[],\n)\n",
        ),
        (
            'self.assertFormsetError(page, "formset", 0, "f", "e")\n',
            'self.assertFormsetError(page.context["formset"], 0, "f", "e")\n',
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(4, 2), stage=Stage.CLEAN_UP)


@pytest.mark.parametrize(
    "text",
    [
        'self.assertFormError(form, "f", "e")\n',
        'self.assertFormError(r.context["form"], "f", "e", "why")\n',
        "self.assertFormError(r, *a)\n",
        'self.assertFormError(r,  # why\n    "form", "f", "e")\n',
        'self.assertFormError(form="form", response=r, field="f", errors="e")\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(4, 2), stage=Stage.CLEAN_UP).findings


def test_newer_code_has_the_new_order() -> None:
    check_unchanged(fixer, 'self.assertFormError(form, "f", "e", "why")\n', current=(4, 2), stage=Stage.CLEAN_UP)
