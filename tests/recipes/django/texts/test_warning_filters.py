from __future__ import annotations

import pytest

from chairlift.recipes.django.releases import Release, Stage
from chairlift.recipes.django.texts.warning_filters import rule
from chairlift.testing.texts import check_text_changes, check_text_unchanged

OLD = "[pytest]\nfilterwarnings =\n    error\n    ignore:.*:django.utils.deprecation.{}\nenv =\n  A=1\n"
INI = "[pytest]\nfilterwarnings =\n    error\n    ignore::DeprecationWarning\n    # why\n    ignore:F{}\nenv =\n  A=1\n"
TOML = '[tool.pytest.ini_options]\nfilterwarnings = [\n    "error",\n    "ignore::DeprecationWarning"{}\n]\n'
NEW = "ignore::django.utils.deprecation.RemovedInDjango41Warning"


@pytest.mark.parametrize(
    ("current", "target", "before", "after"),
    [
        ((3, 2), (4, 2), "RemovedInDjango41Warning", "RemovedInDjango51Warning"),
        ((3, 2), (4, 2), "RemovedInDjango40Warning", "RemovedInDjango50Warning"),
        ((2, 2), (3, 2), "RemovedInDjango31Warning", "RemovedInDjango41Warning"),
        ((2, 2), (4, 2), "RemovedInDjango30Warning", "RemovedInDjango50Warning"),
        ((4, 2), (5, 0), "RemovedInDjango50Warning", "RemovedInDjango51Warning"),
    ],
)
def test_the_class_of_the_target(current: Release, target: Release, before: str, after: str) -> None:
    files = {"path": "pytest.ini", "current": current, "target": target, "stage": Stage.UPGRADE}
    check_text_changes(rule, OLD.format(before), OLD.format(after), **files)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("setup.cfg", INI.format(""), INI.format(f"\n    {NEW}")),
        ("pyproject.toml", TOML.format(""), TOML.format(f',\n    "{NEW}",')),
        ("pyproject.toml", TOML.format(","), TOML.format(f',\n    "{NEW}",')),
        ("tox.ini", INI.format("").replace("\n", "\r\n"), INI.format(f"\n    {NEW}").replace("\n", "\r\n")),
    ],
)
def test_what_only_the_target_warns_of_is_ignored_with_other_deprecations(path: str, before: str, after: str) -> None:
    check_text_changes(rule, before, after, path=path, target=(3, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        OLD.format("RemovedInDjango41Warning"),
        OLD.format("RemovedInDjango50Warning"),
        INI.format("").replace("    error\n", ""),
        INI.format("").replace("    error\n", "    # error\n"),
        INI.format("").replace("    ignore::DeprecationWarning\n", ""),
        INI.format("\n    ignore::PendingDeprecationWarning"),
        INI.format("\n    ignore:.*:django.utils.deprecation.RemovedInDjango41Warning"),
        TOML.format("").replace("error", "default"),
        "[pytest]\nfilterwarnings = error\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_text_unchanged(rule, text, path="pytest.ini", target=(3, 2), stage=Stage.UPGRADE)


def test_only_in_the_upgrade() -> None:
    check_text_unchanged(rule, INI.format(""), path="pytest.ini", target=(3, 2), stage=Stage.CLEAN_UP)
