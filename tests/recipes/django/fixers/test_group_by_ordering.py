from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.group_by_ordering import fixer
from chairlift.testing.fixers import check_unchanged

MODELS = """
from django.db import models

class Thing(models.Model):
    name = models.CharField()

    class Meta:
        ordering = ["name"]

class Plain(models.Model):
    name = models.CharField()
"""


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("Thing.objects.values('a').annotate(n=Count('id'))", 1),
        ("m.Thing.objects.filter(b=1).values_list('a').annotate(n=Count('id'))", 1),
        ("Plain.objects.values('a').annotate(n=Count('id'))", 0),
        ("Thing.objects.annotate(n=Count('id'))", 0),
        ("Thing.objects.order_by().values('a').annotate(n=Count('id'))", 0),
        ("Thing.objects.values('a').annotate(n=Count('id')).order_by('a')", 0),
        ("things.values('a').annotate(n=Count('id'))", 0),
    ],
)
def test_flags_groups_of_ordered_models(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text + "\n", files={"a/models.py": MODELS}).findings) == findings
