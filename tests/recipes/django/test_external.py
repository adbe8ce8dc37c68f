"""Whatever a program of the company's own does, only edits of files come out of it, and a person reads them."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from chairlift.recipes.django.external import Done, copy_checkout, mend
from chairlift.recipes.django.findings import Weight
from chairlift.recipes.django.proving.evidence import Proof, State
from chairlift.recipes.django.releases import Leg, Stage
from chairlift.recipes.django.report import model
from chairlift.recipes.django.report.model import Report
from chairlift.recipes.django.upgrading import Wanted, preview
from chairlift.testing.recipes import read_files, write_files
from tests.recipes.django.proving.services import GREEN, in_a_sandbox, on_django, service
from tests.recipes.django.test_upgrading import own_cache, real

__all__ = ["own_cache"]
LEG = Leg((2, 2), (3, 2), Stage.UPGRADE)
FILES = {"a.py": "x = 1\n", "tests/test_a.py": "assert 1\n", ".git/config": "ours\n"}


def program(folder: Path, body: str) -> str:
    file = folder / "mend.py"
    file.write_text("import os, pathlib, sys, time\nPath = pathlib.Path\n" + body + "\n")
    return f"{sys.executable} {file}"


def mended(folder: Path, body: str, seconds: float = 20) -> Done:
    root = folder / "root"
    write_files(root, FILES)
    before = read_files(root)
    done = mend(program(folder, body), root, Proof(State.FAILED, "why", (3, 2)), LEG, seconds)
    assert read_files(root) == before, "it works in a copy"
    return done


@pytest.mark.parametrize(
    ("body", "files", "deleted", "links", "tests"),
    [
        ("", [], [], [], []),
        ("Path('a.py').write_text('x = 2')", ["a.py"], [], [], []),
        ("Path('b.bin').write_bytes(bytes(range(256)))", ["b.bin"], [], [], []),
        ("Path('poetry.lock').write_text('')", ["poetry.lock"], [], [], []),
        ("Path('tests/test_a.py').write_text('')", ["tests/test_a.py"], [], [], ["tests/test_a.py"]),
        ("Path('tests/test_a.py').unlink()", [], ["tests/test_a.py"], [], []),
        ("Path('conftest.py').write_text('')", ["conftest.py"], [], [], ["conftest.py"]),
        ("Path('setup.cfg').write_text('[tool:pytest]\\naddopts = --co')", ["setup.cfg"], [], [], ["setup.cfg"]),
        ("os.mkdir('.git'); Path('.git/config').write_text('theirs')", [], [], [], []),
        ("os.mkdir('.venv'); Path('.venv/a.py').write_text('')", [], [], [], []),
        ("Path('a.py').unlink(); os.symlink('/etc/passwd', 'a.py')", [], [], ["a.py"], []),
        ("os.symlink('/etc', 'etc')", [], [], ["etc"], []),
        ("os.mkfifo('pipe')", [], [], ["pipe"], []),
        ("Path('a.py').write_text(''); sys.exit(3)", [], [], [], []),
        ("Path('a.py').write_text(''); os.kill(os.getpid(), 9)", [], [], [], []),
    ],
)
def test_only_edits_of_files_come_out_of_it(
    tmp_path: Path, body: str, files: list[str], deleted: list[str], links: list[str], tests: list[str]
) -> None:
    done = mended(tmp_path, body)
    assert [[*done.files], [*done.deleted], [*done.links], [*done.tests]] == [files, deleted, links, tests]
    told = {each.path: each for each in done.findings()}
    assert set(told) == {*files, *deleted, *links}, "all that it did is told"
    assert [path for path, each in told.items() if each.weight is Weight.MUST] == tests
    assert bool(done.unproven()) == bool(tests)


def test_one_that_hangs_is_ended_and_nothing_of_it_is_used(tmp_path: Path) -> None:
    began = time.monotonic()
    done = mended(tmp_path, "Path('a.py').write_text('')\nif os.fork(): time.sleep(60)\ntime.sleep(60)", seconds=1)
    assert time.monotonic() - began < 10
    assert (done.ran.timed_out, done.files) == (True, {})


def test_it_sees_the_failure_and_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRLIFT_TOKEN", "hunter2")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    seen = "import json; seen = dict(os.environ, failure=Path(os.environ['CHAIRLIFT_FAILURE']).read_text())\n"
    done = mended(tmp_path, seen + "Path('seen.json').write_text(json.dumps(seen))")
    seen = json.loads(done.files["seen.json"])
    assert "hunter2" not in done.files["seen.json"].decode()
    assert (seen["CHAIRLIFT_TARGET"], json.loads(seen["failure"])["why"]) == ("3.2", "why")  # type: ignore[index]
    assert seen["HOME"] != os.environ["HOME"]  # type: ignore[index]


def test_what_cannot_be_copied_is_left_out(tmp_path: Path) -> None:
    write_files(tmp_path / "root", FILES)
    os.mkfifo(tmp_path / "root/pipe.py")
    (tmp_path / "root/loop").symlink_to("loop")
    copy_checkout(tmp_path / "root", tmp_path / "copy")
    assert sorted(os.listdir(tmp_path / "copy")) == [".git", "a.py", "loop", "tests"]
    assert not os.listdir(tmp_path / "copy" / ".git")


RED = (
    GREEN
    + "\n    def test_new(self):\n        import django, shop.say\n"
    + ("        self.assertTrue(django.VERSION < (3,) or shop.say.NEW)\n")
)


def after(folder: Path, body: str, made: Path | None = None) -> Report:
    made = made or service(folder / "shop", {"shop/say.py": "NEW = False\n"}, tests=RED)
    hook = program(folder, body)
    return preview(made, Wanted((3, 2), stages=(Stage.UPGRADE,), hook=hook, seconds=600))


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "state", "said"),
    [
        ("Path('shop/say.py').write_text('NEW = True\\n')", model.State.GREEN, "changed 1 file:"),
        ("Path('shop/tests.py').unlink(); Path('x').write_text('')", model.State.RED, "did not help"),
        ("Path('shop/tests.py').write_text(OK)", model.State.OPEN, "changed 1 file:"),
        ("print('hunter2'); sys.exit('hunter2')", model.State.RED, "exit code 1"),
    ],
    ids=["mends", "deletes tests", "empties tests", "prints secrets"],
)
def test_what_it_did_to_the_tests_is_never_called_green(
    tmp_path: Path, body: str, state: model.State, said: str
) -> None:
    ok = "OK = Path('shop/tests.py').read_text().replace('def test_new', 'def no_test')\n"
    report = after(tmp_path, ok + body)
    assert report.state is state, (report.parts[0].runs, report.parts[0].repairs)
    assert any(said in each for each in report.parts[0].repairs), report.parts[0].repairs
    assert "hunter2" not in str(report.data())


def test_a_copy_is_a_repository_without_its_secrets(tmp_path: Path) -> None:
    write_files(tmp_path / "a", {".git/config": "secret", "b": "c"})
    copy_checkout(tmp_path / "a", tmp_path / "copy")
    assert read_files(tmp_path / "copy") == {"b": "c"}
    assert (tmp_path / "copy" / ".git").is_dir()
    write_files(tmp_path / "d", {"b": "c"})
    copy_checkout(tmp_path / "d", tmp_path / "other")
    assert not (tmp_path / "other" / ".git").exists()
