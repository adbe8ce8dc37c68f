from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.database_serialize import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'D = {"default": {"TEST": {"NAME": "a", "SERIALIZE": False}}}\n',
            'D = {"default": {"TEST": {"NAME": "a"}}}\n',
        ),
        ('D = {"default": {"TEST": {"SERIALIZE": False}}}\n', 'D = {"default": {"TEST": {}}}\n'),
        (
            'D = {\n    "TEST": {\n        "SERIALIZE": False,\n        "NAME": "a",\n    },\n}\n',
            'D = {\n    "TEST": {\n        "NAME": "a",\n    },\n}\n',
        ),
        ('D = {"TEST": {"SERIALIZE": False, "A": 1}}\n', 'D = {"TEST": {"A": 1}}\n'),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        'D = {"SERIALIZE": False}\n',
        'D = {"TEST": {"NAME": "a"}}\n',
        'D = {"TEST": test}\nSERIALIZE = 1\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
