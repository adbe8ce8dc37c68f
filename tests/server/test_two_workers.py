"""Two workers on one database, as threads and as servers of their own: a whole campaign, and each act done once."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from chairlift.localforge.forge import Forge
from chairlift.server.database import VARIABLE
from tests.mail import MailServer
from tests.postgresql import fresh_database, programs, running
from tests.server.world import DEPLOY, FILES, MONITOR, PEOPLE, campaign_text, service_text

ROOT = Path(__file__).parent.parent.parent
SERVICES = tuple(f"s{place}" for place in range(5))
#: The campaign's clock is the real one here.
TIMES = """
notice = "2 seconds"
watch = "2 minutes"
healthy = "4 seconds"
minute = "1 second"
soak = "1 second"
baseline = "1 second"
poll = "1 second"
"""
PATIENCE = 120


def plain(data: object) -> dict[str, object]:
    """SQLite keeps JSON as text."""
    return data if isinstance(data, dict) else json.loads(str(data))


class Home:
    """An installation on a real clock, with a mail server that counts what people get."""

    def __init__(self, folder: Path, post: MailServer) -> None:
        self.path, self.post = folder, post
        self.environment = {**os.environ, "CHAIRLIFT_HOME": str(folder), "CHAIRLIFT_AS": "Ana"}
        self.url = fresh_database(os.environ[VARIABLE]) if VARIABLE in os.environ else ""
        self.environment |= {VARIABLE: self.url} if self.url else {}
        (folder / "deploy.sh").write_text(DEPLOY.replace("cat clock", "date -u +%FT%T+00:00"))
        (folder / "monitor.sh").write_text(MONITOR.replace("60", "1").replace("errors=3", "errors=100"))
        mail = 'kind = "email"\nhost = "127.0.0.1"\nsender = "chairlift@example.org"'
        (folder / "chairlift.toml").write_text(f"[[notifiers]]\n{mail}\nport = {post.port}\n")
        self.forge = Forge(folder / "forge", lambda: datetime.now(UTC))
        for name in SERVICES:
            source = folder / "sources" / name
            source.mkdir(parents=True)
            for path, text in FILES.items():
                (source / path).write_text(text)
            self.forge.repositories.create(name, str(source))
        (folder / "services.toml").write_text(PEOPLE + "\n".join(service_text(n, deploys=folder) for n in SERVICES))
        text = campaign_text(times=TIMES).replace("2026-02-01", "2096-02-01").replace("2026-06-01", "2096-06-01")
        (folder / "campaign.toml").write_text(text)
        (folder / "old.csv").write_text("Service,Service level\n" + "".join(f"{n},Hands-off\n" for n in SERVICES))

    def start(self, *words: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", *words]
        out = subprocess.PIPE
        return subprocess.Popen(argv, cwd=ROOT, env=self.environment, stdout=out, stderr=out, text=True)

    def ends(self, *running: subprocess.Popen[str]) -> None:
        """All of them end well, and in time."""
        try:
            for each in running:
                said, error = each.communicate(timeout=PATIENCE)
                assert each.returncode == 0, said + error
        finally:
            for each in running:
                each.kill()

    def load(self) -> None:
        self.ends(self.start("chairlift", "load", str(self.path / "services.toml"), str(self.path / "campaign.toml")))
        self.ends(self.start("chairlift", "sheet", "--import", str(self.path / "old.csv")))

    def asked(self, query: str) -> list[tuple[object, ...]]:
        if self.url:
            with psycopg.connect(self.url) as server:
                return server.execute(query).fetchall()
        with sqlite3.connect(f"file:{self.path / 'db.sqlite3'}?mode=ro", uri=True) as database:
            return database.execute(query).fetchall()


@pytest.fixture
def home(tmp_path):
    with MailServer() as post:
        found = Home(tmp_path, post)
        found.load()
        yield found


UP = ("chairlift", "up", "--silent", "--lookers", "3", "--hands", "2", "--until-quiet", "--seconds", "100")


def two_servers(home):
    home.ends(*(home.start(*UP) for _ in range(2)))


def two_threads(home):
    home.ends(home.start("tests.server.pair", str(home.path), "100"))


@pytest.mark.skipif(programs() is None, reason="no PostgreSQL here: 'apt-get install postgresql' brings one")
def test_a_database_that_goes_off_and_comes_back_ends_nobody(tmp_path, monkeypatch):
    with running(programs()) as server, MailServer() as post:
        monkeypatch.setenv(VARIABLE, server.url)
        home = Home(tmp_path, post)
        home.load()
        loop = home.start(*UP)
        announced = "SELECT count(*) FROM server_entry WHERE kind = 'did' AND data->>'verb' = 'announce'"
        while home.asked(announced) == [(0,)]:
            assert loop.poll() is None
            time.sleep(0.1)
        server.stop()
        time.sleep(2)
        server.start()
        # Whatever was in hand rests until its lease is over, which nobody wants to wait for here.
        with psycopg.connect(home.url) as database:
            for table in ("server_upgrade", "server_unit"):
                database.execute(f"UPDATE {table} SET leased_until = now()")
        home.ends(loop)
        assert home.asked("SELECT DISTINCT decision FROM server_upgrade") == [("done",)]


@pytest.mark.parametrize("run", [two_servers, two_threads])
def test_each_act_is_done_once(home, run):
    run(home)
    rows = home.asked("SELECT decision, why FROM server_upgrade")
    assert [row[0] for row in rows] == ["done"] * len(SERVICES), rows
    for kind in ("meant to", "did"):
        entries = home.asked(f"SELECT upgrade_id, data, about FROM server_entry WHERE kind = '{kind}'")
        acts = Counter((who, tuple(sorted(map(str, plain(data).values()))), about) for who, data, about in entries)
        assert {act: count for act, count in acts.items() if count > 1} == {}
        verbs = Counter(str(plain(data)["verb"]) for _, data, _ in entries)
        once = dict.fromkeys(("open", "report", "approve", "announce", "merge"), len(SERVICES))
        assert verbs == {**once, "deploy": 2 * len(SERVICES)}
    assert home.asked("SELECT max(tries), count(*) - count(DISTINCT name) FROM server_unit") == [(1, 0)]
    for name in SERVICES:
        (pull,) = home.forge.pulls.all(name)
        assert pull.state == "merged"
        git = ["git", "-C", str(home.forge.repositories.get(name).path), "log", "--format=%s", "main"]
        subjects = subprocess.run(git, capture_output=True, check=True, text=True).stdout.splitlines()
        assert len(subjects) == 2
    notices = Counter(mail.content["Subject"].split()[0] for mail in home.post.mails)
    assert notices == {f"[{name}]": 1 for name in SERVICES}
