"""The weekly report at the command line."""

from __future__ import annotations

from pathlib import Path

import click

from chairlift.cli.frame import all_of, campaign_option, command, now, printable


@command("report")
@click.option("--squad", default="", help="Only of this squad's services.")
@click.option("--week", default="", metavar="WEEK", help="Such as 2026-W48; this week so far without it.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html"]), default="text", show_default=True)
@campaign_option
def report(home: Path, squad: str, week: str, form: str, slug: str) -> None:
    """What happened in a week, what waits for whom, and what comes: as the page and the e-mail say it."""
    from chairlift.server import reports
    from chairlift.server.reports import forms

    campaign, roster = all_of(slug)
    base = now()
    made = reports.report(campaign, reports.squad_of(roster, squad), reports.week_of(campaign, week, base), base)
    click.echo(printable(forms.write(made, form), keep_lines=True), nl=False)


COMMANDS = (report,)
