from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.signer_arguments import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.core import signing\nfrom django.core.signing import Signer\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('Signer("k")\n', 'Signer(key="k")\n'),
        ('Signer("k", ":", salt="s")\n', 'Signer(key="k", sep=":", salt="s")\n'),
        ('signing.TimestampSigner(k, "/", "s")\n', 'signing.TimestampSigner(key=k, sep="/", salt="s")\n'),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after)


@pytest.mark.parametrize(
    "text",
    [
        "Signer()\n",
        'Signer(key="k")\n',
        "Signer(*args)\n",
        'other.Signer("k")\n',
        'Signer(("k"))\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
