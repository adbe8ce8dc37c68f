"""Reads tox's own file as far as tests need it: which environments there are, what each installs and runs."""

from __future__ import annotations

import configparser
import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chairlift.recipes.django.proving.sandbox import BOX, CHECKOUT

_DEPTH = 8


@dataclass(frozen=True)
class Environment:
    """One environment of tox, with everything filled in. `installs` is whether tox installs the checkout itself."""

    name: str
    commands: tuple[str, ...]
    deps: tuple[str, ...]
    env: Mapping[str, str]
    folder: str
    installs: bool
    extras: tuple[str, ...] = ()


class ToxFile:
    """What `tox.ini`, `setup.cfg` or `pyproject.toml` says. Nothing in it is run."""

    def __init__(self, text: str, main: str = "tox") -> None:
        self._config = configparser.RawConfigParser(delimiters=("=",), strict=False, comment_prefixes=("#", ";"))
        self._config.optionxform = str  # type: ignore[method-assign, assignment]
        self._config.read_string(text)
        self._main = main

    def environments(self) -> tuple[str, ...]:
        """The names of the list, generative ones written out, and of sections of their own."""
        said = self._get(self._main, "envlist") or self._get(self._main, "env_list")
        names = [name for line in said.splitlines() for part in _parts(line) for name in expand(part)]
        own = [section[8:] for section in self._config.sections() if section.startswith("testenv:")]
        return tuple(dict.fromkeys([*names, *own]))

    def environment(self, name: str) -> Environment:
        """The one of this name; what has no section of its own is `[testenv]`."""
        env = {"TOX_ENV_NAME": name} | dict(self._set(name))
        folder = [*self._lines(name, "change_dir"), *self._lines(name, "changedir"), CHECKOUT][0]
        skips = self._get(self._main, "skipsdist") or self._get(self._main, "no_package")
        skips = self._value(name, "skip_install") or skips
        return Environment(
            name,
            tuple(self._commands(name)),
            tuple(self._lines(name, "deps")),
            env,
            folder.removeprefix(CHECKOUT).strip("/") or ".",
            skips.strip().lower() not in ("true", "1", "yes"),
            tuple(part for line in self._lines(name, "extras") for part in _parts(line)),
        )

    def _set(self, name: str) -> Iterator[tuple[str, str]]:
        for line in [*self._lines(name, "setenv"), *self._lines(name, "set_env")]:
            key, equals, value = line.partition("=")
            if equals and "|" not in key:
                yield key.strip(), value.strip()

    def _commands(self, name: str) -> Iterator[str]:
        text = self._value(name, "commands").replace("\\\n", " ")
        for line in self._factored(text, name):
            command = re.sub(r"\s+", " ", self._filled(line, name)).strip()
            # A dash says that its exit code does not count; ours counts tests.
            if command := command.removeprefix("- ").removeprefix("-").strip():
                yield command

    def _lines(self, name: str, key: str) -> Iterator[str]:
        for line in self._factored(self._value(name, key), name):
            yield from (each.strip() for each in self._filled(line, name).splitlines() if each.strip())

    def _factored(self, text: str, name: str) -> Iterator[str]:
        factors = set(name.split("-"))
        for line in text.splitlines():
            line = line.strip()
            found = re.match(r"([!\w.{},-]+):\s+(.*)|([!\w.{},-]+):$", line)
            if found and not (found[1] or found[3]).startswith("{"):
                if not _matches(found[1] or found[3], factors):
                    continue
                line = found[2] or ""
            if line and not line.startswith("#"):
                yield line

    def _value(self, name: str, key: str) -> str:
        return self._get(f"testenv:{name}", key) or self._get("testenv", key)

    def _get(self, section: str, key: str) -> str:
        return self._config.get(section, key, fallback="")

    def _filled(self, text: str, name: str) -> str:
        places = {
            **dict.fromkeys(("toxinidir", "tox_root"), CHECKOUT),
            **dict.fromkeys(("envtmpdir", "env_tmp_dir", "toxworkdir", "work_dir", "envdir", "env_dir"), f"{BOX}/tmp"),
            **dict.fromkeys(("envpython", "env_python", "basepython"), "python"),
            **dict.fromkeys(("envbindir", "env_bin_dir"), "$CHAIRLIFT_BIN"),
            **dict.fromkeys(("envname", "env_name"), name),
            **{":": ":", "/": "/", "posargs": ""},
        }

        def value(found: re.Match[str]) -> str:
            word = found[1]
            if other := re.fullmatch(r"\[([^\]]+)\](\w+)", word):
                if other[1].startswith("testenv:"):
                    return "\n".join(self._factored(self._value(other[1][8:], other[2]), name))
                return "\n".join(self._factored(self._get(other[1], other[2]), name))
            if word.startswith("env:"):
                return word[4:].partition(":")[2]
            if word.startswith("posargs:"):
                return word[8:]
            return places.get(word, "")

        for _ in range(_DEPTH):
            filled = re.sub(r"(?<!\$)\{((?:\[[^\]{}]+\]\w+|[\w]+(?::[^{}]*)?|[:/]))\}", value, text)
            if filled == text:
                break
            text = filled
        return text


def _parts(line: str) -> list[str]:
    """Split at commas outside of braces, and at blanks."""
    return [part for part in re.split(r"[,\s]+(?![^{]*\})", line.partition("#")[0].strip()) if part]


def expand(name: str) -> list[str]:
    """`py{38,39}-django{22,32}` as all that it stands for."""
    pieces = [piece.split(",") if at % 2 else [piece] for at, piece in enumerate(re.split(r"\{([^}]*)\}", name))]
    return ["".join(part.strip() for part in parts) for parts in itertools.product(*pieces)]


def _matches(condition: str, factors: set[str]) -> bool:
    for part in _parts(condition):
        for one in expand(part):
            if all((word[1:] not in factors) if word.startswith("!") else (word in factors) for word in one.split("-")):
                return True
    return False


def read(checkout: Path) -> ToxFile | None:
    """Of a checkout; None where tox has no file, or none that can be read."""
    for name, main, mark in (("tox.ini", "tox", "[testenv"), ("setup.cfg", "tox:tox", "[testenv")):
        text = _text(checkout / name)
        if mark in text:
            try:
                return ToxFile(text, main)
            except configparser.Error:
                return None
    try:
        found = tomllib.loads(_text(checkout / "pyproject.toml")).get("tool", {}).get("tox", {}).get("legacy_tox_ini")
        return ToxFile(found) if isinstance(found, str) else None
    except (tomllib.TOMLDecodeError, configparser.Error, AttributeError):
        return None


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace") if file.stat().st_size < 1_000_000 else ""
    except OSError:
        return ""


def best(names: Sequence[str], django: tuple[int, int], python: tuple[int, int]) -> list[str]:
    """The environments in the order in which they fit this Django and Python."""
    d = {f"django{django[0]}{django[1]}", f"dj{django[0]}{django[1]}", f"django{django[0]}.{django[1]}"}
    p = {f"py{python[0]}{python[1]}", f"py{python[0]}.{python[1]}", f"{python[0]}.{python[1]}"}

    def misfit(name: str) -> tuple[bool, bool]:
        factors = set(name.split("-"))
        return not factors & d, not factors & p

    return sorted(names, key=misfit)
