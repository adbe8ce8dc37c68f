from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.in_one_expression import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.db import models\nfrom django.db.models import F, Q, Value\n\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Book.objects.filter(a__b__in=F('c'))\n", "Book.objects.filter(a__b=F('c'))\n"),
        ("Q(a__in=models.F('c'), d__in=[1])\n", "Q(a=models.F('c'), d__in=[1])\n"),
        (
            "self.queryset.exclude(\n    a__in = F('c__d'),  # why\n)\n",
            "self.queryset.exclude(\n    a = F('c__d'),  # why\n)\n",
        ),
        ("models.When(a__in=Value(1), then=2)\n", "models.When(a=Value(1), then=2)\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after, target=(3, 2))


@pytest.mark.parametrize(
    ("call", "findings"), [("filter(a", 0), ("exclude(a", 1), ("filter(~Q(a", 1), ("filter(b=1, c", 0)]
)
def test_what_may_be_negated_is_named_too(call: str, findings: int) -> None:
    before, end = f"{HEAD}x.{call}__in=F('d')", ")" * call.count("(")
    fixed = check_changes(fixer, f"{before}{end}\n", f"{before.replace('__in', '')}{end}\n", target=(3, 2))
    assert len(fixed.findings) == findings


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (HEAD + "Book.objects.filter(a__in=[F('b')])\n", 0),
        (HEAD + "Book.objects.filter(a__in=Book.objects.values('b'))\n", 0),
        (HEAD + "Book.objects.filter(a__within=F('b'))\n", 0),
        ("from ours import F\n\nBook.objects.filter(a__in=F('b'))\n", 0),
        (HEAD + "Book.objects.filter(a__in=F('b'), a=1)\n", 1),
        (HEAD + "lookups = dict(a__in=F('b'))\n", 1),
        (HEAD + "Book.objects.filter(__in=F('b'))\n", 1),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text, target=(3, 2)).findings) == findings


def test_django_4_puts_the_column_in_parentheses_again() -> None:
    text = HEAD + "Book.objects.filter(a__in=F('b'))\n"
    assert not check_unchanged(fixer, text, target=(4, 2)).findings
