"""The command as a process: homes that are none, databases that are not ours, pipes, Ctrl-C, and two at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.cli.said import FINE, PERSON, TROUBLE, USAGE, environment, process
from tests.localforge.clone import git
from tests.server.world import FILES, PEOPLE, campaign_text, service_text

UNPRIVILEGED = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def loaded(tmp_path, home):
    """A home with three services, loaded by the command itself; the recipe counts its runs."""
    (tmp_path / "runs").mkdir()
    source = tmp_path / "source"
    source.mkdir()
    for name, text in FILES.items():
        (source / name).write_text(text)
    names = ("a", "b", "c")
    for name in names:
        assert process(home, "forge", "init", name, "--from", source).code == FINE
    recipe = f'sh -c "sed -i s/1/2/ version.txt && mktemp -p {tmp_path}/runs"'
    (tmp_path / "campaign.toml").write_text(campaign_text(run=recipe, times='poll = "1 second"\nnotice = "1 hour"'))
    (tmp_path / "services.toml").write_text(PEOPLE + "\n".join(map(service_text, names)))
    said = process(home, "load", tmp_path / "campaign.toml", tmp_path / "services.toml")
    assert said.lines[-1].endswith("campaign tiny with 3 services")
    return home


class TestHome:
    def test_one_that_is_missing_is_made(self, home):
        said = process(home / "deep", "status")
        assert (said.code, said.text) == (USAGE, "")
        assert "no campaign yet: load one with 'chairlift load CAMPAIGN.toml'" in said.err
        assert (home / "deep" / "db.sqlite3").exists()

    def test_one_that_is_a_file(self, home):
        home.write_text("")
        said = process(home, "status")
        assert (said.code, f"Directory '{home}' is a file" in said.err) == (USAGE, True)
        said = process(home / "below", "status")
        assert (said.code, said.err.count("\n"), "choose another with --home" in said.err) == (TROUBLE, 1, True)

    @pytest.mark.parametrize("name", ["lock", "schema", "db.sqlite3"])
    def test_one_with_a_folder_where_a_file_belongs(self, home, name):
        (home / name).mkdir(parents=True)
        said = process(home, "status")
        assert (said.code, said.err.count("\n")) == (TROUBLE, 1)
        assert "another" in said.err

    def test_one_that_must_not_be_written(self, home):
        if os.geteuid() == 0 and not shutil.which("setpriv"):
            pytest.skip("A READ-ONLY HOME WAS NOT TESTED: root may write everywhere, and there is no setpriv")
        if os.geteuid() == 0 and subprocess.run([*UNPRIVILEGED, sys.executable, "-c", "import chairlift"]).returncode:
            pytest.skip("A READ-ONLY HOME WAS NOT TESTED: nobody else may read this checkout")
        home.mkdir()
        home.chmod(0o555)
        said = process(home, "status", under=UNPRIVILEGED if os.geteuid() == 0 else ())
        assert (said.code, said.err.count("\n")) == (TROUBLE, 1)
        assert "choose another with --home" in said.err

    def test_a_database_that_is_none(self, home):
        home.mkdir()
        (home / "db.sqlite3").write_text("no database\n" * 100)
        said = process(home, "status")
        assert (said.code, said.err.count("\n")) == (TROUBLE, 1)
        assert "file is not a database; is the disk full, or is it another program's file?" in said.err

    def test_a_database_of_a_newer_version_is_left_alone(self, home):
        process(home, "status")
        (home / "schema").write_text("9999_future")
        with sqlite3.connect(home / "db.sqlite3") as db:
            db.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('server', '9999_future', '2096')")
        for _ in range(2):
            said = process(home, "status")
            assert (said.code, said.err.count("\n")) == (TROUBLE, 1)
            assert "was made by a newer Chairlift (it has 9999_future): install that version" in said.err
        assert (home / "schema").read_text() == "9999_future"

    def test_a_database_of_an_older_version_is_brought_up(self, loaded):
        back = "import django; django.setup(); from django.core.management import call_command as call; "
        back += "call('migrate', 'server', '0001_initial', verbosity=0)"
        settings = {"CHAIRLIFT_HOME": str(loaded), "DJANGO_SETTINGS_MODULE": "chairlift.server.settings"}
        subprocess.run([sys.executable, "-c", back], env={**os.environ, **settings}, check=True)
        with sqlite3.connect(loaded / "db.sqlite3") as db:
            assert not db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        (loaded / "schema").write_text("0001_initial")
        assert process(loaded, "status").code == FINE
        with sqlite3.connect(loaded / "db.sqlite3") as db, pytest.raises(sqlite3.IntegrityError):
            db.execute("DELETE FROM server_entry")


class TestShell:
    def test_usage(self, home):
        assert process(home).code == USAGE
        assert "No such command 'dance'" in process(home, "dance").err
        assert process(home, "--help").code == FINE
        assert process(home, "--version").text.startswith("chairlift, version ")
        assert not home.exists()

    def test_every_command_explains_itself(self, home):
        listed = process(home, "--help").text.split("Commands:")[1].splitlines()
        names = [line.split()[0] for line in listed if line.strip()]
        assert len(names) == 35
        for name in names[::6]:
            assert f"Usage: chairlift {name}" in process(home, name, "--help").text

    def test_a_reader_that_had_enough_is_no_trouble(self, loaded):
        script = f"{sys.executable} -m chairlift log --json | head -c 1; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", script], env=environment(loaded), capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("[0\n", "")

    def test_a_terminal_gets_colours_and_a_pipe_none(self, loaded):
        script = f"{sys.executable} -m chairlift sheet"
        tty = ["script", "--quiet", "--return", "--command", script, "/dev/null"]
        if not shutil.which("script"):
            pytest.skip("COLOURS ON A TERMINAL WERE NOT TESTED: there is no script(1)")
        more = {"TERM": "xterm", "COLUMNS": "200"}
        shown = subprocess.run(tty, env=environment(loaded, **more), capture_output=True, text=True, check=True)
        assert "\x1b[" in shown.stdout
        assert "\x1b" not in process(loaded, "sheet", **more).text


class TestUp:
    def start(self, home, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "chairlift", "up", "--listen", "none", *arguments],
            env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_ctrl_c_ends_it_cleanly(self, loaded, number):
        up = self.start(loaded)
        assert up.stdout
        first = up.stdout.readline()
        # As a terminal does it: everybody in the foreground is told.
        os.killpg(up.pid, number)
        out, err = up.communicate(timeout=60)
        assert (up.returncode, err) == (FINE, "")
        assert "planned" in first + out
        with sqlite3.connect(loaded / "db.sqlite3") as db:
            query = "SELECT count(*) FROM server_upgrade WHERE leased_by <> '' UNION ALL {} WHERE leased_by <> ''"
            assert db.execute(query.format("SELECT count(*) FROM server_unit")).fetchall() in ([(0,)], [(0,), (0,)])

    def test_until_quiet_and_then_the_status_tells(self, loaded):
        said = process(loaded, "up", "--until-quiet")
        assert (said.code, said.err) == (FINE, "")
        assert sum(" planned" in line for line in said.lines) == 3
        status = process(loaded, "status", "--json")
        assert (status.code, {row["turn"] for row in status.json["services"]}) == (PERSON, {"Heron"})

    def test_two_at_once_do_everything_once(self, tmp_path, loaded):
        for name in ("a", "b", "c"):
            assert process(loaded, "choose", name, "Review everything", "--as", "Ana").code == FINE
        both = [self.start(loaded, "--until-quiet") for _ in range(2)]
        for up in both:
            out, err = up.communicate(timeout=120)
            assert (up.returncode, err) == (FINE, ""), out
        pulls = process(loaded, "forge", "prs", "--all", "--json").json
        assert sorted(row["repo"] for row in pulls) == ["a", "b", "c"]
        assert len(list((tmp_path / "runs").iterdir())) == 3
        opened = [row for row in process(loaded, "log", "--json").json if row["data"].get("verb") == "open"]
        assert sorted((row["service"], row["kind"]) for row in opened) == sorted(
            (name, kind) for name in ("a", "b", "c") for kind in ("meant to", "did")
        )

    def test_a_whole_passage_by_commands(self, loaded, tmp_path):
        """As people do it: choose, review, merge, deploy, test."""
        assert process(loaded, "choose", "a", "Review everything", "--as", "Ana").code == FINE
        for name in ("b", "c"):
            assert process(loaded, "exempt", name, "2096-01-01", "--why", "later", "--as", "Lena").code == FINE

        def up():
            assert process(loaded, "up", "--until-quiet", "--silent").text == ""
            (row,) = [r for r in process(loaded, "status", "--json").json["services"] if r["service"] == "a"]
            return row["step"]

        assert up() == "review"
        process(loaded, "forge", "review", "a", 1, "--approve", "--as", "Ana")
        time.sleep(1.1)
        assert up() == "merge"
        process(loaded, "forge", "merge", "a", 1, "--as", "Bo")
        time.sleep(1.1)
        assert up() == "deploy"
        for environment_ in ("stage", "production"):
            assert process(loaded, "deployed", "a", environment_, "--as", "Ana").code == FINE
        assert up() == "test"
        assert process(loaded, "tested", "a", "--as", "Bo").code == FINE
        assert up() == "done"
        assert git("show", "main:version.txt", cwd=loaded / "forge" / "a.git") == "2\n"
        why = json.loads(process(loaded, "why", "a", "--json").text)
        assert why["standing"]["why"] == "every change is merged and runs, and the re-scan agrees"
