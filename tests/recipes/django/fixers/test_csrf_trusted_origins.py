from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.csrf_trusted_origins import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'CSRF_TRUSTED_ORIGINS = ["a.example.com", ".b.org"]\n',
            'CSRF_TRUSTED_ORIGINS = ["https://a.example.com", "https://*.b.org"]\n',
        ),
        (
            "CSRF_TRUSTED_ORIGINS = (\n    'a.example.com',  # why\n    '*.b.org',\n)\n",
            "CSRF_TRUSTED_ORIGINS = (\n    'https://a.example.com',  # why\n    'https://*.b.org',\n)\n",
        ),
        (
            'CSRF_TRUSTED_ORIGINS += ["localhost:8000", "127.0.0.1", "edx.devstack.lms:18000"]\n',
            (
                'CSRF_TRUSTED_ORIGINS += ["http://localhost:8000", "http://127.0.0.1", "https://edx.devstac'
                'k.lms:18000"]\n'
            ),
        ),
        (
            '@override_settings(CSRF_TRUSTED_ORIGINS=[r"r.com"])\ndef test(): ...\n',
            '@override_settings(CSRF_TRUSTED_ORIGINS=[r"https://r.com"])\ndef test(): ...\n',
        ),
        (
            'class Base(Configuration):\n    CSRF_TRUSTED_ORIGINS: list = ["é.com", "x.com"]\n',
            'class Base(Configuration):\n    CSRF_TRUSTED_ORIGINS: list = ["é.com", "https://x.com"]\n',
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('CSRF_TRUSTED_ORIGINS = env.list("ORIGINS")\n', "elsewhere"),
        ('CSRF_TRUSTED_ORIGINS = [f"{HOST}"]\n', "without a scheme"),
        ('CSRF_TRUSTED_ORIGINS = ["a" "b.com"]\n', "without a scheme"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'CSRF_TRUSTED_ORIGINS = ["https://a.example.com"]\n',
        'ALLOWED_HOSTS = ["a.example.com"]\n',
        "CSRF_TRUSTED_ORIGINS = []\n",
        'print(CSRF_TRUSTED_ORIGINS, ["a.com"])\n',
        'other(CSRF_TRUSTED_ORIGINS=["a.com"])\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
