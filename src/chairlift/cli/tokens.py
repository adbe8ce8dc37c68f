"""What lets somebody in: tokens made, listed and taken back, and all other ways listed and ended, by the operator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chairlift.cli.frame import answer, answer_option, command, json_option, moment, now, print_json, table
from chairlift.server.web.scopes import MEANS, Scope

if TYPE_CHECKING:
    from chairlift.server.models import ApiToken

_FOR = "What it is for; may be repeated. " + "; ".join(f"{scope}: {MEANS[scope]}" for scope in Scope) + "."


@command("token")
@click.argument("person", default="")
@click.option("--scope", "scopes", multiple=True, type=click.Choice([each.value for each in Scope]), help=_FOR)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How long it lasts.")
@click.option("--name", default="", help="What it is used for, to know it again in the list.")
@click.option("--revoke", type=click.IntRange(1, 2**63 - 1), metavar="ID", help="Instead, take this token back.")
@answer_option
def token(home: Path, person: str, scopes: tuple[str, ...], days: int, name: str, revoke: int | None) -> None:
    """A token that lets a program speak for PERSON: shown once, and no more than PERSON may do."""
    from chairlift.server.models import RosterFile
    from chairlift.server.web import admitted, tokens
    from chairlift.server.web.tokens import OPERATOR

    if revoke is not None:
        if person or scopes:
            raise click.UsageError("say either PERSON with --scope, or --revoke ID")
        row = admitted.revoke(revoke, OPERATOR, now())
        answer(f"token {row.pk} of {row.person} is taken back", token=row.pk, person=row.person)
        return
    if not person:
        raise click.UsageError("say whose token: chairlift token PERSON --scope read")
    row, secret = tokens.make(person, [Scope(each) for each in scopes], RosterFile.now(), now(), days, name)
    # Alone on its line, so that it can go straight into a file.
    answer(secret, id=row.pk, person=row.person, scopes=row.scopes.split(), until=row.until, token=secret)
    click.echo(f"token {row.pk} of {row.person}, until {row.until:%F}; it is not shown again", err=True)


@command("tokens")
@json_option
def tokens(home: Path, as_json: bool) -> None:
    """Every token: whose it is, what it is for, until when, and when it was last used; never the token itself."""
    from chairlift.server.web import tokens as kept

    base = now()
    rows = kept.all_tokens()
    if as_json:
        print_json([_plain(row) | {"state": kept.state(row, base)} for row in rows])
        return
    if not rows:
        click.echo("no token yet: 'chairlift token PERSON --scope read' makes one")
        return
    cells = [
        (row.pk, row.person, row.name, row.scopes, kept.state(row, base), moment(row.until, base),
         moment(row.last_used_at, base) or "never")
        for row in rows
    ]  # fmt: skip
    table("tokens", ("id", "person", "name", "scopes", "state", "until", "last used"), cells)


@command("access")
@click.argument("words", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Also what is over.")
@click.option("--end", "what", metavar="WORD", help="End what this word of the list names, at once.")
@json_option
def access(home: Path, words: tuple[str, ...], everything: bool, what: str | None, as_json: bool) -> None:
    """Who can come in now: sessions, tokens, sign-in links and calendar addresses, of whom all WORDS tell."""
    from chairlift.server.web import admitted
    from chairlift.server.web.tokens import OPERATOR

    if what is not None:
        if words or everything:
            raise click.UsageError("say either WORDS to look for, or --end WORD")
        ended = admitted.end(what, OPERATOR, now())
        print_json({"ended": ended}) if as_json else click.echo(f"ended {ended}")
        return
    base = now()
    ways = ((way, way.listed(" ".join(words), everything, base)) for way in admitted.WAYS.values())
    found = [way.shown(row, base) for way, rows in ways for row in rows]
    if as_json:
        print_json([vars(row) for row in found])
    elif not found:
        click.echo("nobody can come in; 'chairlift sign-in PERSON' makes a link, 'chairlift token PERSON' a token")
    else:
        heads = ("what", "person", "called", "more", "made", "last used", "until", "state")
        cells = [
            (row.word, row.person, row.name, row.more, moment(row.made_at, base), moment(row.used_at, base),
             moment(row.until, base), row.over or "open")
            for row in found
        ]  # fmt: skip
        table("access", heads, cells)


def _plain(row: ApiToken) -> dict[str, Any]:
    shown = ("person", "name", "made_at", "until", "revoked_at", "last_used_at")
    return {"id": row.pk, "scopes": row.scopes.split(), **{name: getattr(row, name) for name in shown}}


COMMANDS = (token, tokens, access)
