"""Remembers for a day what passed: the same files, in the same environment, by the same command, prove the same.

The plan of an upgrade and the look at its pull request prove one and the same tree. Only what passed is remembered, in
a sandbox and with nothing left open: what failed is worth another run.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chairlift.recipes.django.project import SKIPPED
from chairlift.recipes.django.proving.commands import Command
from chairlift.recipes.django.proving.evidence import Built, Proof, State, Wish, of_data
from chairlift.recipes.django.version import version

#: What tests say may depend on the day; a day is long enough for the plan, its pull request, and its review.
SECONDS = 24 * 3600
#: What changes nothing of a result that is green.
_NO_MATTER = ("seconds", "checks", "demand_sandbox")


@dataclass(frozen=True)
class Memory:
    """`folder` holds one file for each proof; without one nothing is remembered."""

    folder: Path | None

    def recall(self, key: str, wish: Wish) -> Proof | None:
        """What passed under this key within the last day, if it looked at all that is wished for now."""
        if self.folder is None:
            return None
        file = self.folder / f"{key}.json"
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if _now(self.folder) - file.stat().st_mtime < SECONDS:
                found = json.loads(file.read_text())
                if found["checks"] or not wish.checks:
                    return of_data(found["proof"])
        return None

    def keep(self, key: str, wish: Wish, proof: Proof) -> None:
        """Nothing is kept half: a proof is there as a whole, or not at all."""
        if self.folder is None or proof.state is not State.PASSED or proof.unverified or proof.flaky:
            return
        if not proof.sandboxed:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._forget()
        with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".new", delete=False) as file:
            json.dump({"checks": wish.checks, "proof": proof.data()}, file)
        os.replace(file.name, self.folder / f"{key}.json")

    def _forget(self) -> None:
        assert self.folder is not None
        now = _now(self.folder)
        for file in self.folder.iterdir():
            with contextlib.suppress(OSError):
                if now - file.stat().st_mtime > SECONDS:
                    file.unlink()


def _now(folder: Path) -> float:
    """By the clock of the file system, which dated the proofs too."""
    clock = folder / "clock"
    clock.touch()
    return clock.stat().st_mtime


def key_of(checkout: Path, wish: Wish, command: Command, built: Built, servers: Sequence[str] = ()) -> str:
    """Of all that a result depends on; `servers` are those that this machine has."""
    matters = {**dataclasses.asdict(wish), **dict.fromkeys(_NO_MATTER)}
    how = replace(command, env=dict(sorted(command.env.items())))
    parts = [version(), repr(sorted(matters.items())), repr(how), built.python, repr(sorted(built.installed.items()))]
    parts += servers
    digest = hashlib.sha256("\0".join(parts).encode(errors="surrogateescape"))
    for name, content in _contents(checkout):
        digest.update(b"\0%d\0%s\0%s" % (len(name), name, content))
    return digest.hexdigest()[:40]


def _contents(root: Path) -> Iterator[tuple[bytes, bytes]]:
    """Every file with its digest, links with where they lead, in an order that is always the same."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(set(names) - SKIPPED)
        for name in sorted([*files, *(each for each in names if os.path.islink(os.path.join(folder, each)))]):
            path = Path(folder) / name
            if path.is_symlink():
                content = b"link " + os.fsencode(os.readlink(path))
            elif path.is_file():
                content = b"%o " % (path.stat().st_mode & 0o111) + _digest(path)
            else:
                continue
            yield os.fsencode(path.relative_to(root)), content


def _digest(path: Path) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
