"""The services file at the command line: shown, and proposed from what a company knows already."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


class Then:
    """What is done with a proposed file: shown, written to a file, or loaded."""

    def __init__(self, dry_run: bool, output: Path | None, without_problems: bool, by: str) -> None:
        self._dry_run, self._output, self._without_problems, self._by = dry_run, output, without_problems, by

    def settle(self, found: Proposal, held: str, name: str) -> int:
        """Does it, tells it, and gives the exit code; `held` is the text that holds, of the file of this name."""
        from chairlift.server import actions

        bad = found.count("problem")
        if self._dry_run:
            done = "nothing was written: it was a dry run"
        elif bad and not self._without_problems:
            done = f"nothing was written: mend {counted(bad, 'row')}, or leave them out with --without-problems"
        elif self._output is not None:
            _write(self._output, found.text, held)
            done = f"written to {self._output}; 'chairlift load {self._output}' takes it in"
        elif found.text == held:
            done = "nothing was written: nothing changes"
        else:
            actions.load_roster(found.text, name, self._by, now())
            done = "loaded: it holds from now on; 'chairlift services show' prints it"
        _tell(found, done)
        return 1 if bad and not self._without_problems else 0


_OPTIONS = (
    click.option("--dry-run", is_flag=True, help="Only show what it would do."),
    click.option(
        "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the file there; load nothing."
    ),
    click.option("--without-problems", is_flag=True, help="Leave out what has a problem, and take in the rest."),
    click.option("--by", default="operator", show_default=True, help="Who loads it, for the log."),
)


def then_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command a `then` by the options that say what becomes of a proposed file."""

    @functools.wraps(function)
    def inner(*args: Any, dry_run: bool, output: Path | None, without_problems: bool, by: str, **given: Any) -> Any:
        return function(*args, then=Then(dry_run, output, without_problems, by), **given)

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(_OPTIONS), inner)


@command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--forge", default="", help="Where new services are; else as a catalogue says.")
@click.option("--service", default="", help="Which service a CODEOWNERS file is of; else as its folder is called.")
@then_options
@answer_option
def take_in(home: Path, files: tuple[Path, ...], forge: str, service: str, then: Then) -> int:
    """Lay CSV, XLSX, Backstage's catalog-info.yaml and CODEOWNERS files over the services file that holds.

    The effect of every row is shown. Owners are asked, and get no voice before you put them in a squad. Nothing is
    taken in where a row has a problem, unless --without-problems.
    """
    from chairlift import catalogues
    from chairlift.server import drafts

    given = [catalogues.File(_name(file), file.read_bytes(), service) for file in files]
    held, name, _ = drafts.holds(None)
    return then.settle(catalogues.propose(held, catalogues.read(given), forge), held, name)


@command("discover")
@click.argument("forge")
@click.argument("owner", default="")
@click.option("--topic", default="", help="Only repositories with this topic.")
@click.option("--search", "words", default="", help="Only what a search of the forge for these words finds.")
@click.option(
    "--language", "languages", multiple=True, help="Only of this language, as the forge names it; repeatable."
)
@click.option("--forks", is_flag=True, help="Forks, too.")
@click.option("--renamed", is_flag=True, help="Take over new names of repositories that were renamed or moved.")
@click.option("--squad", default="", help="Whose they are where no catalog-info.yaml and no CODEOWNERS says it.")
@then_options
@answer_option
def discover(
    home: Path, forge: str, owner: str, topic: str, words: str, languages: tuple[str, ...], forks: bool, renamed: bool,
    squad: str, then: Then,
) -> int:  # fmt: skip
    """Look for services on FORGE, a name of chairlift.toml: in the organisation, group or user OWNER.

    Each repository is shown with what it becomes, or why it is left out. Whose it is says its catalog-info.yaml, else
    its CODEOWNERS; owners are asked, and get no voice before you put them in a squad. Services that are known stay as
    they are; where a repository was renamed or moved, that is shown, and --renamed takes it over. Running it again
    finds what is new.
    """
    from chairlift import catalogues
    from chairlift.core.files import Roster, parse_services
    from chairlift.core.listing import Directory
    from chairlift.ports import Refused
    from chairlift.server import drafts
    from chairlift.server.outside import Outside

    there = Outside.of(home, now).forge(forge)
    if not isinstance(there, Directory):
        raise Refused(f"{forge} does not list its repositories: write a CSV, and use 'chairlift services import'")
    held, name, _ = drafts.holds(None)
    roster = parse_services(held, name) if held.strip() else Roster()
    listed = there.repositories(owner, topic, words)
    renamings = catalogues.renamings(there, listed, forge, roster)
    found = catalogues.listing(listed, forge, roster, catalogues.Wanted(languages, forks, squad, renamed), renamings)
    return then.settle(catalogues.propose(held, found, forge), held, name)


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
services.add_command(discover)
COMMANDS = (services,)
