"""What a tox file means: which environments there are, and what each of them installs and runs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chairlift.recipes.django.config import toml
from chairlift.recipes.django.config.ini import Entry, Ini, Item, parse
from chairlift.recipes.django.config.texts import Text, read
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release

_FACTORS = re.compile(r"([!\w{}., -]*[\w}])\s*:(?=\s)\s*")
_SECTION = re.compile(r"\{\[([^\]]+)\](\w+)\}")
_HOLE = re.compile(
    r"\{(env:[^:{}]+|posargs|toxinidir|envname|envpython|envbindir|envdir|/|tox_root)(?::((?:[^{}]|\{[^{}]*\})*))?\}"
)
_DEEPEST = 8
#: No list stands for more environments: what is beyond is not followed.
_MOST = 500


def split(text: str) -> list[str]:
    """At commas and line ends, but not within braces."""
    return [part.strip() for part in re.split(r"[,\n](?![^{\n]*\})", text) if part.strip()]


def expand(text: str) -> list[str]:
    """`py{36,38}-django22` as the two environments that it stands for."""
    parts = [part.split(",") if place % 2 else [part] for place, part in enumerate(re.split(r"\{([^{}]*)\}", text))]
    return [re.sub(r"\s", "", "".join(choice)) for choice in itertools.islice(itertools.product(*parts), _MOST)]


def factors(name: str) -> list[str]:
    return name.split("-")


def python_of(name: str) -> Release | None:
    """The Python that an environment's name asks for."""
    for factor in factors(name):
        if found := re.fullmatch(r"(?:py|python)(\d)\.?(\d{1,2})|(\d)\.(\d{1,2})", factor):
            return int(found[1] or found[3]), int(found[2] or found[4])
    return None


def matches(condition: str, name: str) -> bool:
    """Whether a line with these factors before its colon is of the environment."""
    own = set(factors(name))
    for choice in itertools.chain.from_iterable(map(expand, split(condition))):
        wanted = factors(choice)
        if all((each[1:] not in own) if each.startswith("!") else each in own for each in wanted):
            return True
    return False


def conditional(line: str) -> tuple[str, str]:
    """The factors before the colon, and the rest; without factors all of it."""
    found = _FACTORS.match(line)
    if not found or line.startswith("-") or not re.search(r"[\w}]", found[1]):
        return "", line
    return found[1].strip(), line[found.end() :]


@dataclass(frozen=True)
class Env:
    """One environment, with nothing conditional left in it."""

    name: str
    deps: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    package: bool = True
    extras: tuple[str, ...] = ()
    python: Release | None = None
    line: int = 0


@dataclass
class Tox:
    """`text` is the file that it is in; `head` the section of its own settings."""

    text: Text
    ini: Ini
    head: str = "tox"

    @cached_property
    def envlist(self) -> tuple[str, ...]:
        entry = self.envlist_entry
        names = [each for part in split(entry.value) for each in expand(part)] if entry else []
        return tuple(dict.fromkeys(names)) or ("python",)

    @property
    def envlist_entry(self) -> Entry | None:
        return self.ini.get(self.head, "envlist") or self.ini.get(self.head, "env_list")

    @property
    def named(self) -> tuple[str, ...]:
        """Environments with a section of their own."""
        found = [name.removeprefix("testenv:") for name in self.ini.names if name.startswith("testenv:")]
        return tuple(each for name in found for each in expand(name))

    def setting(self, key: str) -> str:
        entry = self.ini.get(self.head, key)
        return entry.value if entry else ""

    def items(self, name: str, *keys: str) -> Iterator[Item]:
        """The lines of a setting that are of this environment, factors taken off."""
        for entry in self._entries(name, keys):
            yield from self._filtered(entry, name)

    def _filtered(self, entry: Entry, name: str, depth: int = 0) -> Iterator[Item]:
        for item in entry.items:
            condition, rest = conditional(item.text)
            if condition and not matches(condition, name):
                continue
            if (found := _SECTION.fullmatch(rest.strip())) and depth < _DEEPEST:
                other = self.ini.get(found[1], found[2])
                yield from self._filtered(other, name, depth + 1) if other else ()
            else:
                yield Item(rest, item.end - len(rest))

    def _entries(self, name: str, keys: Sequence[str]) -> Iterator[Entry]:
        own = [section for section in self.ini.names if section.startswith("testenv:")]
        sections = [section for section in own if name in expand(section.removeprefix("testenv:"))]
        for section in (*sections, "testenv"):
            found = [entry for key in keys if (entry := self.ini.get(section, key))]
            if found:
                yield from found[:1]
                return

    def env(self, name: str, outside: Mapping[str, str], posargs: str = "") -> Env:
        """What the environment of this name installs and runs; `outside` is what tox was started with."""
        setenv = [item.text for key in ("setenv", "set_env") for item in self.items(name, key)]
        pairs = [line.partition("=") for line in setenv if "=" in line]
        environment = {key.strip(): self.fill(value.strip(), name, outside, posargs) for key, _, value in pairs}
        known = {**outside, **environment}
        lines = {key: self._lines(name, key, known, posargs) for key in ("deps", "commands_pre", "commands", "extras")}
        section = self.ini.get(f"testenv:{name}", "deps")
        skips = [item.text for key in ("skip_install", "skipsdist") for item in self.items(name, key)]
        skipped = [*skips, self.setting("skipsdist"), self.setting("no_package")]
        bases = [item.text for key in ("basepython", "base_python") for item in self.items(name, key)]
        base = next((found for each in bases if (found := python_of(each.replace("python", "py")))), None)
        return Env(
            name,
            lines["deps"],
            (*lines["commands_pre"], *lines["commands"]),
            environment,
            not any(each.lower() == "true" for each in skipped),
            tuple(each for line in lines["extras"] for each in split(line)),
            python_of(name) or base,
            self.text.line(section.start) if section else 0,
        )

    def _lines(self, name: str, key: str, known: Mapping[str, str], posargs: str) -> tuple[str, ...]:
        joined = "\n".join(item.text for item in self.items(name, key)).replace("\\\n", " ")
        return tuple(line for each in joined.split("\n") if (line := self.fill(each, name, known, posargs).strip()))

    def fill(self, text: str, name: str, known: Mapping[str, str], posargs: str = "") -> str:
        """Substitutions in braces; those that are not known stay."""

        def value(found: re.Match[str]) -> str:
            word, default = found[1], found[2] or ""
            if word.startswith("env:"):
                return known.get(word[4:], default)
            if word == "posargs":
                return posargs or default
            # The folder of the file is where everything starts.
            return {"envname": name, "envpython": "python", "/": "/", "toxinidir": ".", "tox_root": "."}.get(word, "")

        for _ in range(_DEEPEST):
            filled = _HOLE.sub(value, text)
            if filled == text:
                break
            text = filled
        return text

    def chosen(self, given: str) -> list[str]:
        """The environments that `-e` or TOXENV asks for."""
        return list(self.envlist) if given == "ALL" else [name for part in split(given) for name in expand(part)]

    def mapped(self, python: Release | None, outside: Mapping[str, str], plugin: str) -> list[str] | None:
        """What tox-gh-actions or tox-travis chooses from the list; None where it is not set up."""
        head = "gh-actions" if plugin == "gh-actions" else "travis"
        if not any(name == head or name.startswith(f"{head}:") for name in self.ini.names):
            return None
        wanted: list[list[str]] = []
        table = self.ini.get(head, "python")
        if table and python:
            wanted.append(_mapping(table).get(".".join(map(str, python)), []))
        for entry in self.ini.of(f"{head}:env"):
            if entry.key in outside:
                wanted.append(_mapping(entry).get(outside[entry.key], []))
        picked = list(self.envlist)
        for choices in wanted:
            picked = [name for name in picked if any(set(factors(choice)) <= set(factors(name)) for choice in choices)]
        return picked


def _mapping(entry: Entry) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for item in entry.items:
        key, sign, value = item.text.partition(":" if ":" in item.text else "=")
        if sign:
            table[key.strip()] = [name for part in split(value) for name in expand(part)]
    return table


def find(project: Project) -> Tox | None:
    """tox.ini, `[tox:tox]` of setup.cfg, or the legacy text in pyproject.toml: the first, as tox looks for them."""
    if text := read(project, "tox.ini"):
        return Tox(text, parse(text.text))
    text = read(project, "setup.cfg")
    if text and "[tox:tox]" in text.text:
        return Tox(text, parse(text.text), "tox:tox")
    text = read(project, "pyproject.toml")
    if text and "legacy_tox_ini" in text.text:
        try:
            scalars = list(toml.parse(text.text).below("tool", "tox", "legacy_tox_ini"))
        except toml.NotToml:
            return None
        for scalar in scalars:
            return Tox(text, parse(text.text[scalar.start : scalar.end], scalar.start))
    return None


def dependency(line: str) -> list[str]:
    """A line of tox's deps as arguments for pip."""
    line = line.strip()
    if found := re.match(r"(-[rce]|--requirement|--constraint)\s*=?\s*(\S.*)", line):
        return [f"{found[1]}{found[2]}" if len(found[1]) == 2 else f"{found[1]}={found[2]}"]
    return [line] if line else []


def handed_on(env: Mapping[str, str], made: Env) -> dict[str, str]:
    """What tox hands on: which environment was asked for, and which one runs, is its own."""
    own = ("TOXENV", "TOX_ENV_NAME")
    return {**{key: value for key, value in env.items() if key not in own}, **made.environment}
