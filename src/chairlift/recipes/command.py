"""The recipe that is any program that edits a checkout: a codemod, a script of the company, a sed."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
import shlex
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pygit2
from pygit2.enums import RepositoryOpenFlag

from chairlift.ports import Applied, RecipeFailed
from chairlift.programs import CannotStart, Limits, Ran, run, split

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_FILES = re.compile(r"\{files:([^{}]+)\}")
_FINDING = re.compile(r"^finding: *(.+)$", re.MULTILINE)
#: Bytes of file names for one call: a half of what the stricter systems take, as the environment counts, too.
_BATCH = 500_000
_LARGEST_FILE = 2 << 30
#: A run of Python leaves no bytecode behind, and says things in the order in which they happened.
_ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True)
class Settings:
    """What a change says of this recipe; all else in its mapping only fills placeholders.

    `run` is a command or several, run in order without a shell. In each argument `{python}` is the interpreter of
    Chairlift, `{name}` the setting of that name, and `{files:*.py}`, an argument by itself, the tracked files that
    match (by name, or by path if the pattern has a slash): the command runs as often as it takes, and not at all
    without files. `ok_codes` are exit codes that mean success. `detect` is a command that ends with 0 when nothing is
    left to do, 1 when something is. `env` is set, `pass_env` names what passes of the server's own environment.
    A line "finding: …" in the output becomes a finding.
    """

    run: tuple[str, ...]
    detect: str = ""
    ok_codes: tuple[int, ...] = (0,)
    env: Mapping[str, str] = field(default_factory=dict)
    pass_env: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Settings:
        """Raises RecipeFailed for what cannot work, with the remedy."""
        commands = [given["run"]] if isinstance(given.get("run"), str) else given.get("run")
        if not commands or not _all(commands, str):
            raise RecipeFailed('the recipe has nothing to run; give it run = "program argument …", or a list of such')
        detect, codes = given.get("detect", ""), given.get("ok_codes", [0])
        env, pass_env = given.get("env", {}), given.get("pass_env", [])
        if not isinstance(detect, str):
            raise RecipeFailed("detect must be one command; several can be put into a script")
        if not _all(codes, int) or not _all(pass_env, str):
            raise RecipeFailed("ok_codes must be a list of numbers, and pass_env one of names")
        if not isinstance(env, Mapping) or not _all([*env.values()], str):
            raise RecipeFailed('env must be a table of texts, such as { DJANGO_SETTINGS_MODULE = "x" }')
        plain = {str(key): str(value) for key, value in given.items() if isinstance(value, str | int | float)}
        values = {**plain, "python": sys.executable}
        return cls(tuple(commands), detect, tuple(codes), dict(env), tuple(pass_env), values)


def _all(values: object, kind: type) -> bool:
    return isinstance(values, list | tuple) and all(isinstance(value, kind) for value in values)


def _digest(folder: Path) -> str:
    """Of this file and of the programs that are shipped beside it."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()[:12]


class CommandRecipe:
    """Fulfils `chairlift.ports.Recipe`.

    A plan is made anew when `version`, the settings or the base commit change. So where a program changes that the
    settings only name, change anything in them, for example a `revision = 2` that no command uses.
    """

    name = "command"
    version = _digest(Path(__file__).parent)

    def apply(self, checkout: Path, settings: Mapping[str, object], seconds: int) -> Applied:
        """Run the commands, all within so many seconds; nothing runs where `detect` finds nothing to do: `done`."""
        wanted = Settings.of(settings)
        hands = _Hands(checkout, wanted, time.monotonic() + seconds)
        if wanted.detect and hands.detects_nothing():
            return Applied("the detector finds nothing to do", done=True)
        said = [ran.out for command in wanted.run for ran in hands.run(command)]
        findings = tuple(dict.fromkeys(found[:300] for text in said for found in _FINDING.findall(text)))[:100]
        summary = next((text.strip()[-1000:] for text in reversed(said) if text.strip()), "")
        if not said:
            summary = "no file matches; nothing was run"
        if not wanted.detect:
            return Applied(summary, findings)
        if not hands.detects_nothing():
            findings += ("the detector still finds something to do after the run",)
        return Applied(summary, findings, done=False)


@dataclass(frozen=True)
class _Hands:
    """One checkout, and the time that is left for it."""

    checkout: Path
    settings: Settings
    deadline: float

    def detects_nothing(self) -> bool:
        return all(self._run(argv, (0, 1)).code == 0 for argv in self._calls(self.settings.detect))

    def run(self, command: str) -> list[Ran]:
        return [self._run(argv, self.settings.ok_codes) for argv in self._calls(command)]

    def _calls(self, command: str) -> list[list[str]]:
        try:
            words = split(command)
        except CannotStart as error:
            raise RecipeFailed(str(error)) from error
        places = [at for at, word in enumerate(words) if "{files:" in word]
        argv = [word if at in places else self._filled(word) for at, word in enumerate(words)]
        if not places:
            return [argv]
        pattern = _FILES.fullmatch(words[places[0]])
        if len(places) > 1 or not pattern:
            raise RecipeFailed(f"{command!r}: one {{files:…}} is allowed, as an argument by itself")
        at = places[0]
        names = (name for name in _files(self.checkout) if _matches(name, pattern[1]))
        return [[*argv[:at], *batch, *argv[at + 1 :]] for batch in _batches(names)]

    def _filled(self, word: str) -> str:
        def value(found: re.Match[str]) -> str:
            if found[1] not in self.settings.values:
                raise RecipeFailed(f"nothing fills {found[0]} in {word!r}; add {found[1]} to the campaign's settings")
            return self.settings.values[found[1]]

        return _PLACEHOLDER.sub(value, word)

    def _run(self, argv: Sequence[str], ok_codes: Sequence[int]) -> Ran:
        shown = shlex.join(argv)[:200]
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise RecipeFailed(f"no time was left for {shown}; allow the recipe more")
        cpu = int(left + 1) * (os.cpu_count() or 1)
        try:
            ran = run(
                argv,
                cwd=self.checkout,
                seconds=left,
                env={**_ENVIRONMENT, **self.settings.env},
                also=self.settings.pass_env,
                limits=Limits(cpu_seconds=cpu, file_bytes=_LARGEST_FILE),
            )
        except CannotStart as error:
            raise RecipeFailed(str(error)) from error
        if ran.timed_out or ran.code not in ok_codes:
            raise RecipeFailed(f"{shown}: {ran.ended}; it said:\n{ran.tail() or '(nothing)'}")
        return ran


def _files(checkout: Path) -> Iterator[str]:
    """Tracked files (all of them where the checkout is no git repository), as paths from the checkout, sorted.

    Links are left out, as an editor that follows one changes a file twice, or one outside.
    """
    try:
        index = pygit2.Repository(str(checkout), RepositoryOpenFlag.NO_SEARCH).index
        names = [entry.path for entry in index]
    except pygit2.GitError:
        names = [str(path.relative_to(checkout)) for path in checkout.rglob("*")]
    for name in sorted(names):
        try:
            mode = os.lstat(checkout / name).st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode):
            yield name


def _matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name if "/" in pattern else name.rpartition("/")[2], pattern)


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for name in names:
        # Else it would be taken for an option.
        word = f"./{name}" if name.startswith("-") else name
        # Each argument costs a pointer, too.
        cost = len(os.fsencode(word)) + 9
        if batch and size + cost > _BATCH:
            yield batch
            batch, size = [], 0
        batch.append(word)
        size += cost
    if batch:
        yield batch
