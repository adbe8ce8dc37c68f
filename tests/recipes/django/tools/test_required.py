from __future__ import annotations

from pathlib import Path

import pytest

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, Stage
from chairlift.recipes.django.scanning import Scanner
from chairlift.recipes.django.source import Source
from chairlift.recipes.django.tools.required import for_leg


def changed(path: str, text: str, current: Release, target: Release, stage: Stage) -> str:
    tool = for_leg(Leg(current, target, stage))
    if tool is None:
        return text
    names = tool.may_change(path, text.encode(), Scanner(tool.literals).found(text.encode()))
    return tool.run(Source(path, text.encode()), names, Project(Path("nowhere"))).text if names else text


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("legs", [((2, 2), (3, 2)), ((3, 2), (4, 2)), ((2, 2), (5, 2))])
def test_a_config_that_django_may_not_find_keeps_its_name(legs: tuple[Release, Release], stage: Stage) -> None:
    text = "default_app_config = 'shop.config.Shop'\n"
    assert changed("shop/__init__.py", text, *legs, stage) == text


def test_the_upgrade_needs_only_what_fails_without_it() -> None:
    text = "from django.utils.encoding import force_text\nfrom django.utils.timezone import FixedOffset\n"
    assert changed("a.py", text, (2, 2), (3, 2), Stage.UPGRADE).startswith(
        "from django.utils.encoding import force_text\n"
    )
    assert "force_text" not in changed("a.py", text, (3, 2), (4, 2), Stage.UPGRADE)
    assert for_leg(Leg((5, 1), (5, 2), Stage.UPGRADE)) is None
