from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.cached_static_files import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "STATICFILES_STORAGE = 'django.contrib.staticfiles.storage.CachedStaticFilesStorage'\n",
            "STATICFILES_STORAGE = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'\n",
        ),
        (
            (
                "from django.contrib.staticfiles.storage import CachedStaticFilesStorage\n"
                "class A(CachedStaticFilesStorage): ...\n"
            ),
            (
                "from django.contrib.staticfiles.storage import ManifestStaticFilesStorage\n"
                "class A(ManifestStaticFilesStorage): ...\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        "STATICFILES_STORAGE = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'\n",
        "X = 'mine.CachedStaticFilesStorage'\n",
        "from mine import CachedStaticFilesStorage\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text)
