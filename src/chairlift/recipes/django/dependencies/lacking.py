"""What cannot be had now, a repository that is away or a release that was taken back: it is resolved without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from packaging.utils import canonicalize_name

from chairlift.recipes.django.dependencies.locks import Lock
from chairlift.recipes.django.dependencies.resolving import CannotResolve, NotAnswered
from chairlift.recipes.django.findings import Finding

#: Repositories that are away and releases that are gone, of one resolution.
_MOST = 20
_GONE = re.compile(r"there (?:is|are) no versions? of ([\w.-]+)(?:\[[^\]]*\])?==([^\s,]+)", re.IGNORECASE)
_GIT = re.compile(r"failed to (?:fetch|clone)")
_ADDRESS = re.compile(r"https?://[^\s'\"`]+|(?:ssh|git)://[^\s'\"`]+|git@[^\s'\"`]+")
_PIN = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;#\\]+)")


def lack(error: str, kept: Collection[str] = ()) -> str:
    """What uv's words say is not to be had: an address or `name==version`; empty if that is not what is wrong.

    `kept` are canonical names that it must not go without.
    """
    if _GIT.search(error) and (found := _ADDRESS.search(error)):
        return found[0].removesuffix("/")
    for name, version in _GONE.findall(error):
        if canonicalize_name(name) not in kept:
            return f"{canonicalize_name(name)}=={version.rstrip('.')}"
    return ""


def without(
    root: Path, paths: Sequence[str], lacking: set[str], kept: Collection[str], call: Callable[[], Lock]
) -> Lock:
    """The lock that `call` makes when these files lack what cannot be had; what is found missing joins `lacking`."""
    for _ in range(_MOST):
        with _stripped(root, paths, lacking):
            try:
                return call()
            except NotAnswered:
                raise
            except CannotResolve as error:
                found = lack(str(error), kept)
                if not found or found in lacking or not any(_holds(root / path, found) for path in paths):
                    raise
                lacking.add(found)
    raise CannotResolve(f"too much cannot be had: {', '.join(sorted(lacking))}")


def told(lacking: Collection[str]) -> Iterator[Finding]:
    """One finding for each: what it needs itself was not looked at."""
    for each in sorted(lacking):
        text = f"{each} cannot be had from here: versions were chosen without it, and its own needs were not looked at"
        yield Finding("", 0, "not-to-be-had", text, "look whether it allows the new Django, and compile again with it")


def _holds(path: Path, what: str) -> bool:
    return any(_is(line, what) for line in path.read_text("utf-8", "surrogateescape").splitlines())


def _is(line: str, what: str) -> bool:
    if "://" in what or what.startswith("git@"):
        bare = what.removesuffix(".git")
        return not line.lstrip().startswith("#") and bool(
            re.search(rf"{re.escape(bare)}(?:\.git)?/?(?:[@#\s]|$)", line)
        )
    found = _PIN.match(line)
    return bool(found) and f"{canonicalize_name(found[1])}=={found[2]}" == what  # type: ignore[index]


@contextmanager
def _stripped(root: Path, paths: Sequence[str], lacking: Collection[str]) -> Iterator[None]:
    """The files without the lines of what is lacking, as long as it lasts."""
    before: dict[Path, bytes] = {}
    try:
        for path in dict.fromkeys(paths) if lacking else ():
            file = root / path
            data = file.read_bytes()
            lines = data.decode("utf-8", "surrogateescape").splitlines(keepends=True)
            left = [line for line in lines if not any(_is(line, each) for each in lacking)]
            if left != lines:
                before[file] = data
                file.write_bytes("".join(left).encode("utf-8", "surrogateescape"))
        yield
    finally:
        for file, data in before.items():
            file.write_bytes(data)
