"""What is known of failing tests: which classes it is tried on, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.evidence import Built, Case, Failure, Proof, Result, State
from chairlift.recipes.django.releases import Stage
from chairlift.recipes.django.remedies import named_entries, shared_again
from chairlift.recipes.django.report.model import State as Shown
from chairlift.recipes.django.upgrading import Wanted, preview
from chairlift.testing.recipes import write_files
from tests.recipes.django.dependencies.wheels import wheel
from tests.recipes.django.index import served
from tests.recipes.django.proving.services import GREEN, in_a_sandbox, on_django, service
from tests.recipes.django.test_upgrading import own_cache, real

__all__ = ["own_cache"]
BEFORE = """\
class A(TestCase):
    @classmethod
    def setUpTestData(cls):
        {}
        cls.a = 1

    def test_a(self): ...
"""
AFTER = BEFORE.replace("setUpTestData", "setUpClass")


def proof(result: Result, test: str, kind: str = "TypeError") -> Proof:
    failure = Failure(kind, "no") if result is Result.ERROR else None
    return Proof(State.FAILED, "", (3, 2), tests=(Case(test, result, failure),))


def made(folder: Path, text: str, test: str, kind: str = "TypeError") -> str:
    write_files(folder, {"shop/tests/test_a.py": text})
    found = shared_again(Project(folder), proof(Result.PASSED, test), proof(Result.ERROR, test, kind))
    return found.files["shop/tests/test_a.py"].decode() if found else text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("super().setUpTestData()", "super().setUpClass()"),
        ("super(A, cls).setUpTestData()", "super(A, cls).setUpClass()"),
        ("cls.b = 2", "super().setUpClass()\n        cls.b = 2"),
        ("'''Says.'''\n        super().setUpTestData()", "'''Says.'''\n        super().setUpClass()"),
    ],
)
@pytest.mark.parametrize("test", ["shop/tests/test_a.py::A::test_a", "shop.tests.test_a.A.test_a", "tests.test_a.A.t"])
def test_its_data_is_shared_again(tmp_path: Path, before: str, after: str, test: str) -> None:
    assert made(tmp_path, BEFORE.format(before), test) == AFTER.format(after)


def test_a_base_in_the_same_file_has_it(tmp_path: Path) -> None:
    below = "\n\nclass B(A):\n    def test_b(self): ...\n"
    text = BEFORE.format("super().setUpTestData()") + below
    assert made(tmp_path, text, "shop.tests.test_a.B.test_b") == AFTER.format("super().setUpClass()") + below


@pytest.mark.parametrize(
    "text",
    [
        BEFORE.format("cls.b = 2") + "\n    @classmethod\n    def setUpClass(cls): ...\n",
        BEFORE.format("cls.b = 2\n        super().setUpTestData()"),
        BEFORE.format("super().setUpTestData()") + "\n\nclass B(A):\n    def setUpTestData(cls): ...\n",
        "class A(TestCase):\n    @classmethod\n    def setUpTestData(cls): cls.a = 1\n",
        "class A(TestCase):\n    def test_a(self): ...\n",
        "class B(TestCase):\n    def setUpTestData(cls): ...\n",
        "print 1\n",
    ],
)
def test_what_is_not_plain_is_left_alone(tmp_path: Path, text: str) -> None:
    assert made(tmp_path, text, "shop.tests.test_a.A.test_a") == text


def test_only_what_passed_before_and_died_of_an_error(tmp_path: Path) -> None:
    text, test = BEFORE.format("super().setUpTestData()"), "shop.tests.test_a.A.test_a"
    assert made(tmp_path, text, test, "AssertionError") == text
    red = proof(Result.ERROR, test)
    assert shared_again(Project(tmp_path), red, red) is None


DATA = """\

    def test_picture(self):
        self.assertEqual(self.picture.name, "a")

    @classmethod
    def setUpTestData(cls):
        cls.picture = Picture("a")


class Picture:
    def __init__(self, name):
        self.name = name

    def __deepcopy__(self, memo):
        raise AttributeError("it cannot be copied")
"""


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
def test_tests_whose_data_cannot_be_copied_are_mended_and_proven(tmp_path: Path) -> None:
    report = preview(service(tmp_path, tests=GREEN + DATA), Wanted((3, 2), stages=(Stage.UPGRADE,), seconds=600))
    (part,) = report.parts
    assert part.state is not Shown.RED, (part.repairs, part.runs)
    assert [run.state for run in part.runs] == ["passed"]
    assert any("setUpClass()" in text for text in part.repairs)
    assert any(each.code == "set_up_test_data" for each in report.findings)


# ---- Entries of INSTALLED_APPS ----

SAID = "RuntimeError: 'helusers.apps' declares more than one default AppConfig: 'AdminConfig', 'HelusersAdminConfig'."


def refused(why: str = SAID, apps: dict[str, str] | None = None) -> Proof:
    known = {"helusers": "helusers.apps.HelusersConfig"} if apps is None else apps
    return Proof(State.FAILED, why, (3, 2), built=Built(apps=known))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("INSTALLED_APPS = ['helusers', 'b']\n", "INSTALLED_APPS = ['helusers.apps.HelusersConfig', 'b']\n"),
        ('APPS = (\n    "helusers",  # x\n)\n', 'APPS = (\n    "helusers.apps.HelusersConfig",  # x\n)\n'),
        ("INSTALLED_APPS += ['helusers']\n", "INSTALLED_APPS += ['helusers.apps.HelusersConfig']\n"),
        ("INSTALLED_APPS = ['helusers.x']\n", ""),
        ("NAMES = ['helusers']\n", ""),
        ("INSTALLED_APPS = ['hel' 'users']\n", ""),
    ],
)
def test_an_app_is_named_by_the_config_that_it_asked_for(tmp_path: Path, before: str, after: str) -> None:
    write_files(tmp_path, {"a/settings.py": before})
    found = named_entries(Project(tmp_path), refused())
    assert (found.files if found else {}) == ({"a/settings.py": after.encode()} if after else {})


@pytest.mark.parametrize("proof", [refused("RuntimeError: another"), refused(apps={})])
def test_no_entry_is_named_without_reason(tmp_path: Path, proof: Proof) -> None:
    write_files(tmp_path, {"a/settings.py": "INSTALLED_APPS = ['helusers', 'b']\n"})
    assert named_entries(Project(tmp_path), proof) is None


CONFIGS = """
from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

class PairConfig(AppConfig):
    name = "pair"
    verbose_name = "Ours"

class PairAdminConfig(AdminConfig):
    pass
"""


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
def test_an_app_of_several_configs_is_mended_and_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"pair/__init__.py": 'default_app_config = "pair.apps.PairConfig"\n', "pair/apps.py": CONFIGS}
    wheel(tmp_path / "index", "pair", "1.0", files=files)
    text = (
        (service(tmp_path / "shop", tests=GREEN) / "site_settings.py").read_text().replace('"shop"]', '"pair", "shop"]')
    )
    write_files(tmp_path / "shop", {"site_settings.py": text, "requirements.txt": "django==2.2.28\npair==1.0\n"})
    with served(tmp_path / "index") as url:
        monkeypatch.setenv("UV_INDEX", url)
        report = preview(tmp_path / "shop", Wanted((3, 2), stages=(Stage.UPGRADE,), seconds=600))
    (part,) = report.parts
    assert [run.state for run in part.runs] == ["passed"], (part.repairs, part.runs)
    assert any("the one that it asked for" in text for text in part.repairs)
