from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.third_party_calls import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged

PINNED = {"requirements.txt": "django-filter==2.4\ndjangorestframework==3.14.0\n"}
ROUTE = (
    "from rest_framework.decorators import detail_route\n\n\nclass A:\n    @detail_route({})\n    def f(self): ...\n"
)
ACTION = "from rest_framework.decorators import action\n\n\nclass A:\n    @action({})\n    def f(self): ...\n"
NULL = "from rest_framework import serializers\nx = serializers."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("router.register(r'a', V, base_name='a')\n", "router.register(r'a', V, basename='a')\n"),
        ("r.register(\n    'a', V,\n    base_name = b,\n)\n", "r.register(\n    'a', V,\n    basename = b,\n)\n"),
        (
            "import django_filters\nx = django_filters.CharFilter(name='a')\n",
            "import django_filters\nx = django_filters.CharFilter(field_name='a')\n",
        ),
        (
            "from django_filters.rest_framework import BooleanFilter as B\nx = B(name='a', lookup_expr='b')\n",
            "from django_filters.rest_framework import BooleanFilter as B\nx = B(field_name='a', lookup_expr='b')\n",
        ),
        (ROUTE.format(""), ACTION.format("detail=True")),
        (ROUTE.format("methods=['post']"), ACTION.format("detail=True, methods=['post']")),
        (ROUTE.format("['post']"), ACTION.format("['post'], detail=True")),
        (ROUTE.format("url_path='a_b'"), ACTION.format("detail=True, url_name='a-b', url_path='a_b'")),
        (ROUTE.format("url_path=x, url_name='a'"), ACTION.format("detail=True, url_path=x, url_name='a'")),
        (ROUTE.replace("detail_", "list_").format(""), ACTION.format("detail=False")),
        (
            "from rest_framework import decorators as d\n\n\n@d.list_route()\ndef f(): ...\n",
            "from rest_framework import decorators as d\nfrom rest_framework.decorators import action\n\n\n"
            "@action(detail=False)\ndef f(): ...\n",
        ),
        (f"{NULL}NullBooleanField(required=False)\n", f"{NULL}BooleanField(allow_null=True, required=False)\n"),
        (f"{NULL}NullBooleanField()\n", f"{NULL}BooleanField(allow_null=True)\n"),
        (
            "from rest_framework.fields import NullBooleanField\nx = NullBooleanField()\n",
            "from rest_framework.fields import BooleanField\nx = BooleanField(allow_null=True)\n",
        ),
        ("s.is_valid(True)\n", "s.is_valid(raise_exception=True)\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(3, 2), stage=Stage.UPGRADE, files=PINNED)


@pytest.mark.parametrize(
    "text",
    [
        "router.register(r'a', V, basename='a')\n",
        "router.register(r'a', V, base_name='a', basename='b')\n",
        "register(r'a', V, base_name='a')\n",
        "from ours import CharFilter\nx = CharFilter(name='a')\n",
        "import django_filters\nx = django_filters.FilterSet(name='a')\n",
        "from ours import detail_route\n\n\n@detail_route()\ndef f(): ...\n",
        "from django.db import models\nx = models.NullBooleanField()\n",
        f"{NULL}NullBooleanField(**x)\n",
        "form.is_valid()\n",
        "s.is_valid(raise_exception=True)\n",
        "s.is_valid(x)\n",
        "is_valid(True)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(3, 2), stage=Stage.UPGRADE, files=PINNED).findings


@pytest.mark.parametrize("inside", ["**x", "url_path=x"])
def test_a_route_that_is_not_plain_is_left_to_a_person(inside: str) -> None:
    fixed = check_unchanged(fixer, ROUTE.format(inside), target=(3, 2), stage=Stage.UPGRADE, files=PINNED)
    assert fixed.findings[0].how == "@action(detail=True)"


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("3.10.3", "router.register(r'a', V, base_name='a')\n"),
        ("3.9.4", ROUTE.format("")),
        ("3.13.1", f"{NULL}NullBooleanField()\n"),
        ("3.13.1", "s.is_valid(True)\n"),
    ],
)
def test_an_older_release_still_knows_them(version: str, text: str) -> None:
    files = {"requirements.txt": f"djangorestframework=={version}\n"}
    check_unchanged(fixer, text, target=(3, 2), stage=Stage.UPGRADE, files=files)
