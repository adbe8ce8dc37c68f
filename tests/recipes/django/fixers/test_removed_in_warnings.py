from __future__ import annotations

import django
import pytest
from django.utils import deprecation

from chairlift.recipes.django.fixers.removed_in_warnings import fixer
from chairlift.recipes.django.later_removals import classes
from chairlift.recipes.django.releases import Release, Stage
from chairlift.testing.fixers import check_changes, check_unchanged

IMPORT = "from django.utils.deprecation import {0}\nfilterwarnings('ignore', category={0})\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (IMPORT.format("RemovedInDjango30Warning"), IMPORT.format("RemovedInDjango40Warning")),
        (IMPORT.format("RemovedInDjango31Warning"), IMPORT.format("RemovedInDjango41Warning")),
        (
            "from django.utils import deprecation\nx = deprecation.RemovedInDjango31Warning\n",
            "from django.utils import deprecation\nx = deprecation.RemovedInDjango41Warning\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(3, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        IMPORT.format("RemovedInDjango41Warning"),
        IMPORT.format("RemovedInDjango50Warning"),
        IMPORT.format("RemovedInDjango31Warning").replace("django.utils", "ours"),
        "try:\n    from django.utils.deprecation import RemovedInDjango31Warning\nexcept ImportError:\n    pass\n",
        "x = 'RemovedInDjango31Warning'\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text, target=(3, 2), stage=Stage.UPGRADE)


def test_not_while_the_old_version_runs_as_well() -> None:
    check_unchanged(fixer, IMPORT.format("RemovedInDjango31Warning"), target=(3, 2))


@pytest.mark.parametrize(
    ("release", "near", "far"),
    [
        ((2, 2), "RemovedInDjango30Warning", "RemovedInDjango31Warning"),
        ((3, 0), "RemovedInDjango31Warning", "RemovedInDjango40Warning"),
        ((3, 1), "RemovedInNextVersionWarning", "RemovedInDjango40Warning"),
        ((3, 2), "RemovedInDjango40Warning", "RemovedInDjango41Warning"),
        ((4, 2), "RemovedInDjango50Warning", "RemovedInDjango51Warning"),
        ((5, 2), "RemovedInDjango60Warning", "RemovedInDjango61Warning"),
        ((6, 0), "RemovedInDjango61Warning", "RemovedInDjango70Warning"),
    ],
)
def test_the_classes_of_versions(release: Release, near: str, far: str) -> None:
    assert classes(release) == (near, far)


def test_the_classes_of_the_django_that_is_here() -> None:
    here = {name for name in vars(deprecation) if name.startswith("RemovedIn")}
    assert {*classes((django.VERSION[0], django.VERSION[1]))} <= here
