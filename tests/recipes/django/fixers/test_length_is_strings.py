from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.length_is_strings import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('T = "{% if a|length_is:3 %}x{% endif %}"\n', 'T = "{% if a|length == 3 %}x{% endif %}"\n'),
        (
            "T = Template('''{{ a|length_is:\"3\" }}''')\n",
            "T = Template('''{% if a|length == 3 %}True{% else %}False{% endif %}''')\n",
        ),
        ('T = "{% if a|length_is:\\"3\\" and b %}x{% endif %}"\n', 'T = "{% if a|length == 3 and b %}x{% endif %}"\n'),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('T = "{% with b=a|length_is:3 %}"\n', "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'T = "length_is"\n',
        '"""Templates with a|length_is:3."""\n',
        "def length_is(a): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
