"""Makefiles, read as far as CI needs it: variables, targets with what they need, and their recipes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from chairlift.recipes.django.config.texts import Text, read
from chairlift.recipes.django.project import Project

NAMES = ("Makefile", "makefile", "GNUmakefile")
_RULE = re.compile(r"([^\s:#=][^:=#]*?)\s*::?(?!=)\s*([^;#]*)")
_VARIABLE = re.compile(r"(?:export\s+|override\s+)?([\w.-]+)\s*(\?=|:=|::=|\+=|=)\s*(.*)")
_REFERENCE = re.compile(r"\$[({]([\w.-]+)[)}]")
_CONDITIONAL = re.compile(r"(ifdef|ifndef|ifeq|ifneq|else|endif)\b(.*)")
_DEEPEST = 12
_MOST = 200
#: A value that grows beyond this many letters is a mistake of its file.
_LONGEST = 20_000


@dataclass
class Rule:
    """A target: what it needs first, its commands, and the line where it begins."""

    line: int
    needs: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


@dataclass
class Makefile:
    """`variables` hold texts as they are written, `weak` the names that the environment wins over."""

    path: str
    rules: dict[str, Rule] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    weak: set[str] = field(default_factory=set)
    default: str = ""

    def expand(self, text: str, given: Mapping[str, str], depth: int = 0, known: dict[str, str] | None = None) -> str:
        """`$(X)` by the values of the call, of the environment, of the file; `$$` is a dollar."""
        known = {} if known is None else known

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name in given and (name in self.weak or name not in self.variables):
                return given[name]
            if name in self.variables and depth < _DEEPEST:
                if name not in known:
                    known[name] = self.expand(self.variables[name], given, depth + 1, known)
                return known[name]
            return ""

        expanded = "$".join(_REFERENCE.sub(value, part) for part in text.split("$$")) if len(text) < _LONGEST else ""
        return expanded if len(expanded) < _LONGEST else ""

    def script(self, target: str, given: Mapping[str, str], made: set[str] | None = None) -> Iterator[str]:
        """The commands that `make target` runs, those of what it needs first; each target is made once."""
        made = set() if made is None else made
        rule = self.rules.get(target or self.default)
        if rule is None or target in made or len(made) > _MOST:
            return
        made.add(target)
        for need in self.expand(" ".join(rule.needs), given).split():
            yield from self.script(need, given, made)
        for command in rule.commands:
            yield self.expand(command, {**given, "@": target}).lstrip().lstrip("@-+")


def parse(text: Text, given: Mapping[str, str] | None = None) -> Makefile:
    """`given` is the environment, which decides the conditionals (`ifdef X`)."""
    made = Makefile(text.path)
    branches: list[bool] = []
    rules: list[Rule] = []
    going_on, defining = "", False
    for number, whole in enumerate(text.text.splitlines(), 1):
        line = going_on + whole
        if whole.endswith("\\"):
            going_on = line[:-1] + (" " if not line.startswith("\t") else "\\\n")
            continue
        going_on = ""
        if defining or line.startswith("define "):
            defining = not line.startswith("endef")
        elif (found := _CONDITIONAL.match(line)) and not line.startswith("\t"):
            _branch(made, found[1], found[2], branches, given or {})
        elif not all(branches):
            continue
        elif line.startswith("\t"):
            for rule in rules:
                rule.commands.append(line[1:])
        elif line.strip() and not line.lstrip().startswith("#"):
            rules = _statement(made, line.strip(), number, rules)
    return made


def _branch(made: Makefile, word: str, rest: str, branches: list[bool], given: Mapping[str, str]) -> None:
    """Opens, turns or closes a conditional; one that cannot be told is taken to hold."""
    if word in ("else", "endif"):
        if branches:
            before = branches.pop()
            if word == "else":
                branches.append(not before)
        return
    if word in ("ifdef", "ifndef"):
        known = bool(given.get(rest.strip()) or made.variables.get(rest.strip()))
        branches.append(known == (word == "ifdef"))
        return
    sides = re.match(r"\((.*),(.*)\)|[\"'](.*)[\"']\s+[\"'](.*)[\"']", rest.strip())
    if not sides or "$(shell" in rest:
        branches.append(True)
        return
    left, right = [
        made.expand(each, given).strip() for each in (sides[1] or sides[3] or "", sides[2] or sides[4] or "")
    ]
    branches.append((left == right) == (word == "ifeq"))


def _statement(made: Makefile, line: str, number: int, rules: list[Rule]) -> list[Rule]:
    if re.match(r"(-?include|sinclude|unexport|vpath)\b", line):
        return rules
    if found := _VARIABLE.match(line):
        name, sign, value = found.groups()
        value = re.sub(r"\s+#.*", "", value)
        if sign == "+=":
            value = f"{made.variables.get(name, '')} {value}".strip()
        if sign == "?=":
            made.weak.add(name)
        made.variables[name] = value
        return []
    found = _RULE.match(line)
    if not found or _VARIABLE.match(found[2]) or re.match(r"export\b", found[2]):
        return []
    rules = []
    for target in found[1].split():
        if not made.default and not target.startswith("."):
            made.default = target
        rule = made.rules.setdefault(target, Rule(number))
        rule.needs += found[2].split()
        rules.append(rule)
    return rules


def find(project: Project, folder: str = "", given: Mapping[str, str] | None = None) -> Makefile | None:
    """The Makefile of a folder, or of the root (a folder within a container may have any name)."""
    for place in dict.fromkeys((folder, "")):
        for name in NAMES:
            if text := read(project, posixpath.join(place, name)):
                return parse(text, given)
    return None
