"""A Makefile that calls an environment of tox by name calls the target's from the upgrade on."""

from __future__ import annotations

import pytest

from tests.recipes.django.config.kit import CLEAN_UP, PINNED, PREPARE, UPGRADE, run

TOX = "[tox]\nenvlist = py38-django{22,32}-{tests,lint}\n\n[testenv]\ndeps =\n    django22: Django>=2.2,<2.3\n"
TOX += "    django32: Django>=3.2,<3.3\ncommands = python manage.py test\n"
MAKE = "DJANGO_VERSION={django}\n\ntest:\n\ttox -e py38-$(DJANGO_VERSION)-tests\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (MAKE.format(django="django22"), MAKE.format(django="django32")),
        (
            "ENV ?= py38-django22-tests  # all\ntest:\n\ttox -e ${ENV}\n",
            "ENV ?= py38-django32-tests  # all\ntest:\n\ttox -e ${ENV}\n",
        ),
        ("test:\n\t@tox -e py38-django22-tests -- $(ARGS)\n", "test:\n\t@tox -e py38-django32-tests -- $(ARGS)\n"),
    ],
)
def test_the_name_moves_with_the_upgrade_alone(before: str, after: str) -> None:
    files = {**PINNED, "tox.ini": TOX, "Makefile": before}
    assert run(files, UPGRADE).files["Makefile"] == after
    for stage in (PREPARE, CLEAN_UP):
        assert run(files, stage).files["Makefile"] == before


@pytest.mark.parametrize(
    "text",
    [
        "DJANGO_VERSION=django22\n\ntest:\n\techo $(DJANGO_VERSION)\n",
        "DJANGO_VERSION=django22 old\n\ntest:\n\ttox -e py38-$(DJANGO_VERSION)-tests\n",
        "test22:\n\ttox -e py38-django22-tests\n\ntest32:\n\ttox -e py38-django32-tests\n",
        "test:\n\ttox -e py38-django22-docs\n",
        "test:\n\ttox -c conf/django22.ini\n",
        "# tox -e py38-django22-tests\n",
    ],
)
def test_others_stay(text: str) -> None:
    files = {**PINNED, "tox.ini": TOX, "Makefile": text}
    assert run(files, UPGRADE).files["Makefile"] == text


def test_a_name_that_tox_does_not_know_is_never_written() -> None:
    files = {**PINNED, "tox.ini": TOX.replace("{22,32}", "22"), "Makefile": MAKE.format(django="django22")}
    assert run(files, UPGRADE).files["Makefile"] == files["Makefile"]
