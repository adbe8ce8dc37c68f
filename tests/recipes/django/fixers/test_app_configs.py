"""The fixers for AppConfig discovery: what Django 3.2 finds by itself, and what 4.1 no longer reads."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers import (
    app_config_default,
    app_config_discovery,
    app_config_entry,
    default_app_config,
)
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged

FIND, DEFAULT, ENTRY, REMOVE = (
    app_config_discovery.fixer,
    app_config_default.fixer,
    app_config_entry.fixer,
    default_app_config.fixer,
)
PATH = "service/apps/core/apps.py"
SETTINGS = {"service/settings/base.py": "PROJECT_APPS = ('service.apps.core',)\nINSTALLED_APPS = PROJECT_APPS\n"}
HEAD = "from django.apps import AppConfig\n\n\n"


def config(*lines: str, name: str = "CoreConfig", base: str = "AppConfig") -> str:
    return f"class {name}({base}):\n" + "".join(f"    {line}\n" for line in lines)


READY = "def ready(self): ..."


def test_a_wrong_name_is_mended() -> None:
    for name in ("core", "apps.core"):
        check_changes(
            FIND,
            HEAD + config(f"name = '{name}'", "verbose_name = 'x'"),
            HEAD + config("name = 'service.apps.core'", "verbose_name = 'x'"),
            path=PATH,
            files=SETTINGS,
        )
    check_changes(
        FIND,
        "import django.apps\n" + config('"""About."""', 'name = "core"', base="django.apps.AppConfig"),
        "import django.apps\n" + config('"""About."""', 'name = "service.apps.core"', base="django.apps.AppConfig"),
        path=PATH,
        files=SETTINGS,
    )


def test_a_name_of_a_package_around_the_app_is_kept_out() -> None:
    for name in ("service", "service.apps"):
        before = HEAD + config(f"name = '{name}'", READY)
        after = HEAD + config("default = False", f"name = '{name}'", READY)
        fixed = check_changes(FIND, before, after, path=PATH, files=SETTINGS)
        assert any("the package around the app" in each.text for each in fixed.findings)


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (("name = 'core'", READY), 0),
        (("name = 'core'", "label = 'other'"), 0),
        (("name = 'service.apps.core'", "label = 'other'"), 0),
        (('"""About."""', "name = 'core'", READY), 1),
    ],
)
def test_what_would_do_something_new_is_kept_out(lines: tuple[str, ...], kept: int) -> None:
    after = config(*lines[:kept], "default = False", *lines[kept:])
    fixed = check_changes(FIND, HEAD + config(*lines), HEAD + after, path=PATH, files=SETTINGS)
    assert fixed.made == (("app_config_discovery", 1),)


@pytest.mark.parametrize(
    ("text", "files", "findings"),
    [
        (config("name = 'service.apps.core'"), SETTINGS, 0),
        (config("name = 'service.apps.core'", "label = 'core'"), SETTINGS, 0),
        # What it does on 3.2 it did not do before.
        (config("name = 'service.apps.core'", READY), SETTINGS, 1),
        (config("verbose_name = 'x'"), SETTINGS, 1),
        (config("name = 'entirely.other'"), SETTINGS, 1),
        # `core` may be importable after all.
        (config("name = 'core'"), {**SETTINGS, "manage.py": "sys.path.append('service/apps')\n"}, 1),
        (config("name = 'core'"), {**SETTINGS, "core/models.py": ""}, 1),
        (config("name = 'core'"), {**SETTINGS, "service/manage.py": "", "service/core/models.py": ""}, 1),
        # Django 2.2 uses the class as well, or 3.2 does not.
        (
            config("name = 'core'", READY),
            {"s/settings.py": "INSTALLED_APPS = ['service.apps.core.apps.CoreConfig']"},
            0,
        ),
        (
            config("name = 'core'", READY),
            {**SETTINGS, "service/apps/core/__init__.py": "default_app_config = 'core.apps.CoreConfig'\n"},
            0,
        ),
        (config("default = False", "name = 'core'", READY), SETTINGS, 0),
        (config("name = 'core'") + config("name = 'core'", name="Other"), SETTINGS, 0),
        ("from x.apps import XConfig\n" + config("name = 'core'"), SETTINGS, 0),
        (config("name = 'core'"), {}, 0),
        (config("name = __name__.rpartition('.')[0]"), SETTINGS, 0),
        (config("name = 'core'", base="Model"), SETTINGS, 0),
        ("class CoreConfig(AppConfig): name = 'core'; label = 'x'\n", SETTINGS, 1),
    ],
)
def test_leaves_alone(text: str, files: dict[str, str], findings: int) -> None:
    assert len(check_unchanged(FIND, HEAD + text, path=PATH, files=files).findings) == findings


def test_two_defaults_of_the_admin() -> None:
    head = "from django.contrib.admin.apps import AdminConfig\n"
    fixed = check_unchanged(FIND, head + config("default_site = 'x'", base="AdminConfig"), path=PATH, files=SETTINGS)
    assert "refuses to start" in fixed.findings[0].text
    head = "from django.contrib.admin import apps\n"
    assert not check_unchanged(
        FIND, head + config("a = 1", base="apps.AdminConfig"), path=PATH, files=SETTINGS
    ).findings


INIT = "service/apps/core/__init__.py"
CHOSEN = {INIT: "default_app_config = 'service.apps.core.apps.CoreConfig'\n"}
TWO = HEAD + config("name = 'a'", name="Other") + config("name = 'a'")


def test_one_of_several_is_the_default() -> None:
    check_changes(DEFAULT, TWO, TWO[:-15] + "    default = True\n    name = 'a'\n", path=PATH, files=CHOSEN)
    several = HEAD + "from x.apps import XConfig\n" + config("name = 'a'")
    check_changes(DEFAULT, several, several[:-15] + "    default = True\n    name = 'a'\n", path=PATH, files=CHOSEN)


@pytest.mark.parametrize(
    ("text", "files", "findings"),
    [
        (TWO, {}, 0),
        (TWO, {INIT: "default_app_config = 'service.apps.core.config.CoreConfig'\n"}, 0),
        (HEAD + config("name = 'a'"), CHOSEN, 0),
        (HEAD + config("name = 'a'", name="Other") + config("default = True", "name = 'a'"), CHOSEN, 0),
        (HEAD + config("name = 'a'") + config("name = 'b'", name="Other", base="CoreConfig"), CHOSEN, 1),
    ],
)
def test_no_default_is_said(text: str, files: dict[str, str], findings: int) -> None:
    assert len(check_unchanged(DEFAULT, text, path=PATH, files=files).findings) == findings


def test_a_class_that_nothing_will_find_is_named() -> None:
    files = {INIT: "default_app_config = 'service.apps.core.config.Core'\n"}
    check_changes(
        ENTRY,
        "INSTALLED_APPS = ['a',\n    'service.apps.core',\n]\n",
        "INSTALLED_APPS = ['a',\n    'service.apps.core.config.Core',\n]\n",
        path="service/settings.py",
        files=files,
    )
    check_changes(
        ENTRY,
        'MY_APPS += ("service.apps.core",)\n',
        'MY_APPS += ("service.apps.core.config.Core",)\n',
        path="service/settings.py",
        files=files,
    )


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("INSTALLED_APPS = ['service.apps.core']\n", CHOSEN),
        ("INSTALLED_APPS = ['service.apps.core']\n", {INIT: ""}),
        ("INSTALLED_APPS = ['core']\n", {INIT: "default_app_config = 'service.apps.core.config.Core'\n"}),
        ("OTHERS = ['service.apps.core']\n", {INIT: "default_app_config = 'service.apps.core.config.Core'\n"}),
    ],
)
def test_entries_that_stay(text: str, files: dict[str, str]) -> None:
    check_unchanged(ENTRY, text, path="service/settings.py", files=files)


LINE = "default_app_config = 'service.apps.core.apps.CoreConfig'\n"


def test_what_is_found_need_not_be_named() -> None:
    for apps in (HEAD + config("name = 'a'"), TWO[:-15] + "    default = True\n    name = 'a'\n"):
        check_changes(REMOVE, f"x = 1\n{LINE}", "x = 1\n", path=INIT, files={PATH: apps}, stage=Stage.CLEAN_UP)
        # On 2.2 it is what makes ready() run.
        check_unchanged(REMOVE, LINE, path=INIT, files={PATH: apps})


@pytest.mark.parametrize(
    ("text", "files", "findings"),
    [
        (LINE, {PATH: TWO}, 1),
        (LINE, {}, 1),
        (LINE.replace(".apps.Core", ".config.Core"), {PATH: HEAD + config("name = 'a'")}, 1),
        (LINE, {"s/settings.py": "INSTALLED_APPS = ['service.apps.core.apps.CoreConfig']\n"}, 0),
        (f"if x:\n    {LINE}", {PATH: HEAD + config("name = 'a'")}, 0),
        ("default_app_config = NAME\n", {PATH: HEAD + config("name = 'a'")}, 0),
    ],
)
def test_lines_that_stay(text: str, files: dict[str, str], findings: int) -> None:
    assert len(check_unchanged(REMOVE, text, path=INIT, files=files, stage=Stage.CLEAN_UP).findings) == findings
