from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.from_db_value_context import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("class F:\n    def from_db_value(self, value, expression, connection, context):\n        return value\n"),
            ("class F:\n    def from_db_value(self, value, expression, connection):\n        return value\n"),
        ),
        (
            (
                "class F:\n"
                "    def convert_value(\n"
                "        self,\n"
                "        value,\n"
                "        expression,\n"
                "        connection,\n"
                "        context,\n"
                "    ):\n"
                "        return value\n"
            ),
            (
                "class F:\n"
                "    def convert_value(\n"
                "        self,\n"
                "        value,\n"
                "        expression,\n"
                "        connection,\n"
                "    ):\n"
                "        return value\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (
            (
                "class F:\n"
                "    def from_db_value(self, value, expression, connection, context=None):\n"
                "        return value\n"
            ),
            0,
        ),
        (("class F:\n    def from_db_value(self, value, expression, connection, *args):\n        return value\n"), 0),
        (
            (
                "class F:\n"
                "    def from_db_value(self, value, expression, connection, context):\n"
                "        return g(value, context)\n"
            ),
            1,
        ),
        (
            (
                "class F:\n"
                "    def from_db_value(self, value, expression, connection):\n"
                "        return super().from_db_value(value, expression, connection, context)\n"
            ),
            1,
        ),
        ("def from_db_value(value, expression, connection, context): ...\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
