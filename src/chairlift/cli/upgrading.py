"""What needs no server and no database: previewing and making an upgrade in a checkout."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chairlift.cli.frame import Trouble, print_json, printable, table

if TYPE_CHECKING:
    from chairlift.recipes.django.report.model import Part, Report
    from chairlift.recipes.django.upgrading import Wanted

#: The changes that are made unless said otherwise: the third waits until every environment runs the target.
_STAGES = ("prepare", "upgrade")
_ALL = ("prepare", "upgrade", "clean-up")


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What both commands take."""
    for option in (
        click.option("--minutes", default=60, show_default=True, help="For everything.", type=click.IntRange(1)),
        click.option("--offline", is_flag=True, help="Ask no index; use what uv's cache has."),
        click.option("--as-of", "newest", default="", metavar="DATE", help="Leave out releases after this date."),
        click.option("--demand-sandbox", is_flag=True, help="Do not run tests where there is no bubblewrap."),
        click.option("--no-tests", is_flag=True, help="Run nothing of the checkout; the report says: not proven."),
        click.option("--tests", default="", metavar="COMMAND", help="The test command, if it is not to be found."),
        click.option("--hook", default="", metavar="COMMAND", help="A program that may mend what still fails."),
        click.option("--skip", multiple=True, metavar="FIXER", help="Not these; may be repeated."),
        click.option("--only", multiple=True, metavar="FIXER", help="Only these; may be repeated."),
        click.option("--stage", "stages", multiple=True, type=click.Choice(_ALL), help="Only this change; repeatable."),
        click.option("--explain", is_flag=True, help="Each fixer with its reason, and every place."),
        click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the report there, too."),
        click.option("--markdown", is_flag=True, help="The report as Markdown."),
        click.option("--json", "as_json", is_flag=True, help="For programs."),
        click.option("--from", "current", default="", metavar="VERSION", help="Where nothing says which it is on."),
        click.option("--to", "target", required=True, metavar="VERSION", help="Such as 3.2."),
        click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path)),
    ):
        function = option(function)
    return function


@click.command("preview")
@_options
def preview(path: Path, **given: Any) -> int:
    """What an upgrade of this checkout would change, with the proof. Changes nothing."""
    from chairlift.recipes.django import upgrading

    wanted = _wanted(given, given["stages"] or _ALL)
    return _show(_run(lambda tell: upgrading.preview(path, wanted, tell)), given)


@click.command("upgrade")
@_options
@click.option("--commit", is_flag=True, help="One commit for each change.")
def upgrade(path: Path, commit: bool, **given: Any) -> int:
    """Make the upgrade in this checkout: prepare and upgrade, unless --stage says otherwise.

    The clean-up waits until every environment runs the target: `--stage clean-up`.
    """
    from chairlift.recipes.django import upgrading

    _clean(path)
    wanted = _wanted(given, given["stages"] or _STAGES)

    def made(part: Part) -> None:
        if commit and part.files:
            _commit(path, part)

    return _show(_run(lambda tell: upgrading.upgrade(path, wanted, tell, made)), given)


COMMANDS = (preview, upgrade)


def _wanted(given: dict[str, Any], stages: tuple[str, ...]) -> Wanted:
    from chairlift.recipes.django.changing import Choice, NoSuchFixer
    from chairlift.recipes.django.releases import Stage, parse
    from chairlift.recipes.django.upgrading import Wanted

    try:
        choice = Choice(frozenset(given["only"]), frozenset(given["skip"]), given["newest"], given["offline"])
        return Wanted(
            parse(given["target"]),
            parse(given["current"]) if given["current"] else None,
            tuple(Stage(each) for each in _ALL if each in stages),
            choice,
            given["tests"],
            not given["no_tests"],
            given["hook"],
            given["demand_sandbox"],
            given["minutes"] * 60,
        )
    except (ValueError, NoSuchFixer) as error:
        raise click.UsageError(printable(str(error))) from error


def _run(call: Callable[[Callable[[str], None]], Report]) -> Report:
    from chairlift.recipes.django.upgrading import CannotUpgrade

    def tell(text: str) -> None:
        click.echo(f"… {printable(text)}", err=True)

    try:
        return call(tell)
    except CannotUpgrade as error:
        raise click.UsageError(printable(str(error))) from error
    except OSError as error:
        raise Trouble(str(error)) from error


def _clean(path: Path) -> None:
    """What somebody has not committed yet would be mixed with ours, and could not be told from it."""
    asked = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=no", "."], cwd=path, capture_output=True, text=True
    )
    if asked.returncode == 0 and asked.stdout.strip():
        raise click.UsageError(f"{path} has changes that are not committed: commit or stash them first")


def _commit(path: Path, part: Part) -> None:
    files = [each.path for each in part.files]
    # A file may be called ":(top)a.py" or "*.py": no name is a pattern here.
    git = ["git", "--literal-pathspecs"]
    for argv in ([*git, "add", "--", *files], [*git, "commit", "--quiet", "-m", part.title, "--", *files]):
        done = subprocess.run(argv, cwd=path, capture_output=True, text=True)
        if done.returncode:
            raise Trouble(f"git could not commit: {done.stderr.strip()[:500]}")


def _show(report: Report, given: dict[str, Any]) -> int:
    """0 where all is proven or nothing is to be done, 1 where a person has to see to it."""
    from chairlift.recipes.django.report import html, markdown
    from chairlift.recipes.django.report.model import State

    if given["html"]:
        given["html"].write_text(html.page(report), encoding="utf-8")
    if given["as_json"]:
        print_json(report.data())
    elif given["markdown"]:
        click.echo(markdown.page(report))
    else:
        _page(report, given["explain"])
    return 0 if report.state in (State.GREEN, State.NOTHING) else 1


def _page(report: Report, explain: bool) -> None:
    from chairlift.recipes.django.report.model import grouped

    risk = report.risk
    click.echo(f"{printable(report.name)}: Django {report.current} -> {report.target}: {report.state}")
    click.echo(f"risk {risk.word}, about {risk.hours:g} hours of people")
    for reason in risk.reasons:
        click.echo(f"  - {printable(reason)}")
    for part in report.parts:
        click.echo(f"\n{part.title}: {len(part.files)} files, +{part.insertions} -{part.deletions}")
        if part.reasons:
            rows = [
                (each.name, each.places, len(each.files), each.link if explain else each.title) for each in part.reasons
            ]
            table("", ("what", "places", "files", "why"), rows)
        for bump in part.bumps:
            click.echo(
                f"  {bump.name} {bump.before or 'new'} -> {bump.after or 'gone'}  {printable(bump.why)}".rstrip()
            )
        for text in (
            *(f"migration {each}" for each in part.migrations),
            *(f"repaired: {each}" for each in part.repairs),
        ):
            click.echo(f"  {printable(text)}")
    if report.findings:
        click.echo("\nLeft for a person:")
    for group in grouped(report.findings):
        first = group[0]
        click.echo(f"  [{first.weight}] {printable(first.text)}{f' -> {printable(first.how)}' if first.how else ''}")
        places = [*dict.fromkeys(f"{each.path}:{each.line}" if each.line else each.path for each in group if each.path)]
        shown = places if explain else places[:4]
        more = f" and {len(places) - len(shown)} more" if len(places) > len(shown) else ""
        click.echo(f"      {printable(first.code)}{': ' if shown else ''}{printable(', '.join(shown))}{more}")
    _evidence(report)


def _evidence(report: Report) -> None:
    runs = [("default branch", run) for run in report.baseline]
    runs += [(part.stage, run) for part in report.parts for run in part.runs]
    if runs:
        click.echo("\nEvidence:")
        rows = [
            (what, run.what, run.state, run.django or "?", run.python or "?", run.passed, run.failed)
            for what, run in runs
        ]
        table("", ("tests of", "run", "result", "Django that ran", "Python", "passed", "failed"), rows)
        for what, run in runs:
            if run.state != "passed":
                click.echo(f"  {what}, {run.what}: {printable(run.why)[:400]}")
    for text in dict.fromkeys(each for part in report.parts for each in part.unproven):
        click.echo(f"  not verified: {printable(text)[:400]}")
