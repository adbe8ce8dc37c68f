from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.remote_user_configure import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.contrib.auth.backends import RemoteUserBackend\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("class A(RemoteUserBackend):\n    def configure_user(self, request, user):\n        return user\n"),
            (
                "class A(RemoteUserBackend):\n"
                "    def configure_user(self, request, user, created=True):\n"
                "        return user\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after)


@pytest.mark.parametrize(
    "text",
    [
        "class A(RemoteUserBackend):\n    def configure_user(self, request, user, created=True): ...\n",
        "class A(RemoteUserBackend):\n    def configure_user(self, user): ...\n",
        "class A(Other):\n    def configure_user(self, request, user): ...\n",
        "class A(RemoteUserBackend):\n    def configure_user(self, request, user, **kw): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
