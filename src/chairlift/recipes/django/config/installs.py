"""What installers make of their arguments: which Django is there after `pip install`, a lock or the package itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from packaging.specifiers import SpecifierSet

from chairlift.recipes.django.config import locks, requirements
from chairlift.recipes.django.config.declared import Run
from chairlift.recipes.django.config.manifests import Manifests
from chairlift.recipes.django.config.specifiers import admitted, combined, specifier
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release, show

_VALUED = {
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--exists-action",
    "--trusted-host",
    "-t",
    "--target",
}


@dataclass(frozen=True)
class Installed:
    """What is there: `asked` is what the last installation that named Django wanted of it."""

    series: Release | None = None
    asked: str = ""
    conflict: str = ""
    why: tuple[str, ...] = ()

    @property
    def told(self) -> bool:
        """Whether anything named Django at all."""
        return bool(self.why)

    def run(self, label: str, python: Release | None, tested: bool) -> Run:
        return Run(label, self.series, self.asked, tested, self.conflict, python, self.why)


@dataclass(frozen=True)
class Installer:
    """Installers of one machine; `python` decides which releases there are for it."""

    project: Project
    fetched: Mapping[str, bytes] = field(default_factory=dict)
    python: Release | None = None

    @cached_property
    def manifests(self) -> Manifests:
        return Manifests(self.project)

    def pip(self, words: Sequence[str], folder: str, state: Installed) -> Installed:
        """`pip install` with these arguments."""
        asked: list[SpecifierSet] = []
        limits: list[SpecifierSet] = []
        why: list[str] = []
        rest = list(words)
        upgrade = any(each in rest for each in ("-U", "--upgrade"))
        while rest:
            word = rest.pop(0)
            if found := re.fullmatch(r"(-[qUI]*r|-c|--requirement|--constraint)=?(.*)", word):
                name = found[2] or (rest.pop(0) if rest else "")
                self._file(posixpath.join(folder, name), found[1] in ("-c", "--constraint"), asked, limits, why)
            elif word in _VALUED and rest:
                rest.pop(0)
            elif word in ("-e", "--editable") or word.startswith("-e"):
                self._local(word[2:].strip() or (rest.pop(0) if rest else ""), asked, why)
            elif not word.startswith("-"):
                self._word(word, asked, why)
        return self._settled(asked, limits, tuple(why), state, upgrade)

    def _word(self, word: str, asked: list[SpecifierSet], why: list[str]) -> None:
        if word.startswith((".", "/")):
            self._local(word, asked, why)
        elif re.match(r"(?i)django\s*(\[[\w,-]*\])?\s*([<>=!~;(@]|$)", word):
            found = requirements.requirement(word, self.python)
            if found is not None:
                asked.append(found)
                why.append(word)

    def _local(self, word: str, asked: list[SpecifierSet], why: list[str]) -> None:
        path, _, extras = word.partition("[")
        if path.strip("./") == "":
            self._package([each.strip() for each in extras.rstrip("]").split(",")], asked, why)

    def _package(self, extras: Sequence[str], asked: list[SpecifierSet], why: list[str]) -> None:
        for place in self.manifests.of_package(extras):
            if place.asked is not None:
                asked.append(place.asked)
                why.append(f"{place.path}:{place.line}")
        for name in self.manifests.loaded if self.manifests.setup_py == () else ():
            # setup.py reads these; constraints in them are not the package's.
            for line in requirements.gather(self.project, name, self.fetched).required:
                found = requirements.requirement(line.text, self.python) if line.path == name else None
                if found is not None:
                    asked.append(found)
                    why.append(f"{line.path}:{line.line}")

    def _file(
        self, name: str, constraint: bool, asked: list[SpecifierSet], limits: list[SpecifierSet], why: list[str]
    ) -> None:
        path = name if "://" in name else posixpath.normpath(self._inside(name))
        gathered = requirements.gather(self.project, path, self.fetched, constraint)
        for lines, into in ((gathered.required, asked), (gathered.constrained, limits)):
            for line in lines:
                found = requirements.requirement(line.text, self.python)
                if found is not None:
                    into.append(found)
                    if lines is gathered.required:
                        why.append(f"{line.path}:{line.line}")

    def _inside(self, name: str) -> str:
        """The path in the checkout; of a path elsewhere (in a container), the file of its last names."""
        if self.project.read(posixpath.normpath(name)) is not None:
            return name
        parts = [part for part in name.split("/") if part not in ("", ".", "..")]
        for start in range(len(parts)):
            if self.project.read("/".join(parts[start:])) is not None:
                return "/".join(parts[start:])
        return name

    def package(self, state: Installed, extras: Sequence[str] = ()) -> Installed:
        """The checkout itself, as `pip install .` does it."""
        asked: list[SpecifierSet] = []
        why: list[str] = []
        self._package(extras, asked, why)
        return self._settled(asked, [], tuple(why), state, False, strict=True)

    def locked(self, lock: str, state: Installed) -> Installed:
        """What a tool with a lock file installs: the lock's version, or what its manifest asks for."""
        for found in locks.locked(self.project):
            if found.path == lock:
                asked = [SpecifierSet(f"=={found.version}")]
                return self._settled(asked, [], (f"{found.path}:{found.line}",), Installed(), False)
        places = self.manifests.pipfile if lock == "Pipfile.lock" else self.manifests.pyproject
        wanted = [place for place in places if place.asked is not None]
        all_of = [place.asked for place in wanted if place.asked is not None]
        return self._settled(all_of, [], tuple(f"{place.path}:{place.line}" for place in wanted), state, False)

    def conda(self, words: Sequence[str], folder: str, state: Installed) -> Installed:
        named = [each for each in words if re.match(r"(?i)django(?:[=<>~!]|$)", each)]
        for word in named:
            text = re.sub(r"^=(\d[\d.]*)$", r"==\1.*", word[6:])
            found = specifier(text)
            state = self._settled([found] if found is not None else [], [], (word,), state, False)
        if "env" in words and not named:
            places = [place for place in self.manifests.conda if place.asked is not None]
            all_of = [place.asked for place in places if place.asked is not None]
            state = self._settled(all_of, [], tuple(f"{place.path}:{place.line}" for place in places), state, False)
        return state

    def _settled(
        self,
        asked: Iterable[SpecifierSet],
        limits: Iterable[SpecifierSet],
        why: tuple[str, ...],
        state: Installed,
        upgrade: bool,
        strict: bool = False,
    ) -> Installed:
        """What is there after it: a version that fits stays, else the newest that all of it lets in.

        `strict` is for what is installed beside what is there (the package after tox's deps): no clash is mended.
        """
        wanted = list(asked)
        if not wanted:
            return state
        everything = combined([*wanted, *limits])
        if state.conflict:
            return state
        fits = admitted(everything, self.python)
        if state.series in fits and not upgrade:
            return replace(state, why=(*state.why, *why))
        if state.series and strict and state.series not in fits:
            clash = f"{', '.join(state.why)} installs Django {show(state.series)}, and {', '.join(why)} keeps it out"
            return replace(state, conflict=clash)
        if not fits:
            return Installed(None, str(everything), self._conflict(everything, why), why)
        return Installed(fits[-1], str(everything), "", why)

    def _conflict(self, everything: SpecifierSet, why: tuple[str, ...]) -> str:
        if admitted(everything):
            python = show(self.python) if self.python else "this Python"
            return f"no Django of {', '.join(why)} runs on Python {python}"
        return f"no Django fits all of {', '.join(why)} ({everything})"
