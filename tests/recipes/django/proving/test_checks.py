"""What Django itself says of a service: its checks, and the migrations that nobody wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chairlift.recipes.django.proving.checks import migration_name, settings_modules, write
from chairlift.recipes.django.proving.commands import Command
from chairlift.recipes.django.proving.evidence import WAYS, Migration, Wish
from chairlift.recipes.django.proving.prove import prove
from tests.recipes.django.proving.services import GREEN, STORE, in_a_sandbox, on_django, service, with_user

pytestmark = [in_a_sandbox, on_django((2, 2)), on_django((3, 2))]

OLD, NEW = Wish((2, 2), reruns=0), Wish((3, 2), bump=True, reruns=0)


def proof(folder, files=None, wish=OLD):
    return prove(service(folder, files, tests=GREEN), wish, STORE)


def test_checks_are_told_with_what_they_are_about(tmp_path):
    found = {(each.id, each.about): each for each in proof(tmp_path, wish=NEW).checks}
    assert found["models.W042", "shop.Thing"].level == "WARNING"
    assert "DEFAULT_AUTO_FIELD" in found["models.W042", "shop.Thing"].hint
    assert ("security.W001", "") in found


def test_nothing_is_needed_where_models_and_migrations_agree(tmp_path):
    found = proof(tmp_path)
    assert (found.migrations, found.unverified) == ((), ())


def test_the_migration_that_humans_missed_is_found_and_made(tmp_path):
    made = with_user(tmp_path)
    assert prove(made, OLD, STORE).migrations == ()
    found = prove(made, NEW, STORE).migrations
    assert [(each.app, each.name, each.path) for each in found] == [
        ("shop", "0003_alter_user_first_name", "shop/migrations/0003_alter_user_first_name.py")
    ]
    assert found[0].alters == ("shop_user",)
    assert found[0].ways == WAYS
    assert found[0].text.startswith("# Generated for Django 3.2.\n\nfrom django.db import migrations, models\n")
    assert write(made, found) == (found[0].path,)
    assert prove(made, NEW, STORE).migrations == ()
    assert write(made, found) == ()


def test_making_it_twice_gives_the_same_file(tmp_path):
    made = with_user(tmp_path)
    assert prove(made, NEW, STORE).migrations == prove(made, NEW, STORE).migrations


def test_what_the_clock_would_name_is_named_by_the_target(tmp_path):
    made = with_user(tmp_path)
    names = sorted(path.name for path in (made / "shop" / "migrations").glob("0002*"))
    assert names == [f"0002_{migration_name((2, 2))}.py"]


def test_what_the_database_never_sees_alters_no_table(tmp_path):
    models = """
        from django.db import models
        class Thing(models.Model):
            name = models.CharField("a name", max_length=20, help_text="new", choices=[("a", "b")])
            class Meta:
                verbose_name = "thing"
    """
    found = proof(tmp_path, {"shop/models.py": models}).migrations
    assert len(found) == 1
    assert (found[0].alters, found[0].ways, found[0].asks) == ((), (), ())


def test_what_alters_a_table_names_it(tmp_path):
    models = """
        from django.db import models
        class Thing(models.Model):
            name = models.CharField(max_length=30)
        class Fresh(models.Model):
            pass
    """
    found = proof(tmp_path, {"shop/models.py": models}).migrations
    assert [each.alters for each in found] == [("shop_thing",)]


def test_what_only_a_person_can_answer_is_asked_and_not_written(tmp_path):
    models = """
        from django.db import models
        class Thing(models.Model):
            name = models.CharField(max_length=20)
            size = models.IntegerField()
    """
    made = service(tmp_path, {"shop/models.py": models})
    found = prove(made, OLD, STORE).migrations
    assert found[0].asks == ("not null addition: size, thing",)
    assert write(made, found) == ()


def test_other_peoples_migrations_are_told_with_whose_they_are(tmp_path):
    made = service(tmp_path)
    settings = made / "site_settings.py"
    settings.write_text(settings.read_text() + 'DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"\n')
    found = prove(made, NEW, STORE).migrations
    assert {(each.app, each.distribution) for each in found} == {("shop", "")}
    assert found[0].alters == ("shop_thing",)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"site_settings.py": "import os\nSECRET_KEY = os.environ['KEY_OF_OURS']\n"},
            "KeyError: 'KEY_OF_OURS' at site_settings.py:2",
        ),
        ({"site_settings.py": "raise SystemExit(0)\n"}, ""),
        ({"shop/models.py": "import nowhere\n"}, "No module named 'nowhere' at shop/models.py:1"),
    ],
)
def test_what_cannot_be_set_up_is_told(files, words, tmp_path):
    found = proof(tmp_path, files)
    told = [each for each in found.unverified if each.startswith("system checks: ")]
    assert len(told) == 1
    assert words in told[0]
    assert any(each.startswith("which migrations are needed: ") for each in found.unverified)


def test_settings_of_the_tests_are_tried_where_those_of_manage_do_not_work(tmp_path):
    good = service(tmp_path).joinpath("site_settings.py").read_text()
    files = {
        "site_settings.py": "import os\nSECRET_KEY = os.environ['KEY_OF_OURS']\n",
        "test_settings.py": good,
        "setup.cfg": "[tool:pytest]\nDJANGO_SETTINGS_MODULE = test_settings\n",
    }
    made = service(tmp_path, files)
    assert settings_modules(made, "", None, True) == ["", "test_settings"]
    assert not [each for each in prove(made, OLD, STORE).unverified if "migrations" in each]


def test_settings_are_found_where_they_are_said(tmp_path):
    command = Command("python manage.py test --settings=a.b", "x", env={"DJANGO_SETTINGS_MODULE": "c.d"})
    assert settings_modules(tmp_path, "", command, False) == ["c.d", "a.b"]
    assert settings_modules(tmp_path, "mine", command, True) == ["mine"]
    assert settings_modules(tmp_path, "", None, False) == []


@pytest.mark.parametrize("path", ["", "../out.py", "/etc/out.py", "a/b.txt"])
def test_nothing_is_written_outside(path, tmp_path):
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    assert write(checkout, [Migration("a", "n", path, "text")]) == ()
    assert list(tmp_path.rglob("*")) == [checkout]


def test_a_first_migration_gets_its_package(tmp_path):
    one = Migration("a", "0001_initial", "a/migrations/0001_initial.py", "text")
    assert write(tmp_path, [one]) == (one.path,)
    assert (tmp_path / "a" / "migrations" / "__init__.py").exists()
    assert write(tmp_path, [replace(one, text="other")]) == ()
    assert (tmp_path / one.path).read_text() == "text"
