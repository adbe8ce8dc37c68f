from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.mocked_names import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("@patch('app.views.ugettext')\ndef test(): ...\n", 1),
        ('with mock.patch("app.views.force_text", x):\n    pass\n', 1),
        ("mock.patch.object(views, 'is_safe_url')\n", 1),
        ("monkeypatch.setattr('app.curry', x)\n", 1),
        ("patch('app.views.gettext')\n", 0),
        ("x = 'app.views.ugettext'\n", 0),
        ("patch(ugettext)\n", 0),
        ("patch('app.ugettext.other')\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
