from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.changed_defaults import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("INSTALLED_APPS = []\nMIDDLEWARE = ['x.XFrameOptionsMiddleware']\n", 1),
        (("INSTALLED_APPS = []\nMIDDLEWARE = ['x.XFrameOptionsMiddleware']\nX_FRAME_OPTIONS = 'DENY'\n"), 0),
        ("INSTALLED_APPS = []\nMIDDLEWARE = ['x.SecurityMiddleware']\n", 2),
        (("INSTALLED_APPS = []\nMIDDLEWARE = ['x.SecurityMiddleware']\nSECURE_REFERRER_POLICY = None\n"), 1),
        ("INSTALLED_APPS = []\nMEDIA_ROOT = 'x'\n", 1),
        ("INSTALLED_APPS = []\nMEDIA_ROOT = 'x'\nFILE_UPLOAD_PERMISSIONS = 0o600\n", 0),
        ("INSTALLED_APPS += ['a']\nMEDIA_ROOT = 'x'\n", 0),
        ("INSTALLED_APPS = []\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text, path="app/settings.py").findings) == findings
