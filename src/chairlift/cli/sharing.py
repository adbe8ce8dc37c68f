"""The shared spreadsheet: sync it now, see what is in the way, and settle what differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chairlift.cli.frame import (
    all_of,
    answer,
    answer_option,
    campaign_option,
    command,
    now,
    print_json,
    printable,
)  # fmt: skip
from chairlift.core.schedule import counted


def sync(home: Path, campaign: Any, as_json: bool) -> int:
    """One sync, and all that a person must see; exit code 1 where there is something."""
    from chairlift.server import syncing
    from chairlift.server.models import SheetConflict
    from chairlift.server.outside import Outside

    done = syncing.sync_now(Outside.of(home, now), campaign, now())
    rows = list(SheetConflict.objects.filter(campaign=campaign).order_by("service", "heading"))
    if as_json:
        keys = ("service", "heading", "ours", "theirs", "why")
        conflicts = [{key: getattr(row, key) for key in keys} for row in rows]
        print_json({"taken": done.taken, "written": done.written, "problems": done.problems, "conflicts": conflicts})
        return 1 if rows or done.problems else 0
    for line in done.taken:
        click.echo(printable(line))
    for problem in done.problems:
        click.echo(printable(problem), err=True)
    for row in rows:
        click.echo(printable(f"{row}: {row.why}"), err=True)
    if rows:
        way_out = "chairlift settle SERVICE --take sheet, or --take chairlift"
        click.echo(f"{counted(len(rows), 'cell')} to settle: {way_out}", err=True)
    click.echo(f"{counted(len(done.taken), 'choice')} taken from the sheet, {counted(done.written, 'cell')} written")
    return 1 if rows or done.problems else 0


@command("settle")
@click.argument("service", default="")
@click.option("--take", type=click.Choice(["sheet", "chairlift"]), help="Whose text is right.")
@click.option("--heading", default="Level", show_default=True, help="Which column.")
@click.option("--as", "by", envvar="CHAIRLIFT_AS", default="", metavar="PERSON", help="Who says so.")
@answer_option
@campaign_option
def settle(home: Path, service: str, take: str | None, heading: str, by: str, slug: str) -> int:
    """Settle a cell of SERVICE that differs in the shared spreadsheet; without SERVICE, all that is in the way."""
    from chairlift.server import actions, syncing
    from chairlift.server.models import SheetConflict

    campaign, roster = all_of(slug)
    rows = SheetConflict.objects.filter(campaign=campaign).order_by("service", "heading")
    if not service:
        return _in_the_way(campaign, list(rows))
    if not take or not by:
        raise click.UsageError("say --take sheet or --take chairlift, and --as PERSON")
    row = rows.filter(service__iexact=service, heading__iexact=heading).first()
    if row is None:
        known = ", ".join(f"{each.service} {each.heading}" for each in rows[:5]) or "none"
        raise actions.NotPossible(f"nothing to settle at {service}, {heading}; there is: {known}")
    text = syncing.settle(row, take, by, roster, now())
    answer(text, service=row.service, heading=row.heading, take=take)
    return 0


def _in_the_way(campaign: Any, rows: list[Any]) -> int:
    """What the last sync left to people."""
    from chairlift.server.models import SheetState

    state = SheetState.objects.filter(campaign=campaign).first()
    lines = [f"{row}: {row.why}" for row in rows]
    if state:
        lines += [*state.problems, *([state.trouble] if state.trouble else [])]
    synced = f"last synced {state.synced_at:%F %H:%M} UTC" if state and state.synced_at else "never synced"
    answer("\n".join([*lines, f"{counted(len(lines), 'thing')} in the way; {synced}"]), problems=lines)
    return 1 if lines else 0


COMMANDS = (settle,)
