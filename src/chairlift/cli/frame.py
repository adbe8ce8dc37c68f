"""What every command shares: the way to the database, options, errors as one line, and tables for people and pipes."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from chairlift.core.files import Roster
    from chairlift.server.models import Campaign, Upgrade


class Trouble(Exception):
    """Not the user's fault: exit code 3."""


def now() -> datetime:
    """Where the command line reads the clock."""
    return datetime.now(UTC)


def say_error(text: str) -> None:
    click.echo(f"chairlift: {printable(text, keep_lines=True)}", err=True)


def open_home(home: Path) -> None:
    """Set Django up on this home; a new one, or one of an older version, is made ready first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chairlift.server.settings")
    import django
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        home.mkdir(parents=True, exist_ok=True)
        django.setup()
        from chairlift.server import migrations

        newest = max(file.stem for file in Path(migrations.__path__[0]).glob("0*.py"))
        mark = home / "schema"
        with open(home / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not mark.exists() or mark.read_text().strip() != newest:
                call_command("migrate", verbosity=0)
                mark.write_text(newest)
    except OSError as error:
        raise Trouble(f"cannot use {home} as home: {error}; choose another with --home") from error
    except DatabaseError as error:
        raise Trouble(f"the database in {home} does not open: {error}") from error


def command(name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A command on an opened home, whose known errors become one line and an exit code."""

    def wrap(function: Callable[..., Any]) -> Any:
        @click.command(name, **options)
        @click.pass_obj
        @functools.wraps(function)
        def inner(home: Path, /, **given: Any) -> Any:
            open_home(home)
            return _explained(functools.partial(function, home, **given))

        return inner

    return wrap


def _explained(call: Callable[[], Any]) -> Any:
    from django.db import DatabaseError

    from chairlift.core.files import FileProblems
    from chairlift.plugins import BadConfiguration
    from chairlift.ports import Refused, Unavailable
    from chairlift.server.actions import NotPossible
    from chairlift.server.queries import NotFound

    try:
        return call()
    except BrokenPipeError:
        # The reader had enough; that is no trouble.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - until the end
        return 0
    except (FileProblems, NotPossible, NotFound, BadConfiguration) as error:
        raise click.UsageError(printable(str(error), keep_lines=True)) from error
    except LookupError as error:
        raise click.UsageError(printable(str(error.args[0] if error.args else error))) from error
    except (Refused, Unavailable, DatabaseError, OSError) as error:
        raise Trouble(str(error)) from error


def campaign_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--campaign", "slug", envvar="CHAIRLIFT_CAMPAIGN", default="", help="Needed where there are several."
    )(function)


def as_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--as", "by", envvar="CHAIRLIFT_AS", required=True, metavar="PERSON", help="Who says so.")(
        function
    )


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="For programs.")(function)


def one(service: str, slug: str) -> tuple[Upgrade, Roster]:
    """The upgrade that a command is about, and who is who."""
    from chairlift.server import queries
    from chairlift.server.models import RosterFile

    return queries.upgrade(service, queries.campaign(slug)), RosterFile.now()


def all_of(slug: str) -> tuple[Campaign, Roster]:
    from chairlift.server import queries
    from chairlift.server.models import RosterFile

    return queries.campaign(slug), RosterFile.now()


# What it prints


def printable(text: str, keep_lines: bool = False) -> str:
    """Names from outside may hold what a terminal obeys: only what prints is printed."""
    return "".join(c if c.isprintable() or (keep_lines and c == "\n") else " " for c in text)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def on_terminal() -> bool:
    return sys.stdout.isatty()


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A Rich table on a terminal; aligned plain columns, one line a row, in a pipe."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    if on_terminal():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        shown = Table(title=title, title_justify="left", header_style="bold", expand=False)
        for head in heads:
            shown.add_column(head, overflow="fold")
        for row in cells:
            shown.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
        Console().print(shown)
        return
    widths = [max(len(line[i]) for line in [list(heads), *cells]) for i in range(len(heads))]
    for line in [[head.upper() for head in heads], *cells]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


_STYLES = {
    "project team": "green",
    "project team, with notice": "green",
    "squad": "yellow",
    "done": "green",
    "overdue": "bold red",
    "worse": "bold red",
}


def moment(at: datetime | None, base: datetime) -> str:
    """'in 3 days (Thu 14 Oct 10:00)'."""
    if at is None:
        return ""
    gap = at - base
    return f"{_gap(gap)} ({at.astimezone():%a %d %b %H:%M})"


def _gap(gap: timedelta) -> str:
    seconds = abs(gap.total_seconds())
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size or unit == "second":
            amount = int(seconds // size)
            words = f"{amount} {unit}{'' if amount == 1 else 's'}"
            break
    return f"in {words}" if gap >= timedelta(0) else f"{words} ago"
