from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.django_admin_py import rule
from chairlift.testing.texts import check_text_changes, check_text_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("run: django-admin.py test\n", "run: django-admin test\n"),
        ("\t$(VENV)/bin/django-admin.py migrate", "\t$(VENV)/bin/django-admin migrate"),
        ('cmd: ["django-admin.py", "x"]', 'cmd: ["django-admin", "x"]'),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_text_changes(rule, before, after, path="Makefile")


@pytest.mark.parametrize(
    "text",
    [
        "django-admin test",
        "my-django-admin.py",
        "scripts/django-admin.py",
        "django-admin.pyc",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_text_unchanged(rule, text, path="Makefile").findings
