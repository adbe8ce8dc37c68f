from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.database_versions import rule
from chairlift.testing.texts import check_text_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("image: postgres:12-alpine\n", "postgres 14"),
        ("FROM postgis/postgis:13-3.1\n", "postgres 14"),
        ('image: "mysql:5.7"\n', "mysql 8.0.11"),
        ("image: mariadb:10.4\n", "mariadb 10.5"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_text_unchanged(rule, text, path=".github/workflows/ci.yml").findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "image: postgres:14\n",
        "image: postgres:latest\n",
        "image: mysql:8\n",
        "image: my-postgres:9\n",
        "image: mariadb:10.11.2\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_text_unchanged(rule, text, path=".github/workflows/ci.yml").findings


def test_what_is_needed_is_the_targets() -> None:
    assert not check_text_unchanged(rule, "image: mysql:5.7", path="compose.yml", target=(3, 2)).findings
    assert check_text_unchanged(rule, "image: mysql:8.0", path="compose.yml", target=(6, 1)).findings
