"""Where a command gets its answer: from this machine's database, or from a server that is asked over its API."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import click

from chairlift.cli.frame import explained, must_be_text, open_home, server_of
from chairlift.core.menu import ServiceLevel
from chairlift.core.standing import Reasoning, Standing


@dataclass(frozen=True)
class Head:
    """A campaign as the status needs it; `paused`, `braked` and `alarmed` say why, where it is."""

    slug: str
    title: str
    paused: str
    braked: str
    alarmed: str


@dataclass(frozen=True)
class Menu:
    """A campaign's levels."""

    slug: str
    title: str
    deadline: datetime
    levels: tuple[ServiceLevel, ...]


@dataclass(frozen=True)
class Chosen:
    """A choice that was recorded, and what it was before."""

    service: str
    level: str
    before: str
    asks: str
    promises: str


@dataclass(frozen=True)
class Failure:
    """What tests that did not pass have said at their end."""

    tests: str
    commit: str
    ended_at: datetime
    output: str


class Desk(Protocol):
    """What the commands of squads and of the project team ask and say.

    `slug` is the campaign's, empty where there is only one; `by` is who says so, as they are known here or there. What
    cannot be found or done is a click.UsageError with the reason and the way out. Words return the service's own name.
    """

    def status(self, slug: str, squad: str, turn: str) -> tuple[Head, list[Standing]]:
        """`squad` and `turn` are what is wanted; more may be given."""
        ...

    def why(self, slug: str, service: str) -> Reasoning: ...

    def failure(self, slug: str, service: str) -> Failure: ...

    def log(self, slug: str, service: str, by: str, kind: str, limit: int) -> list[dict[str, Any]]: ...

    def menu(self, slug: str) -> Menu: ...

    def choose(self, slug: str, service: str, level: str, by: str, why: str, docs_by: date | None) -> Chosen: ...

    def document(self, slug: str, service: str, where: str, by: str) -> str: ...

    def promise(self, slug: str, service: str, day: date, by: str) -> str: ...

    def hold(self, slug: str, service: str, why: str, by: str) -> str: ...

    def resume(self, slug: str, service: str, why: str, by: str) -> str: ...

    def deployed(self, slug: str, service: str, environment: str, by: str) -> tuple[str, str]:
        """The service and the environment."""
        ...

    def tested(self, slug: str, service: str, environment: str, note: str, by: str) -> tuple[str, str]:
        """The service and the person."""
        ...

    def block(self, slug: str, service: str, text: str, due: date | None, team: bool, by: str) -> tuple[str, str]:
        """The service and the name of the blocker."""
        ...

    def unblock(self, slug: str, service: str, name: str, why: str, by: str) -> str: ...

    def update(self, slug: str, service: str, text: str, by: str) -> str: ...

    def retry(self, slug: str, service: str, why: str, by: str) -> str: ...

    def exempt(self, slug: str, service: str, until: date, why: str, by: str) -> str: ...

    def problem(self, slug: str, name: str, text: str, services: Sequence[str], by: str) -> int:
        """In how many services it was not open yet."""
        ...

    def pause(self, slug: str, why: str, by: str) -> str:
        """The campaign."""
        ...

    def restart(self, slug: str, why: str, by: str) -> str: ...


def desk_command(name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A command that works here, or with --server there; its known errors become one line and an exit code."""

    def wrap(function: Callable[..., Any]) -> Any:
        @click.command(name, **options)
        @click.pass_context
        @functools.wraps(function)
        def inner(context: click.Context, /, **given: Any) -> Any:
            must_be_text(given)
            if server := server_of(context):
                from chairlift.cli.there import There

                return function(There.of(server), **given)
            open_home(context.obj)
            from chairlift.cli.here import Here

            return explained(functools.partial(function, Here(), **given))

        return inner

    return wrap
