from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.iterator_chunk_size import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'for a in A.objects.prefetch_related("b").filter(c=1).iterator():\n    pass\n',
            'for a in A.objects.prefetch_related("b").filter(c=1).iterator(chunk_size=2000):\n    pass\n',
        ),
        (
            'x = (\n    qs\n    .prefetch_related(Prefetch("b"))\n    .iterator()\n)\n',
            'x = (\n    qs\n    .prefetch_related(Prefetch("b"))\n    .iterator(chunk_size=2000)\n)\n',
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        "A.objects.iterator()\n",
        'qs.prefetch_related("b").iterator(chunk_size=10)\n',
        "qs.prefetch_related(None).iterator()\n",
        'qs.prefetch_related("b").iterator(10)\n',
        'f(qs.prefetch_related("b")).all\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
