from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.admin_request_processor import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

REQUEST = "django.template.context_processors.request"
ADMIN = "INSTALLED_APPS = ['django.contrib.admin']\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "{'OPTIONS': {'context_processors': [\n        'a.b',\n    ]}}",
            f"{{'OPTIONS': {{'context_processors': [\n        '{REQUEST}',\n        'a.b',\n    ]}}}}",
        ),
        ('{"context_processors": ("a.b", "c")}', f'{{"context_processors": ("{REQUEST}", "a.b", "c")}}'),
        (
            "{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'OPTIONS': {'context_processors': ['a']}}",
            "{'BACKEND': 'django.template.backends.django.DjangoTemplates', "
            f"'OPTIONS': {{'context_processors': ['{REQUEST}', 'a']}}}}",
        ),
    ],
)
def test_adds_it(before: str, after: str) -> None:
    check_changes(fixer, f"{ADMIN}T = [{before}]\n", f"{ADMIN}T = [{after}]\n", path="app/settings.py")


def test_in_a_name_or_an_item() -> None:
    check_changes(
        fixer,
        ADMIN + "PROCESSORS = ['a']\nT = [{'context_processors': PROCESSORS}]\n",
        f"{ADMIN}PROCESSORS = ['{REQUEST}', 'a']\nT = [{{'context_processors': PROCESSORS}}]\n",
        path="app/settings.py",
    )
    check_changes(
        fixer,
        ADMIN + "T[0]['OPTIONS']['context_processors'] = ('a',)\n",
        f"{ADMIN}T[0]['OPTIONS']['context_processors'] = ('{REQUEST}', 'a',)\n",
        path="app/settings.py",
    )
    check_changes(
        fixer,
        "T = [{'context_processors': ['a'] + MORE}]\n",
        f"T = [{{'context_processors': ['{REQUEST}', 'a'] + MORE}}]\n",
        path="app/settings/templates.py",
        files={"app/settings/apps.py": ADMIN},
    )


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (f"{ADMIN}T = [{{'context_processors': ['a', '{REQUEST}']}}]\n", 0),
        ("T = [{'context_processors': ['a']}]\n", 0),
        (ADMIN + "T = [{'BACKEND': 'django_jinja.backend.Jinja2', 'OPTIONS': {'context_processors': ['a']}}]\n", 0),
        (ADMIN + "T = [{'context_processors': env.list('A')}]\n", 1),
        (ADMIN + "T = [{'context_processors': []}]\n", 1),
        (ADMIN + "def test():\n    T[0]['context_processors'] = ['a']\n", 0),
        (ADMIN + "x = 'context_processors'\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text, path="app/settings.py").findings) == findings
