from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.changed_commands import rule
from chairlift.testing.texts import check_text_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("test:\n\tpython manage.py test -k\n", "--keepdb"),
        ("test:\n\tdjango-admin test app --noinput -k -v 2\n", "--keepdb"),
        ("check:\n\t./manage.py check --tag database\n", "--database"),
        ("check:\n\t./manage.py check --deploy -t database\n", "--database"),
    ],
)
def test_says(text: str, said: str) -> None:
    (found,) = check_text_unchanged(rule, text, path="Makefile").findings
    assert said in found.how
    assert found.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "python manage.py test --keepdb\n",
        "python manage.py migrate\npytest -k name\n",
        "python manage.py test\n\techo -k\n",
        "python manage.py check --deploy\n",
        "python manage.py check --database default --tag database\n",
        "python manage.py check --tag databases\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_text_unchanged(rule, text, path="Makefile").findings


def test_each_since_its_release() -> None:
    text = "python manage.py test -k\npython manage.py check -t database\n"
    assert [each.line for each in check_text_unchanged(rule, text, path="a.sh", current=(3, 0)).findings] == [2]
    assert [each.line for each in check_text_unchanged(rule, text, path="a.sh", target=(3, 0)).findings] == [1]
