from __future__ import annotations

import pytest

from chairlift.recipes.django.releases import Stage
from chairlift.recipes.django.texts.third_party_tags import rule
from chairlift.testing.texts import check_text_changes, check_text_unchanged

PINNED = {"requirements.txt": "django-hijack==3.4.5\n"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{% load hijack_tags %}", "{% load hijack %}"),
        ("{% load static hijack_tags i18n %}\nhijack_tags", "{% load static hijack i18n %}\nhijack_tags"),
        ("{%load  hijack_tags%}", "{%load  hijack%}"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_text_changes(rule, before, after, stage=Stage.UPGRADE, files=PINNED)


@pytest.mark.parametrize(
    "text", ["{% load hijack %}", "{% load my_hijack_tags %}", "{{ hijack_tags }}", "{# load hijack_tags #}"]
)
def test_leaves_alone(text: str) -> None:
    check_text_unchanged(rule, text, stage=Stage.UPGRADE, files=PINNED)


@pytest.mark.parametrize("pins", ["django-hijack==2.1.10\n", "django-hijack\n", ""])
def test_an_older_release_still_has_it(pins: str) -> None:
    check_text_unchanged(rule, "{% load hijack_tags %}", stage=Stage.UPGRADE, files={"requirements.txt": pins})
