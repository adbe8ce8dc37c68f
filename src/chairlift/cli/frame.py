"""What every command shares: the way to the database, options, errors as one line, and tables for people and pipes."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chairlift.core.schedule import span

if TYPE_CHECKING:
    from chairlift.core.files import Roster
    from chairlift.server.models import Campaign, Upgrade


#: Where click's context keeps what `answer_option` was given.
_AS_JSON = "chairlift.json"
#: And the address of the server that is asked instead of the database here.
_SERVER = "chairlift.server"


#: The variable that says which server is asked, as --server does.
SERVER_VARIABLE = "CHAIRLIFT_SERVER"


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
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import DatabaseError

    from chairlift.server import database

    try:
        home.mkdir(parents=True, exist_ok=True)
        django.setup()
        from chairlift.server import migrations

        known = {file.stem for file in Path(migrations.__path__[0]).glob("0*.py")}
        newest = max(known)
        mark = database.mark(home)
        with open(home / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not mark.exists() or mark.read_text().strip() != newest:
                with database.alone():
                    _refuse_newer(home, known)
                    call_command("migrate", verbosity=0)
                mark.write_text(newest)
    except OSError as error:
        raise Trouble(f"cannot use {home} as home: {error}; choose another with --home") from error
    except database.BadAddress as error:
        raise Trouble(str(error)) from error
    except ImproperlyConfigured as error:
        if "psycopg" not in str(error):
            raise
        raise Trouble(
            f"{database.VARIABLE} names a PostgreSQL: install chairlift[postgresql] to speak to it"
        ) from error
    except DatabaseError as error:
        raise Trouble(_does_not_open(home, error)) from error


def _does_not_open(home: Path, error: Exception) -> str:
    from chairlift.server.database import VARIABLE

    if os.environ.get(VARIABLE):
        return f"the database that {VARIABLE} names does not open: {error}; does it run, and is the address right?"
    remedy = "is the disk full, or is it another program's file? Put a copy of it back, or choose another --home"
    return f"the database in {home} does not open: {error}; {remedy}"


def _refuse_newer(home: Path, known: set[str]) -> None:
    """An older program would write into a newer database what the newer one does not expect."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    there = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "server"}
    if newer := sorted(there - known):
        remedy = "install that version, or choose another home with --home"
        raise Trouble(f"the database in {home} was made by a newer Chairlift (it has {newer[-1]}): {remedy}")


def command(name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A command on an opened home, whose known errors become one line and an exit code. It works only here."""

    def wrap(function: Callable[..., Any]) -> Any:
        @click.command(name, **options)
        @click.pass_context
        @functools.wraps(function)
        def inner(context: click.Context, /, **given: Any) -> Any:
            must_be_text(given)
            if server_of(context):
                remedy = f"leave --server out, and unset {SERVER_VARIABLE}"
                raise click.UsageError(f"{name!r} works on the server's own machine only: {remedy}")
            open_home(context.obj)
            return explained(functools.partial(function, context.obj, **given))

        return inner

    return wrap


def ask_server(context: click.Context, url: str) -> None:
    """From now on, commands that can ask this server; empty for none."""
    context.meta[_SERVER] = url


def server_of(context: click.Context) -> str:
    """The server that is asked; empty where it is the database here."""
    return str(context.meta.get(_SERVER, ""))


def must_be_text(given: Mapping[str, object]) -> None:
    """A shell passes on any bytes; what is no text can neither be found nor kept."""
    for name, value in given.items():
        for word in value if isinstance(value, tuple) else (value,):
            if isinstance(word, str) and not word.isascii() and word.encode("utf-8", "replace").decode() != word:
                raise click.UsageError(f"{name.upper()} is {word!a}, which is no UTF-8: type it in a UTF-8 terminal")


def explained(call: Callable[[], Any]) -> Any:
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
    """Whoever asks a server is the person of the token, and may leave it out."""

    def given(context: click.Context, option: click.Parameter, value: str | None) -> str:
        if value is None and not server_of(context):
            raise click.MissingParameter(ctx=context, param=option)
        return value or ""

    words = "Who says so; with --server, it is the person of the token."
    return click.option("--as", "by", envvar="CHAIRLIFT_AS", callback=given, metavar="PERSON", help=words)(function)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="For programs.")(function)


def answer_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """--json for commands that do something and say so with `answer`."""

    def keep(context: click.Context, option: click.Parameter, value: bool) -> None:
        context.meta[_AS_JSON] = value

    option = click.option("--json", is_flag=True, expose_value=False, callback=keep, help="For programs.")
    return option(function)


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
    """What does not print is escaped: it means the same to a program, and nothing to a terminal."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
    click.echo("".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def answer(text: str, **fields: object) -> None:
    """What a command has done: a sentence for people; with --json its fields, and the sentence as `text`."""
    if click.get_current_context().meta.get(_AS_JSON):
        print_json({**fields, "text": text})
    else:
        click.echo(printable(text, keep_lines=True))


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
    return f"{span(gap)} ({at.astimezone():%a %d %b %H:%M})"
