"""The services file at the command line: shown, and proposed from what a company knows already."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chairlift.cli.frame import answer, answer_option, command, now, on_terminal, printable
from chairlift.core.schedule import counted

if TYPE_CHECKING:
    from chairlift.catalogues import Proposal


@click.group("services")
def services() -> None:
    """The services file: who owns what."""


@command("show")
def show(home: Path) -> None:
    """The services file that holds, as it was loaded."""
    from chairlift.server import drafts
    from chairlift.server.actions import NotPossible

    text = drafts.holds(None)[0]
    if not text:
        raise NotPossible("no services file yet: load one with 'chairlift load SERVICES.toml'")
    click.echo(printable(text, keep_lines=True) if on_terminal() else text, nl=False)


@command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only show what it would do.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the file there; load nothing.")
@click.option("--forge", default="", help="Where new services are; else as a catalogue says.")
@click.option("--service", default="", help="Which service a CODEOWNERS file is of; else as its folder is called.")
@click.option("--without-problems", is_flag=True, help="Leave out what has a problem, and take in the rest.")
@click.option("--by", default="operator", show_default=True, help="Who loads it, for the log.")
@answer_option
def take_in(
    home: Path, files: tuple[Path, ...], dry_run: bool, output: Path | None, forge: str, service: str,
    without_problems: bool, by: str,
) -> int:  # fmt: skip
    """Lay CSV, XLSX, Backstage's catalog-info.yaml and CODEOWNERS files over the services file that holds.

    The effect of every row is shown. Owners are asked, and get no voice before you put them in a squad. Nothing is
    taken in where a row has a problem, unless --without-problems.
    """
    from chairlift import catalogues
    from chairlift.server import actions, drafts

    given = [catalogues.File(_name(file), file.read_bytes(), service) for file in files]
    held, name, _ = drafts.holds(None)
    found = catalogues.propose(held, catalogues.read(given), forge)
    bad = found.count("problem")
    if dry_run:
        done = "nothing was written: it was a dry run"
    elif bad and not without_problems:
        done = f"nothing was written: mend {counted(bad, 'row')}, or leave them out with --without-problems"
    elif output is not None:
        _write(output, found.text, held)
        done = f"written to {output}; 'chairlift load {output}' takes it in"
    elif found.text == held:
        done = "nothing was written: nothing changes"
    else:
        actions.load_roster(found.text, name, by, now())
        done = "loaded: it holds from now on; 'chairlift services show' prints it"
    _tell(found, done)
    return 1 if bad and not without_problems else 0


def _name(file: Path) -> str:
    """With its folders: a CODEOWNERS file is of the service that they are called after."""
    return str(file.absolute() if file.name.upper() == "CODEOWNERS" and len(file.parts) < 3 else file)


def _write(output: Path, text: str, held: str) -> None:
    """Never over what somebody wrote there and has not loaded."""
    if output.exists() and output.read_text(encoding="utf-8") not in (held, text):
        raise click.UsageError(f"{output} is not what is loaded: load it first, or write to another file")
    output.write_text(text, encoding="utf-8")


def _tell(found: Proposal, done: str) -> None:
    lines = []
    for each in found.effects:
        words = [each.what, each.name, f"({each.text})" if each.text else ""]
        lines.append(f"{each.file}:{each.line}: {' '.join(filter(None, words))}")
    for asked in found.suggestions:
        then = "is asked until somebody is confirmed" if asked.new else f"is named; the contact stays {asked.kept}"
        lines.append(f"{asked.file}:{asked.line}: not confirmed: {asked.contact} {then}, for {asked.squad}")
    counts = Counter(each.what for each in found.effects)
    total = ", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing in it"
    rows = [vars(each) for each in found.effects]
    asked_of = [vars(each) for each in found.suggestions]
    answer("\n".join([*lines, f"{total}; {done}"]), rows=rows, unconfirmed=asked_of, counts=dict(counts), done=done)


services.add_command(show)
services.add_command(take_in)
COMMANDS = (services,)
