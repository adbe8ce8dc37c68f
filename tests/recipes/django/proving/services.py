"""Tiny Django services to prove things on, and where their environments are kept between runs of these tests."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from chairlift.recipes.django.proving import sandbox
from chairlift.recipes.django.proving.checks import write
from chairlift.recipes.django.proving.evidence import Wish
from chairlift.recipes.django.proving.interpreters import NoPython, choose
from chairlift.recipes.django.proving.order import Store
from chairlift.recipes.django.proving.prove import prove
from chairlift.recipes.django.proving.servers.planning import KINDS
from chairlift.recipes.django.releases import Release

#: Kept with the other tools, so that not every run fetches Django again.
STORE = Store(Path(__file__).parents[4] / ".tools" / "proving", most=40)

in_a_sandbox = pytest.mark.skipif(bool(sandbox.missing()), reason=f"no sandbox: {sandbox.missing()}")


def on_django(release: Release) -> pytest.MarkDecorator:
    """Skips, saying why, where no Python for this Django is installed."""
    why = ""
    try:
        choose(release, Path("/nowhere"))
    except NoPython as error:
        why = str(error)
    return pytest.mark.skipif(bool(why), reason=why)


def with_server(kind: str) -> pytest.MarkDecorator:
    """Skips, saying what to install, where this machine has no such server."""
    why = f"no {kind} is installed: apt install {KINDS[kind].package}"
    return pytest.mark.skipif(KINDS[kind].find() is None, reason=why)


def service(folder: Path, files: dict[str, str] | None = None, django: str = "django==2.2.28", tests: str = "") -> Path:
    """A service with one app and a model; `tests` are the body of its test module."""
    said = {
        "manage.py": """
            import os, sys
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")
            from django.core.management import execute_from_command_line
            execute_from_command_line(sys.argv)
        """,
        "site_settings.py": """
            SECRET_KEY = "x"
            INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shop"]
            DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
            ROOT_URLCONF = "shop.urls"
            USE_TZ = True
        """,
        "shop/__init__.py": "",
        "shop/urls.py": "urlpatterns = []\n",
        "shop/models.py": """
            from django.db import models

            class Thing(models.Model):
                name = models.CharField(max_length=20)
        """,
        "shop/migrations/__init__.py": "",
        "shop/migrations/0001_initial.py": """
            from django.db import migrations, models

            class Migration(migrations.Migration):
                initial = True
                operations = [
                    migrations.CreateModel(
                        name="Thing",
                        fields=[
                            ("id", models.AutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            )),
                            ("name", models.CharField(max_length=20)),
                        ],
                    ),
                ]
        """,
        "requirements.txt": f"{django}\n",
        **(files or {}),
    }
    if tests:
        said["shop/tests.py"] = HEAD + textwrap.dedent(tests)
    for name, text in said.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
    return folder


HEAD = """\
import os, signal, socket, subprocess, sys, time, warnings
from django.test import SimpleTestCase, TestCase
from shop.models import Thing

"""

GREEN = """
class Tests(TestCase):
    def test_saves(self):
        Thing.objects.create(name="one")
        self.assertEqual(Thing.objects.count(), 1)

    def test_two(self):
        self.assertEqual(1 + 1, 2)
"""

USER = {
    "shop/models.py": """
        from django.contrib.auth.models import AbstractUser
        from django.db import models

        class Thing(models.Model):
            name = models.CharField(max_length=20, help_text="new")

        class User(AbstractUser):
            pass
    """,
}


def with_user(folder):
    """A service with its own user model, whose migrations are up to date on 2.2."""
    made = service(folder, USER, tests=GREEN)
    settings = made / "site_settings.py"
    settings.write_text(settings.read_text() + 'AUTH_USER_MODEL = "shop.User"\n')
    found = prove(made, Wish((2, 2), reruns=0), STORE)
    assert write(made, found.migrations) == tuple(each.path for each in found.migrations)
    return made
