from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.delete_view import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            (
                "from django.views.generic import DeleteView\n"
                "class A(Mixin, DeleteView):\n"
                "    def delete(self, request): ...\n"
            ),
            "A.delete()",
        ),
        (
            (
                "from django.views import generic\n"
                "class A(generic.edit.DeleteView):\n"
                "    def delete(self, request): ...\n"
            ),
            "A.delete()",
        ),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from django.views.generic import DeleteView\nclass A(DeleteView):\n    pass\n",
        "from rest import DeleteView\nclass A(DeleteView):\n    def delete(self, request): ...\n",
        "from django.views.generic import View\nclass A(View):\n    def delete(self, request): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
