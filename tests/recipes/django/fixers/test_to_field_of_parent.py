from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.to_field_of_parent import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (
            (
                "class Parent(models.Model):\n"
                "    code = models.CharField()\n"
                "class Child(Parent):\n"
                "    own = models.CharField()\n"
                "class A(models.Model):\n"
                "    c = models.ForeignKey(Child, to_field='code')\n"
            ),
            1,
        ),
        (
            (
                "class Parent(models.Model):\n"
                "    code = models.CharField()\n"
                "class Child(Parent):\n"
                "    own = models.CharField()\n"
                "class A(models.Model):\n"
                "    c = models.ForeignKey('Child', to_field='code')\n"
            ),
            1,
        ),
        (
            (
                "class Parent(models.Model):\n"
                "    code = models.CharField()\n"
                "class Child(Parent):\n"
                "    own = models.CharField()\n"
                "class A(models.Model):\n"
                "    c = models.ForeignKey(Child, to_field='own')\n"
            ),
            0,
        ),
        (
            (
                "class Parent(models.Model):\n"
                "    code = models.CharField()\n"
                "class Child(Parent):\n"
                "    own = models.CharField()\n"
                "class A(models.Model):\n"
                "    c = models.ForeignKey(Parent, to_field='code')\n"
            ),
            0,
        ),
        (
            (
                "class Parent(models.Model):\n"
                "    code = models.CharField()\n"
                "    class Meta:\n"
                "        abstract = True\n"
                "class Child(Parent):\n"
                "    own = models.CharField()\n"
                "class A(models.Model):\n"
                "    c = models.ForeignKey(Child, to_field='code')\n"
            ),
            0,
        ),
        ("class A(models.Model):\n    c = models.ForeignKey('other.Child', to_field='code')\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
