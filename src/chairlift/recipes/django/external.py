"""A program of the company's own that may mend what still fails: what it did, and what of it is taken over."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chairlift import scratch
from chairlift.programs import Ran, run, split
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.proving.evidence import Proof
from chairlift.recipes.django.releases import Leg

#: What git and tools keep in a checkout: never copied, and never taken over from a copy.
KEPT_BY_TOOLS = (".git", ".tox", ".venv", "node_modules", "__pycache__", ".mypy_cache")
#: Files that hold tests, or decide which of them run: with one of these changed, passing tests prove nothing.
_TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|\.github|\.circleci)/|(?:^|/)(?:test_[^/]*|tests?|[^/]*_tests?|conftest|runtests|manage"
    r"|sitecustomize|noxfile)\.(?:py|sh)$|\.pth$|(?:^|/)(?:pytest\.ini|\.?pytest\.toml|tox\.ini|setup\.cfg|setup\.py"
    r"|pyproject\.toml|\.coveragerc|Makefile|\.gitlab-ci\.yml|\.travis\.yml)$"
)


@dataclass(frozen=True)
class Done:
    """What the program left: files to take over with what is in them, and what is not taken over."""

    ran: Ran
    files: dict[str, bytes]
    deleted: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(path for path in self.files if _TESTS.search(path))

    def findings(self) -> Iterator[Finding]:
        """All that it did is for a person to read, and its hand in the tests has to be."""
        for path in self.files:
            if path in self.tests:
                text = "an external program changed what decides which tests run and pass"
                yield Finding(path, 0, "hook-tests", text, "read its diff before you believe them", weight=Weight.MUST)
            else:
                yield Finding(path, 0, "hook", "an external program changed it", "read its diff")
        for path in self.deleted:
            yield Finding(path, 0, "hook-deleted", "an external program deleted it: it was kept", "see why it would go")
        for path in self.links:
            yield Finding(path, 0, "hook-link", "an external program made a link of it: it was not taken over")

    def unproven(self) -> tuple[str, ...]:
        if not self.tests:
            return ()
        return (f"an external program changed the tests or how they run, such as {self.tests[0]}: read them first",)


def mend(program: str, root: Path, proof: Proof, leg: Leg, seconds: float) -> Done:
    """Let it work in a copy, with a file that says what fails. Raises CannotStart."""
    with scratch.folder() as folder:
        copy, failure = folder / "checkout", folder / "failure.json"
        copy_checkout(root, copy)
        failure.write_text(json.dumps(proof.data()))
        env = {"CHAIRLIFT_FAILURE": str(failure), "CHAIRLIFT_TARGET": ".".join(map(str, leg.target))}
        ran = run([*split(program)], cwd=copy, seconds=seconds, env=env)
        if not ran.ok:
            return Done(ran, {})
        return _compared(root, copy, ran)


def copy_checkout(root: Path, to: Path) -> None:
    """All but what git and tools keep there; no pipes, sockets or devices either, which nobody can copy.

    An empty `.git` says that it was a repository: the sandbox makes one of its own there.
    """
    kept = shutil.ignore_patterns(*KEPT_BY_TOOLS)

    def ignored(folder: str, names: list[str]) -> set[str]:
        return {*kept(folder, names), *(name for name in names if _is_special(Path(folder, name)))}

    shutil.copytree(root, to, symlinks=True, ignore=ignored)
    if (root / ".git").exists():
        (to / ".git").mkdir()


def _is_special(path: Path) -> bool:
    mode = path.lstat().st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _compared(root: Path, copy: Path, ran: Ran) -> Done:
    before, after = _below(root), _below(copy)
    files, links = {}, []
    for path in sorted(after):
        old, new = root / path, copy / path
        if new.is_symlink():
            if not old.is_symlink() or old.readlink() != new.readlink():
                links.append(path)
        elif _is_special(new) or old.is_symlink():
            links.append(path)
        elif not old.is_file() or old.read_bytes() != new.read_bytes():
            files[path] = new.read_bytes()
    gone = tuple(path for path in sorted(before - after) if not _is_special(root / path))
    return Done(ran, files, gone, tuple(links))


def _below(root: Path) -> set[str]:
    """Everything that is no folder; a link to one is no folder, and nothing behind it is looked at."""
    found, folders = set(), [root]
    while folders:
        for each in folders.pop().iterdir():
            if each.name in KEPT_BY_TOOLS:
                continue
            if each.is_dir() and not each.is_symlink():
                folders.append(each)
            else:
                found.add(each.relative_to(root).as_posix())
    return found
