"""Services whose tests are up to no good, at the real command line, in a real sandbox: never green, nothing left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.recipes.django.proving.services import GREEN, in_a_sandbox, on_django, service
from tests.recipes.django.test_bad_input import committed

pytestmark = [in_a_sandbox, on_django((2, 2)), on_django((3, 2))]

#: What a test does, after it started a process that flees; what the report says is not verified.
HABITS = {
    "hang": ("time.sleep(999)", "the tests hung: stopped after"),
    "network": ("socket.create_connection(('192.0.2.1', 80), 2)", "they need a network"),
    "database": (
        "from django.db.utils import OperationalError\n"
        "        raise OperationalError('could not connect to server: Connection refused')",
        "they need a database",
    ),
    "secret": ("os.environ['STRIPE_API_KEY']", "a setting of the environment ('STRIPE_API_KEY')"),
    "outside": ("open('{out}/planted', 'w')", "the default branch itself is not green"),
    "system": ("open('/usr/planted', 'w')", "Read-only file system"),
    "parent": (
        "os.kill(os.getppid(), signal.SIGKILL); os.kill(os.getpid(), signal.SIGKILL)",
        "the default branch itself is not green",
    ),
    "forks": (
        "while True:\n            try: os.fork()\n            except OSError: time.sleep(1)",
        "the default branch itself is not green",
    ),
}


class Here:
    """A machine of its own for the command: its temporary folder, and a mark that its fleeing processes bear."""

    def __init__(self, folder: Path) -> None:
        self.tmp, self.out = folder / "tmp", folder / "out"
        self.tmp.mkdir()
        self.out.mkdir()
        self.mark = f"9{os.getpid()}.{time.monotonic_ns()}"
        self.env = {
            **os.environ,
            "TMPDIR": str(self.tmp),
            "STRIPE_API_KEY": "sk_live",
            # Environments are kept where those of other tests are.
            "XDG_CACHE_HOME": str(Path(__file__).parents[3] / ".tools" / "upgrading"),
        }

    def tests(self, body: str) -> str:
        flees = f"subprocess.Popen(['sleep', '{self.mark}'], start_new_session=True)"
        return (
            f"class Tests(SimpleTestCase):\n    def test_a(self): pass\n"
            f"    def test_b(self):\n        {flees}\n        {body.replace('{out}', str(self.out))}\n"
        )

    def start(self, *argv: str | Path, **env: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "chairlift", *map(str, argv), "--to", "3.2", "--json"]
        return subprocess.Popen(command, env={**self.env, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def chairlift(self, *argv: str | Path, minutes: int = 20, **env: str) -> tuple[int, dict[str, Any]]:
        with self.start(*argv, "--minutes", str(minutes), **env) as running:
            out, err = running.communicate(timeout=1300)
        assert b"Traceback" not in err, err.decode()
        assert out, err.decode()
        return running.returncode, json.loads(out)

    def running(self) -> list[str]:
        """Processes of the tests, wherever they fled to."""
        found = []
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                said = each.read_bytes()
            except OSError:
                continue
            if self.mark.encode() in said:
                found.append(said.decode())
        return found

    def is_clean(self) -> bool:
        return not self.running() and not [*self.tmp.iterdir()] and not [*self.out.iterdir()]


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


def unproven(report: dict[str, Any]) -> str:
    return "\n".join(text for part in report["parts"] for text in part["unproven"])


@pytest.mark.parametrize("habit", HABITS)
def test_bad_habits_are_told_and_leave_nothing(habit: str, tmp_path: Path, here: Here) -> None:
    body, words = HABITS[habit]
    made = committed(service(tmp_path / "in", tests=here.tests(body)))
    minutes = 1 if habit in ("hang", "forks") else 20
    code, report = here.chairlift("upgrade", made, "--stage", "upgrade", minutes=minutes)
    # So it was on the default branch: nothing says that the upgrade is at fault.
    assert (code, report["state"]) == (1, "not proven"), report["parts"]
    assert words in unproven(report)
    assert [run["django"][:3] for run in report["baseline"]][:1] == ["2.2"]
    assert here.is_clean(), (here.running(), [*here.tmp.iterdir()], [*here.out.iterdir()])
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=made, capture_output=True, text=True, check=True)
    assert {line[3:] for line in changed.stdout.splitlines()} <= {"requirements.txt", "site_settings.py"}
    assert not Path("/usr/planted").exists()


def test_no_tests_prove_nothing(tmp_path: Path, here: Here) -> None:
    made = committed(service(tmp_path / "in"))
    code, report = here.chairlift("upgrade", made, "--stage", "upgrade")
    assert (code, report["state"]) == (1, "not proven")
    assert "no test was executed" in unproven(report)
    assert here.is_clean()


def test_an_index_that_is_away_contradicts_nothing(tmp_path: Path, here: Here) -> None:
    made = committed(service(tmp_path / "in", tests=GREEN))
    cold = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "UV_CACHE_DIR": str(tmp_path / "cache" / "uv")}
    away = "http://127.0.0.1:9/simple"
    code, report = here.chairlift("upgrade", made, "--stage", "upgrade", UV_DEFAULT_INDEX=away, **cold)
    assert (code, report["state"]) == (1, "not proven")
    said = json.dumps(report)
    assert "the package index did not answer" in unproven(report)
    assert "contradict" not in said
    assert "no set of versions fits" not in said
    assert [run["state"] for run in report["baseline"]] == ["unproven", "unproven"]
    assert {each["code"] for part in report["parts"] for each in part["findings"]} >= {"index-away"}
    assert here.is_clean()


def test_pins_that_contradict_are_still_said_to(tmp_path: Path, here: Here) -> None:
    made = committed(service(tmp_path / "in", {"requirements.txt": "django==2.2.28\npytz==2020.1\npytz==2021.1\n"}))
    code, report = here.chairlift("upgrade", made, "--stage", "upgrade")
    assert (code, report["state"]) == (1, "not proven")
    assert "the requirements contradict each other" in unproven(report)
    assert "did not answer" not in json.dumps(report)
    assert here.is_clean()


def test_a_killed_run_leaves_nothing_running_and_the_next_one_sweeps(tmp_path: Path, here: Here) -> None:
    made = committed(service(tmp_path / "in", tests=here.tests("time.sleep(999)")))
    with here.start("preview", made) as running:
        _until(lambda: bool(here.running()), 200)
        running.send_signal(signal.SIGKILL)
    _until(lambda: not here.running(), 20)
    assert [*here.tmp.iterdir()], "nobody was there to remove it"
    here.chairlift("preview", made, "--no-tests", "--offline")
    assert here.is_clean()


def _until(done: Any, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.1)
