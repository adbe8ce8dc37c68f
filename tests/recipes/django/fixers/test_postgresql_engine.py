from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.postgresql_engine import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql_psycopg2'}}\n",
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n",
        ),
        (
            "x = env('ENGINE', default=\"django.db.backends.postgresql_psycopg2\")\n",
            "x = env('ENGINE', default=\"django.db.backends.postgresql\")\n",
        ),
        (
            "from django.db.backends.postgresql_psycopg2.base import DatabaseWrapper\n",
            "from django.db.backends.postgresql.base import DatabaseWrapper\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        "x = 'django.db.backends.postgresql'\n",
        "x = 'other.backends.postgresql_psycopg2'\n",
        "x = 'see django.db.backends.postgresql_psycopg2'\n",
        "x = 'django.db.backends.postgresql' '_psycopg2'\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text)
