"""A command as people write it in a settings file: split into arguments, filled in, run, and its answer read."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chairlift.ports import Refused, Unavailable
from chairlift.programs import CannotStart, Ran, plain, run

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
#: EX_TEMPFAIL of sysexits.h: the program says that it is worth trying again soon.
TRY_AGAIN = 75


@dataclass(frozen=True)
class CommandLine:
    """A template such as `deploy.py deploy {service} {environment} {commit}`, already split into arguments."""

    arguments: tuple[str, ...]

    @classmethod
    def parse(cls, template: str, names: tuple[str, ...]) -> CommandLine:
        """`names` are the placeholders that may be used. Raises Refused for a template that cannot work."""
        try:
            arguments = tuple(shlex.split(template))
        except ValueError as error:
            raise Refused(f"the command {template!r} cannot be split: {error}; close its quotes") from error
        if not arguments:
            raise Refused("the command is empty; write the program and its arguments")
        for name in _PLACEHOLDER.findall(template):
            if name not in names:
                known = ", ".join(f"{{{name}}}" for name in names)
                raise Refused(f"the command {template!r} has an unknown {{{name}}}; there are {known}")
        return cls(arguments)

    def filled(self, values: Mapping[str, str]) -> list[str]:
        """The arguments with their placeholders filled: a value stays within its argument, whatever it holds."""
        return [_PLACEHOLDER.sub(lambda found: values[found[1]], argument) for argument in self.arguments]


@dataclass(frozen=True)
class Surroundings:
    """How programs are run: in the server's folder, for so many seconds, seeing these variables of its environment."""

    seconds: float
    pass_env: tuple[str, ...] = ()

    def run(self, argv: list[str], limit: int = 200_000) -> Ran:
        """Standard output and error apart, at most `limit` bytes of each.

        Raises Refused when it cannot be started or says too much, Unavailable when it takes too long.
        """
        try:
            ran = run(argv, cwd=Path(), seconds=self.seconds, also=self.pass_env, limit=limit, apart=True)
        except CannotStart as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Unavailable(f"{shown(argv)} could not be started: {error.strerror}; make room for it") from error
        if ran.timed_out:
            raise Unavailable(f"{shown(argv)} was {ran.ended}; see why, or allow it more seconds")
        return ran


def shown(argv: list[str]) -> str:
    """The command as one short line for an error."""
    return _one_line(shlex.join(argv), 160)


def failed(argv: list[str], ran: Ran) -> str:
    """That a program failed and what it said last, as one short line."""
    said = _one_line(ran.tail(400), 400)
    return f"{shown(argv)} ended with {ran.ended}: {said or 'it said nothing'}"


def read_json(text: str) -> object:
    """One JSON value; NaN and infinities are not JSON. Raises ValueError for anything else, however deep or long."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def read_instant(value: object) -> datetime:
    """An ISO instant with its zone, in UTC. Raises ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError("not a text")
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("it has no time zone")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond all calendars") from error


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not a number")


def _one_line(text: str, limit: int) -> str:
    line = " ".join(plain(text).split())
    return line if len(line) <= limit else line[:limit] + "…"
