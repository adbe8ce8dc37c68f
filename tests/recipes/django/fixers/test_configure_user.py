from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.configure_user import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("class B(RemoteUserBackend):\n    def configure_user(self, user):\n        return user\n"),
            ("class B(RemoteUserBackend):\n    def configure_user(self, request, user):\n        return user\n"),
        ),
        (
            (
                "class B(backends.AllowAllUsersRemoteUserBackend):\n"
                "    def configure_user(self, user):\n"
                "        return user\n"
            ),
            (
                "class B(backends.AllowAllUsersRemoteUserBackend):\n"
                "    def configure_user(self, request, user):\n"
                "        return user\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (("class B(RemoteUserBackend):\n    def configure_user(self, request, user):\n        return user\n"), 0),
        (
            (
                "class B(RemoteUserBackend):\n"
                "    def configure_user(self, user):\n"
                "        return super().configure_user(user)\n"
            ),
            1,
        ),
        ("class B(Other):\n    def configure_user(self, user):\n        return user\n", 0),
        ("def configure_user(self, user): ...\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
