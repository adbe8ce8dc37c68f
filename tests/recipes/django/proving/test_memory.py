"""What passed is remembered for a day, by all that it depends on; what did not pass, never."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chairlift.recipes.django.proving.commands import Command
from chairlift.recipes.django.proving.evidence import Built, Case, Proof, Ran, Result, State, Wish
from chairlift.recipes.django.proving.memory import SECONDS, Memory, key_of
from chairlift.recipes.django.proving.order import Store
from chairlift.recipes.django.proving.prove import prove
from chairlift.testing.recipes import write_files
from tests.recipes.django.proving.services import GREEN, STORE, in_a_sandbox, on_django, service

WISH = Wish((3, 2), checks=False)
COMMAND = Command("python manage.py test", "manage.py", env={"A": "1", "B": "2"})
BUILT = Built("3.8", {"django": "3.2.25"})
PROOF = Proof(
    State.PASSED,
    "1 test passed",
    (3, 2),
    built=BUILT,
    ran=Ran(("3.2.25",), ("3.8.18",)),
    tests=(Case("a.b", Result.PASSED),),
)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "proofs")


def test_what_passed_is_recalled_whole(memory: Memory) -> None:
    assert memory.recall("k", WISH) is None
    memory.keep("k", WISH, PROOF)
    assert memory.recall("k", WISH) == PROOF
    assert memory.recall("other", WISH) is None


@pytest.mark.parametrize(
    "proof",
    [
        replace(PROOF, state=State.FAILED),
        replace(PROOF, state=State.UNPROVEN),
        replace(PROOF, state=State.ABSENT),
        replace(PROOF, flaky=("a.b",)),
        replace(PROOF, unverified=("the database",)),
        replace(PROOF, sandboxed=False),
    ],
)
def test_what_is_not_plainly_green_is_never_remembered(memory: Memory, proof: Proof) -> None:
    memory.keep("k", WISH, proof)
    assert memory.recall("k", WISH) is None


def test_a_day_later_it_is_forgotten(memory: Memory) -> None:
    memory.keep("k", WISH, PROOF)
    assert memory.folder
    os.utime(memory.folder / "k.json", (1, (memory.folder / "clock").stat().st_mtime - SECONDS - 1))
    assert memory.recall("k", WISH) is None
    memory.keep("other", WISH, PROOF)
    assert sorted(each.name for each in memory.folder.iterdir()) == ["clock", "other.json"]


def test_without_the_checks_it_is_no_proof_with_them(memory: Memory) -> None:
    memory.keep("k", WISH, PROOF)
    assert memory.recall("k", replace(WISH, checks=True)) is None
    memory.keep("k", replace(WISH, checks=True), PROOF)
    assert memory.recall("k", WISH) == PROOF


@pytest.mark.parametrize("rubbish", ["", "{", "[]", '{"checks": true, "proof": {"version": 0}}', '{"checks": true}'])
def test_rubbish_is_no_proof(memory: Memory, rubbish: str) -> None:
    memory.keep("k", WISH, PROOF)
    assert memory.folder
    (memory.folder / "k.json").write_text(rubbish)
    assert memory.recall("k", WISH) is None


def test_without_a_folder_nothing_is_remembered() -> None:
    Memory(None).keep("k", WISH, PROOF)
    assert Memory(None).recall("k", WISH) is None


CHANGES: dict[str, Callable[[Path], object]] = {
    "a line": lambda root: (root / "a.py").write_text("2"),
    "a name": lambda root: (root / "a.py").rename(root / "b.py"),
    "another file": lambda root: (root / "new").write_text(""),
    "a bit": lambda root: (root / "a.py").chmod(0o755),
    "a link": lambda root: (root / "link").symlink_to("a.py"),
    "where a link leads": lambda root: ((root / "far").unlink(), (root / "far").symlink_to("y")),
    "a binary": lambda root: (root / "data.bin").write_bytes(b"\x00\x02"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_of_the_files_is_another_key(tmp_path: Path, what: str) -> None:
    write_files(tmp_path, {"a.py": "1"})
    (tmp_path / "data.bin").write_bytes(b"\x00\x01")
    (tmp_path / "far").symlink_to("x")
    before = key_of(tmp_path, WISH, COMMAND, BUILT)
    assert key_of(tmp_path, WISH, COMMAND, BUILT) == before
    CHANGES[what](tmp_path)
    assert key_of(tmp_path, WISH, COMMAND, BUILT) != before


def test_every_change_of_how_it_is_run_is_another_key(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.py": "1", ".git/HEAD": "x"})
    before = key_of(tmp_path, WISH, COMMAND, BUILT)
    for other in (
        key_of(tmp_path, replace(WISH, django=(2, 2)), COMMAND, BUILT),
        key_of(tmp_path, replace(WISH, env={"A": "1"}), COMMAND, BUILT),
        key_of(tmp_path, WISH, replace(COMMAND, line="pytest"), BUILT),
        key_of(tmp_path, WISH, replace(COMMAND, env={"A": "2", "B": "2"}), BUILT),
        key_of(tmp_path, WISH, COMMAND, replace(BUILT, python="3.9")),
        key_of(tmp_path, WISH, COMMAND, replace(BUILT, installed={"django": "3.2.24"})),
    ):
        assert other != before
    write_files(tmp_path, {".git/HEAD": "y", "__pycache__/a.pyc": ""})
    same = replace(COMMAND, env={"B": "2", "A": "1"})
    assert key_of(tmp_path, replace(WISH, seconds=1), same, replace(BUILT, kept=True, seconds=2)) == before


@in_a_sandbox
@on_django((2, 2))
def test_the_same_tree_is_proven_once(tmp_path: Path) -> None:
    made = service(tmp_path / "shop", tests=GREEN)
    store = Store(STORE.folder, proofs=tmp_path / "proofs")
    first = prove(made, Wish((2, 2)), store)
    assert first.state is State.PASSED, first.why
    again = prove(made, Wish((2, 2), checks=False), store)
    assert replace(again, seconds=0) == replace(first, seconds=0), "word for word, so it did not run"
    assert again.seconds < first.seconds
    red = GREEN + "\n    def test_red(self):\n        self.fail('always')\n"
    assert prove(service(made, tests=red), Wish((2, 2)), store).state is State.FAILED
