from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.drop_in_forks import fixer
from chairlift.recipes.django.releases import Release, Stage
from chairlift.testing.fixers import check_changes, check_unchanged

ASKED = {"requirements.in": "django-taggit-serializer\ndjango-sendfile\n"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from taggit_serializer.serializers import (TagListSerializerField as Tags,\n  TaggitSerializer)\n",
            "from taggit.serializers import (TagListSerializerField as Tags,\n  TaggitSerializer)\n",
        ),
        ("def f():\n    from sendfile import sendfile\n", "def f():\n    from django_sendfile import sendfile\n"),
        ("from sendfile.backends import nginx\n", "from django_sendfile.backends import nginx\n"),
        ("BACKEND = 'sendfile.backends.nginx'\n", "BACKEND = 'django_sendfile.backends.nginx'\n"),
        ("INSTALLED_APPS = ['sendfile', 'b']\n", "INSTALLED_APPS = ['django_sendfile', 'b']\n"),
        ("INSTALLED_APPS = ['a', 'taggit_serializer', 'b']\n", "INSTALLED_APPS = ['a', 'b']\n"),
        (
            "OUR_APPS = (\n    'a',\n    'taggit_serializer',  # tags\n    'b',\n)\n",
            "OUR_APPS = (\n    'a',\n    'b',\n)\n",
        ),
        ("INSTALLED_APPS += ['taggit_serializer']\n", "INSTALLED_APPS += []\n"),
        ("INSTALLED_APPS = [('taggit_serializer'), 'b']\n", "INSTALLED_APPS = ['b']\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(3, 2), stage=Stage.UPGRADE, files=ASKED)


@pytest.mark.parametrize(
    "text",
    [
        "import taggit_serializer.serializers\n",
        "from taggit_serializer import other\n",
        "from taggit_serializer . serializers import a\n",
        "NAMES = ['taggit_serializer']\n",
        "INSTALLED_APPS = ('taggit_serializer', 'b')\n",
        "APPS = ['taggit_' 'serializer', 'b', 'c']\n",
        "from .taggit_serializer.serializers import a\n",
        "from ours.taggit_serializer.serializers import a\n",
        "from taggit_serializers import a\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text, target=(3, 2), stage=Stage.UPGRADE, files=ASKED)


USED = "from taggit_serializer.serializers import TaggitSerializer\n"


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.in": "django-taggit\n"},
        {**ASKED, "other.py": "import taggit_serializer\n"},
        {**ASKED, "other.py": "print 'taggit_serializer'\n"},
        {**ASKED, "a.html": "{% load taggit_serializer %}\n"},
        {**ASKED, "setup.py": "setup(install_requires=['django_taggit_serializer'])\n"},
        {"requirements.in": "django-taggit-serializer @ https://example.org/x.zip\n"},
        {"requirements.txt": "django-taggit-serializer==0.1.7 --hash=sha256:00\n"},
    ],
)
def test_nothing_is_followed_where_one_place_cannot_be_changed(files: dict[str, str]) -> None:
    check_unchanged(fixer, USED, target=(3, 2), stage=Stage.UPGRADE, files=files)


@pytest.mark.parametrize(
    ("target", "stage"), [((3, 0), Stage.UPGRADE), ((3, 2), Stage.PREPARE), ((3, 2), Stage.CLEAN_UP)]
)
def test_it_goes_with_the_requirements_and_only_where_the_target_warns(target: Release, stage: Stage) -> None:
    check_unchanged(fixer, USED, target=target, stage=stage, files=ASKED)
