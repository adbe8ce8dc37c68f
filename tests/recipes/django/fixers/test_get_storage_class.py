from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.get_storage_class import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from django.core.files.storage import get_storage_class\ns = get_storage_class(name)()\n",
            "from django.utils.module_loading import import_string\ns = import_string(name)()\n",
        ),
        (
            (
                "from django.conf import settings\n"
                "from django.core.files.storage import default_storage, get_storage_class\n"
                "s = get_storage_class(settings.MINE)\n"
            ),
            (
                "from django.conf import settings\n"
                "from django.core.files.storage import default_storage\n"
                "from django.utils.module_loading import import_string\n"
                "s = import_string(settings.MINE)\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.core.files.storage import get_storage_class\nget_storage_class()\n", "default storage"),
        (
            (
                "from django.conf import settings\n"
                "from django.core.files.storage import get_storage_class\n"
                "get_storage_class(settings.STATICFILES_STORAGE)\n"
            ),
            "default storage",
        ),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from mine import get_storage_class\nget_storage_class(a)\n",
        ("try:\n    from django.core.files.storage import get_storage_class\nexcept ImportError:\n    pass\n"),
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
