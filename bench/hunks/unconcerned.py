"""Tells distributions that Django's upgrade does not concern, by what compiled requirements and the code itself say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from bench.hunks.history import History, Hunk
from bench.hunks.meaning import named

_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==")
_VIA = re.compile(r"\s+#\s+(?:via\s+)?(?P<by>[\w., -]*?)\s*$")


#: What installs others, and is named by every setup.py and in many scripts.
_PACKAGING = frozenset({"pip", "pip-tools", "setuptools", "wheel"})
_COMPILES = re.compile(r"\bpip-compile\b[^\n]*?(\S+\.in)\s*$")


_TAKES_OUT = re.compile(r"\s+(?:sed\s[^\n]*\.txt\b|mv\s[^\n]*\.txt\s*$)")


@dataclass(frozen=True)
class Concerned:
    """`names` have to do with Django by what needs what."""

    history: History
    names: frozenset[str]

    def lacks(self, hunk: Hunk) -> bool:
        """It asks for distributions, and none of them has to do with Django or with what the code imports and names.

        Tools of packaging, of quality and of coverage are such: that they move in the same pull request is its affair.
        """
        asked = named(hunk.added) | named(hunk.removed)
        return bool(asked) and not any(self._has(each) for each in asked)

    def only_compiles(self, hunk: Hunk) -> bool:
        """It only compiles lists of a Makefile that are new, and ask for nothing that has to do with Django."""
        lines = [line for line in (*hunk.removed, *hunk.added) if line.strip()]
        inputs = [found[1] if (found := _COMPILES.search(line)) else "" for line in lines]
        return bool(inputs) and all(each and self._is_aside(each) for each in inputs)

    def frees_what_came(self, hunk: Hunk) -> bool:
        """It takes limits out of a list of constraints that the base did not know yet: nothing keeps Django there."""
        lines = [line for line in (*hunk.removed, *hunk.added) if line.strip()]
        if not lines or not all(_TAKES_OUT.match(line) for line in lines):
            return False
        lists = {name for line in lines for name in re.findall(r"[\w.-]+\.txt\b", line)}
        argv = ("grep", "-l", "-F", "-e")
        return bool(lists) and not any(self.history.tried(*argv, each, self.history.base) for each in lists)

    def _is_aside(self, path: str) -> bool:
        text = self.history.text(self.history.final, path)
        if text is None or self.history.text(self.history.base, path) is not None:
            return False
        return self.lacks(Hunk("", path, 0, (), 1, tuple(text.split("\n"))))

    def _has(self, name: str) -> bool:
        if name in _PACKAGING:
            return False
        return "django" in name or name in self.names or self._said(name) or self._said(name.replace("-", "_"))

    def _said(self, name: str) -> bool:
        argv = ("grep", "-l", "-i", "-w", "-F", "-e", name)
        return any(
            self.history.tried(*argv, commit, "--", "*.py") for commit in (self.history.base, self.history.final)
        )


def concerned(history: History) -> Concerned:
    """By both ends of the history: what needs Django, however far, and what those need in their turn."""
    needs: defaultdict[str, set[str]] = defaultdict(set)
    for commit in (history.base, history.final):
        for path in history.git("ls-tree", "-r", "--name-only", commit).split("\n"):
            if path.endswith(".txt"):
                for name, by in pairs(history.text(commit, path) or ""):
                    needs[by].add(name)
    above = _reached({"django"}, _turned(needs))
    return Concerned(history, frozenset(_reached(above, needs)))


def pairs(text: str) -> Iterable[tuple[str, str]]:
    """Each pin of a compiled file with what needs it, canonical names both."""
    name = ""
    for line in text.split("\n"):
        if found := _PIN.match(line):
            name = canonicalize_name(found[1])
        if name and (via := _VIA.search(line)):
            for by in re.split(r"[,\s]+", via["by"]):
                if by and not by.startswith("-"):
                    yield name, canonicalize_name(by)


def _turned(needs: Mapping[str, set[str]]) -> Mapping[str, set[str]]:
    turned: defaultdict[str, set[str]] = defaultdict(set)
    for by, names in needs.items():
        for name in names:
            turned[name].add(by)
    return turned


def _reached(begin: Iterable[str], to: Mapping[str, set[str]]) -> set[str]:
    found, left = set(begin), [*begin]
    while left:
        new = to.get(left.pop(), set()) - found
        found |= new
        left += new
    return found
