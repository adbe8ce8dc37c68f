"""Whole proofs of tiny services against real servers in the sandbox: PostgreSQL, MariaDB, Redis, memcached."""

from __future__ import annotations

import textwrap
import time

import pytest

from chairlift.recipes.django.proving.evidence import State, Wish
from chairlift.recipes.django.proving.prove import prove, prove_upgrade, side_by_side
from chairlift.recipes.django.proving.servers.planning import KINDS
from tests.living import gone
from tests.recipes.django.proving.services import GREEN, STORE, in_a_sandbox, on_django, service, with_server

#: One after the other: some look for servers that were left.
pytestmark = [in_a_sandbox, on_django((2, 2)), on_django((3, 2)), pytest.mark.xdist_group("servers")]

OLD = Wish((2, 2), checks=False, reruns=0)
NEW = Wish((3, 2), bump=True, checks=False, reruns=0)
DRIVER = {"PostgreSQL": "psycopg2-binary==2.8.6", "MySQL": "pymysql==1.1.1"}


def settings(database, more=""):
    return (
        textwrap.dedent("""
        import os
        SECRET_KEY = "x"
        INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shop"]
        ROOT_URLCONF = "shop.urls"
        USE_TZ = True
        """)
        + f"DATABASES = {{'default': {database!r}}}\n{more}"
    )


def postgres(host="db", **more):
    return {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "USER": "keeper", "HOST": host, **more}


POSTGRES = {
    "requirements.txt": f"django==2.2.28\n{DRIVER['PostgreSQL']}\n",
    "site_settings.py": settings(postgres()),
    "docker-compose.yml": "services:\n  db: {image: 'postgres:9.1'}\n",
    "shop/models.py": """
        from django.contrib.postgres.fields import ArrayField
        from django.contrib.postgres.fields import JSONField
        from django.db import models

        class Thing(models.Model):
            name = models.CharField(max_length=20)
            tags = ArrayField(models.CharField(max_length=9), default=list)
            more = JSONField(default=dict)
    """,
    "shop/migrations/0001_initial.py": """
        from django.contrib.postgres.fields import ArrayField
        from django.contrib.postgres.fields import JSONField
        from django.contrib.postgres.operations import HStoreExtension
        from django.db import migrations, models

        class Migration(migrations.Migration):
            initial = True
            operations = [
                HStoreExtension(),
                migrations.CreateModel(
                    name="Thing",
                    fields=[
                        ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False)),
                        ("name", models.CharField(max_length=20)),
                        ("tags", ArrayField(models.CharField(max_length=9), default=list)),
                        ("more", JSONField(default=dict)),
                    ],
                ),
            ]
    """,
}
ON_POSTGRES = """
class Tests(TestCase):
    def test_fields(self):
        Thing.objects.create(name="one", tags=["a"], more={"x": 1})
        self.assertEqual(Thing.objects.filter(more__x=1, tags__contains=["a"]).count(), 1)
"""


@with_server("PostgreSQL")
def test_fields_of_postgresql_are_proven_before_and_after(tmp_path):
    before = service(tmp_path / "before", POSTGRES, tests=ON_POSTGRES)
    new = {name: text.replace("contrib.postgres.fields import JSONField", "db.models import JSONField")
           for name, text in POSTGRES.items()}  # fmt: skip
    after = service(tmp_path / "after", new, tests=ON_POSTGRES)
    found = prove_upgrade(before, after, OLD, NEW, STORE)
    version = KINDS["PostgreSQL"].find("9.1").version
    for proof in (found.before, found.bumped, found.after):
        assert (proof.state, proof.unverified) == (State.PASSED, ()), proof.why
        assert proof.ran.databases == (f"postgresql {version}",)
        assert proof.ran.servers == (f"PostgreSQL {version} on port 5432, where CI has postgres:9.1",)


@with_server("PostgreSQL")
@pytest.mark.parametrize("host", ["", "/var/run/postgresql", "localhost", "db.internal.example.com"])
def test_it_answers_where_the_settings_look(host, tmp_path):
    files = {**POSTGRES, "site_settings.py": settings(postgres(host, PORT="5433", PASSWORD="secret"))}
    found = prove(service(tmp_path, files, tests=ON_POSTGRES), OLD, STORE)
    assert found.state is State.PASSED, found.why


@with_server("PostgreSQL")
def test_what_ci_sets_is_set_and_two_do_not_see_each_other(tmp_path):
    read = "import urllib.parse\nurl = urllib.parse.urlparse(os.environ['DATABASE_URL'])\n"
    database = "dict(ENGINE='django.db.backends.postgresql', NAME='x', HOST=url.hostname, USER=url.username)"
    files = {
        **POSTGRES,
        "site_settings.py": settings({}).replace("SECRET_KEY", f"{read}SECRET_KEY").replace("{}", database),
        ".github/workflows/ci.yml": """
            on: push
            jobs:
              test:
                runs-on: ubuntu-latest
                env: {DATABASE_URL: "postgres://me:secret@db/x"}
                services: {db: {image: "postgres:12"}}
                steps: [{run: python manage.py test}]
        """,
    }
    alone = """
        class Tests(TestCase):
            def test_alone(self):
                from django.db import connection
                time.sleep(1)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'test_%'")
                    self.assertEqual(cursor.fetchone(), (1,))
    """
    made = [service(tmp_path / name, files, tests=alone) for name in "ab"]
    found = side_by_side([(each, OLD) for each in made], STORE)
    assert [each.state for each in found] == ["passed", "passed"], found[0].why


@with_server("PostgreSQL")
def test_settings_that_only_the_test_runner_has_are_learned_from_what_it_calls(tmp_path):
    runner = f"""
        import django, unittest
        from django.conf import settings
        settings.configure(DATABASES={{"default": {postgres("pg")!r}}}, SECRET_KEY="x")
        django.setup()
        from django.test import TestCase
        from django.test.runner import DiscoverRunner

        class T(TestCase):
            def test_it(self):
                from django.db import connection
                connection.cursor().execute("SELECT 1")

        class Runner(DiscoverRunner):
            def build_suite(self, *args, **more):
                return unittest.defaultTestLoader.loadTestsFromTestCase(T)

        Runner().run_tests([])
    """
    files = {"runtests.py": runner, "requirements.txt": POSTGRES["requirements.txt"]}
    made = service(tmp_path, files)
    (made / "manage.py").unlink()
    (made / "site_settings.py").unlink()
    found = prove(made, OLD, STORE)
    assert found.state is State.PASSED, found.why
    assert found.ran.servers


@with_server("PostgreSQL")
@pytest.mark.parametrize("how", ["immediately", "politely"])
def test_a_server_that_dies_proves_nothing(how, tmp_path):
    signal = {"immediately": "SIGKILL", "politely": "SIGINT"}[how]
    tests = f"""
        class Tests(TestCase):
            def test_a(self):
                for line in open("/box/servers/postgresql-5432/data/postmaster.pid"):
                    os.kill(int(line), signal.{signal})
                    break
                time.sleep(1)
                Thing.objects.count()
            def test_b(self):
                pass
    """
    found = prove(service(tmp_path, POSTGRES, tests=tests), OLD, STORE)
    assert found.state is State.UNPROVEN, found.why
    assert "what needs PostgreSQL on port 5432" in found.why
    assert "died while the tests ran" in found.unverified[-1]


@with_server("PostgreSQL")
def test_a_real_failure_stays_one(tmp_path):
    tests = ON_POSTGRES + "\n    def test_red(self):\n        self.fail('red')\n"
    found = prove(service(tmp_path, POSTGRES, tests=tests), OLD, STORE)
    assert found.state is State.FAILED
    assert found.why.startswith("1 of 2 tests failed; the first: shop.tests.Tests.test_red: AssertionError: red")


@with_server("PostgreSQL")
def test_nothing_is_left_when_the_tests_hang(tmp_path):
    tests = """
        class Tests(TestCase):
            def test_it(self):
                time.sleep(999)
    """
    before = _servers()
    found = prove(service(tmp_path, POSTGRES, tests=tests), Wish((2, 2), checks=False, seconds=15), STORE)
    assert found.state is State.FAILED
    assert "hung" in found.why
    assert not _left(before)


def _servers():
    """Servers of sandboxes that run on this machine, whoever has started them."""
    from pathlib import Path

    def is_one(file):
        try:
            return b"/box/servers" in file.read_bytes()
        except OSError:
            return False

    return {int(file.parent.name) for file in Path("/proc").glob("[0-9]*/cmdline") if is_one(file)}


def _left(before):
    """Those that were not there before, and are still there a while after."""
    until = time.monotonic() + 5
    left = _servers() - before
    while time.monotonic() < until and not all(gone(pid) for pid in left):
        time.sleep(0.1)
    return [pid for pid in left if not gone(pid)]


@with_server("MySQL")
def test_mariadb_with_zones_and_a_password(tmp_path):
    database = {
        "ENGINE": "django.db.backends.mysql",
        "NAME": "shop",
        "USER": "root",
        "PASSWORD": "it's",
        "HOST": "mysql57",
    }
    fake = "import pymysql\npymysql.version_info = (2, 2, 1, 'final', 0)\npymysql.install_as_MySQLdb()\n"
    tests = GREEN + (
        "    def test_zones(self):\n"
        "        from django.db import connection\n"
        "        with connection.cursor() as cursor:\n"
        "            cursor.execute(\"SELECT CONVERT_TZ('2020-07-01 12:00', 'UTC', 'Europe/Berlin')\")\n"
        "            self.assertEqual(str(cursor.fetchone()[0]), '2020-07-01 14:00:00')\n"
    )
    files = {
        "requirements.txt": f"django==2.2.28\n{DRIVER['MySQL']}\n",
        "site_settings.py": fake + settings(database),
        "docker-compose.yml": "services:\n  mysql57: {image: 'mysql:5.7'}\n",
    }
    for wish in (OLD, NEW):
        found = prove(service(tmp_path, files, tests=tests), wish, STORE)
        assert found.state is State.PASSED, found.why + found.output
        assert found.ran.databases[0].startswith("mysql ")
        assert found.ran.servers[0].endswith("on port 3306, where CI has mysql:5.7")


@with_server("Redis")
@with_server("memcached")
def test_caches_on_redis_and_memcached(tmp_path):
    caches = {
        "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://:pass@redis:6390/20"},
        "other": {"BACKEND": "django.core.cache.backends.memcached.MemcachedCache", "LOCATION": "memcached:11211"},
    }
    tests = """
        class Tests(SimpleTestCase):
            def test_it(self):
                from django.core.cache import caches
                for name in ("default", "other"):
                    caches[name].set("a", 1)
                    self.assertEqual(caches[name].get("a"), 1)
    """
    files = {
        "requirements.txt": "django==2.2.28\ndjango-redis==4.12.1\nredis==3.5.3\npython-memcached==1.59\n",
        "site_settings.py": settings(
            {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}, f"CACHES = {caches!r}\n"
        ),
    }
    found = prove(service(tmp_path, files, tests=tests), OLD, STORE)
    assert found.state is State.PASSED, found.why
    assert [each.split()[0] for each in found.ran.servers] == ["Redis", "memcached"]


def test_a_server_that_nobody_starts_here_is_never_green(tmp_path):
    tests = """
        class Tests(SimpleTestCase):
            def test_it(self):
                socket.create_connection(("rabbit", 5672), 2)
    """
    found = prove(service(tmp_path, {}, tests=tests), OLD, STORE)
    assert found.state is State.UNPROVEN
    assert any("what needs RabbitMQ (rabbit:5672): no RabbitMQ is started" in text for text in found.unverified)


@pytest.mark.parametrize("kind", ["PostgreSQL"])
def test_a_server_that_is_missing_is_said_with_what_to_install(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(type(KINDS[kind]), "find", lambda self, near="": None)
    found = prove(service(tmp_path, POSTGRES, tests=ON_POSTGRES), OLD, STORE)
    assert found.state is State.UNPROVEN
    assert any("apt install postgresql" in text for text in found.unverified), found.unverified


def test_where_only_ci_wants_a_missing_server_the_rest_is_proven_and_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(type(KINDS["PostgreSQL"]), "find", lambda self, near="": None)
    either = f"DATABASES = {{'default': {postgres()!r}}} if 'DB' in os.environ else DATABASES\n"
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    files = {
        "requirements.txt": POSTGRES["requirements.txt"],
        "site_settings.py": settings(sqlite, either),
        ".travis.yml": "language: python\nenv: [DB=x]\nscript: [python manage.py test]\n",
    }
    found = prove(service(tmp_path, files, tests=GREEN), OLD, STORE)
    assert found.state is State.PASSED, found.why
    assert found.ran.databases[0].startswith("sqlite")
    assert found.unverified[0].startswith(
        "the tests as the job test of .travis.yml runs them (PostgreSQL: no PostgreSQL"
    )
