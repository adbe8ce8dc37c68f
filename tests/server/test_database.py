"""Which database it is: SQLite in the home, or what the variable says; what is wrong is said without secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chairlift.server.database import VARIABLE, BadAddress, database, mark
from tests.postgresql import fresh_database

SECRET = "s3cr3t"


def chairlift(home: Path, url: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CHAIRLIFT_HOME": str(home), VARIABLE: url}
    argv = [sys.executable, "-m", "chairlift", "campaigns"]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60)


def test_without_the_variable_it_is_a_file_in_the_home(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    found = database(tmp_path)
    assert found["ENGINE"].endswith("sqlite3")
    assert found["NAME"] == str(tmp_path / "db.sqlite3")


@pytest.mark.parametrize(
    ("url", "name", "user", "password", "host", "port", "options"),
    [
        ("postgresql://a:b@db.example.org:5433/lift", "lift", "a", "b", "db.example.org", "5433", {}),
        ("postgres://a@db/lift?sslmode=require", "lift", "a", "", "db", "", {"sslmode": "require"}),
        ("postgresql://a:p%40ss%2Fw@[::1]/my%20lift", "my lift", "a", "p@ss/w", "::1", "", {}),
        ("postgresql://a@/lift?host=/var/run/postgresql", "lift", "a", "", "/var/run/postgresql", "", {}),
        ("postgresql://db", "chairlift", "", "", "db", "", {}),
    ],
)
def test_an_address_is_read_as_postgresqls_own_programs_do(
    url, name, user, password, host, port, options, tmp_path, monkeypatch
):
    monkeypatch.setenv(VARIABLE, url)
    found = database(tmp_path)
    assert (found["NAME"], found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        name, user, password, host, port,
    )  # fmt: skip
    assert found["OPTIONS"] == options


@pytest.mark.parametrize("url", [f"mysql://a:{SECRET}@db/x", f"a:{SECRET}@db", f"postgresql://a:{SECRET}@db:port/x"])
def test_another_address_is_refused_without_saying_it(url, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, url)
    with pytest.raises(BadAddress, match="write postgresql://") as error:
        database(tmp_path)
    assert SECRET not in str(error.value)
    said = chairlift(tmp_path, url)
    assert said.returncode == 3
    assert said.stderr.count("\n") == 1, said.stderr
    assert "write postgresql://" in said.stderr
    assert SECRET not in said.stdout + said.stderr


def test_a_server_that_is_away_is_told_in_one_breath(tmp_path):
    said = chairlift(tmp_path, f"postgresql://a:{SECRET}@127.0.0.1:1/lift")
    assert said.returncode == 3
    assert "does it run, and is the address right?" in said.stderr
    assert "Traceback" not in said.stderr
    assert SECRET not in said.stdout + said.stderr


def test_without_what_speaks_to_it_the_remedy_is_said(tmp_path):
    """As where Chairlift was installed without its extra."""
    code = "import sys; sys.modules.update({'psycopg': None, 'psycopg2': None}); "
    code += "sys.argv = ['chairlift', 'campaigns']; from chairlift.cli import run; run()"
    environment = {**os.environ, "CHAIRLIFT_HOME": str(tmp_path), VARIABLE: f"postgresql://a:{SECRET}@db/lift"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert said.returncode == 3
    assert "install chairlift[postgresql]" in said.stderr
    assert "Traceback" not in said.stderr
    assert SECRET not in said.stdout + said.stderr


@pytest.mark.skipif(VARIABLE not in os.environ, reason="needs a PostgreSQL: make postgresql")
def test_machines_may_begin_at_once(tmp_path):
    """None of them finds the tables half made by another."""
    url = fresh_database(os.environ[VARIABLE])
    homes = [tmp_path / f"machine{place}" for place in range(4)]
    with ThreadPoolExecutor(len(homes)) as machines:
        ended = list(machines.map(lambda home: chairlift(home, url), homes))
    assert [(each.returncode, each.stderr) for each in ended] == [(0, "")] * len(homes)


def test_each_database_has_its_own_mark(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    marks = {mark(tmp_path)}
    for url in ("postgresql://a@db/one", "postgresql://a@db/two", "postgresql://a@db/one?host=/x"):
        monkeypatch.setenv(VARIABLE, url)
        marks.add(mark(tmp_path))
    assert len(marks) == 4
    monkeypatch.setenv(VARIABLE, f"postgresql://other:{SECRET}@db/one")
    assert mark(tmp_path) in marks
