"""What a kind of server is: how it is known, found on this machine, and started."""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from chairlift.programs import CannotStart, run

#: In the sandbox: each server has a folder of its own here.
PLACE = "/box/servers"
_ELSEWHERE = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/usr/bin", "/usr/libexec")


@dataclass(frozen=True)
class Found:
    """The programs of one version on this machine. All of them are below /usr, which every sandbox shows."""

    version: str
    programs: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.programs[name]


@dataclass(frozen=True)
class Server:
    """One server that is to run: on `port` and in `sockets`, for these users (with their passwords) and databases."""

    kind: Kind
    found: Found
    port: int
    users: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    databases: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        return f"{PLACE}/{self.kind.name.lower()}-{self.port}"


@dataclass(frozen=True)
class Steps:
    """How it is started: programs that make its data, the program that stays, one that succeeds once it is ready, and
    those that make users and databases then. Each of the last is a command and what it reads. Without `ready` it is
    ready as soon as its port is open. `folders` have to be there.
    """

    start: Sequence[str]
    prepare: Sequence[Sequence[str]] = ()
    ready: Sequence[str] = ()
    after: Sequence[tuple[Sequence[str], str]] = ()
    folders: Sequence[str] = ()

    def data(self, server: Server) -> dict[str, Any]:
        """For the program that starts it inside."""
        return {
            "name": server.kind.name,
            "version": server.found.version,
            "port": server.port,
            "folder": server.folder,
            "folders": [server.folder, *self.folders],
            "prepare": [list(each) for each in self.prepare],
            "start": list(self.start),
            "ready": list(self.ready),
            "after": [[list(argv), text] for argv, text in self.after],
        }


class Kind(Protocol):
    """A kind of server. `image` matches the names of its images; `package` is what Debian calls it."""

    name: str
    package: str
    port: int
    image: re.Pattern[str]

    def find(self, near: str = "") -> Found | None:
        """Its programs on this machine, of the version nearest to this one where there are several."""
        ...

    def steps(self, server: Server) -> Steps: ...


def programs(needed: Iterable[str], folders: Sequence[str] = ()) -> dict[str, str] | None:
    """Where these are, in the given folders before PATH; a name may give others after `|`. None if one is missing."""
    found = {}
    for names in needed:
        first, *_ = names.split("|")
        path = next((path for name in names.split("|") if (path := _which(name, folders))), "")
        if not path:
            return None
        found[first] = path
    return found


def _which(name: str, folders: Sequence[str]) -> str:
    every: Sequence[str | None] = folders or (None, *_ELSEWHERE)
    for folder in every:
        path = shutil.which(name, path=folder)
        # What is elsewhere is not seen inside.
        if path and Path(path).resolve().is_relative_to("/usr"):
            return path
    return ""


@functools.cache
def version_of(program: str) -> str:
    """The first version that it tells; empty where it tells none."""
    try:
        ran = run([program, "--version"], cwd=Path("/"), seconds=20)
    except CannotStart:
        return ""
    said = re.search(r"(?:Ver |v=|\) |^\w+ )v?(\d+(?:\.\d+)+)", ran.out)
    return said[1] if said else ""


def numbers(version: str) -> tuple[int, ...]:
    """To compare versions by."""
    return tuple(int(each) for each in re.findall(r"\d+", version))
