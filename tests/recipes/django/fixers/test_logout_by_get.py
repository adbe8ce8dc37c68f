from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.logout_by_get import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.contrib.auth.views import LogoutView\n", "POST"),
        ("from django.contrib.auth import views\nv = views.LogoutView.as_view()\n", "POST"),
        ('self.client.get(reverse("logout"))\n', "test"),
        ("from django.contrib.auth.views import logout_then_login\nlogout_then_login(r)\n", "POST"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from mine import LogoutView\n",
        'self.client.post(reverse("logout"))\n',
        'self.client.get(reverse("login"))\n',
        "logout_then_login(r)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
