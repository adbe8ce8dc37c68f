"""What a catalogue says: a claim for each service, what was left out, and what cannot be understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chairlift.core.reading import Problem

#: A text, a truth, or names; empty where the catalogue says nothing.
Value = str | bool | tuple[str, ...]

_SCHEME = re.compile(r"^(?:url:)?(?:[a-z+]+://(?:[^/@]*@)?|[\w.-]+@)([\w.-]+)(?::\d+)?[/:]", re.IGNORECASE)
#: Where the path of a repository ends and the address of a file in it begins.
_WITHIN = re.compile(r"/(?:-/)?(?:tree|blob|src|raw)/.*$")
_FORGES = {"github.com": "github", "gitlab.com": "gitlab"}


@dataclass(frozen=True)
class Owner:
    """Who a catalogue says owns it: the name of a squad, other words for it, and whom to ask.

    `person` is True where a single person stands for the squad.
    """

    squad: str = ""
    known_as: tuple[str, ...] = ()
    contact: str = ""
    person: bool = False


@dataclass(frozen=True)
class Claim:
    """What one row or document says of one service; `line` is where, from 1.

    `values` are by keys of the services file; besides, `host` is the public forge of an address, and `deploy` and
    `running` are the commands of a deployer. `note` is what else people should know of it.
    """

    file: str
    line: int
    name: str
    owner: Owner = Owner()
    values: Mapping[str, Value] = field(default_factory=dict)
    note: str = ""

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Left:
    """What is in a catalogue and becomes nothing: said, so that nobody misses it."""

    file: str
    line: int
    name: str
    why: str


@dataclass(frozen=True)
class Catalogue:
    """All that the files say."""

    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()
    left: tuple[Left, ...] = ()

    def __add__(self, other: Catalogue) -> Catalogue:
        return Catalogue(self.claims + other.claims, self.problems + other.problems, self.left + other.left)


def repository(text: str) -> tuple[str, str]:
    """The path of a repository on its forge, and the forge where the address names a public one.

    `https://github.com/acme/shop/tree/main/` is `acme/shop` on `github`; what is no address stays as it is.
    """
    text = text.strip()
    found = _SCHEME.match(text)
    if not found:
        return text.removesuffix("/").removesuffix(".git"), ""
    path = _WITHIN.sub("", text[found.end() :].partition("?")[0].partition("#")[0] + "/")
    return path.strip("/").removesuffix(".git"), _FORGES.get(found[1].lower(), "")
