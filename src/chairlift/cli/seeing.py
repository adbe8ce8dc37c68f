"""Seeing it: status, why, log, sheet, menu and patch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chairlift.cli import sharing
from chairlift.cli.desks import Desk, Failure, Head, desk_command
from chairlift.cli.frame import (
    all_of,
    campaign_option,
    command,
    json_option,
    moment,
    now,
    on_terminal,
    one,
    print_json,
    printable,
    table,
)
from chairlift.core.decision import StepName
from chairlift.core.log import Kind
from chairlift.core.schedule import counted
from chairlift.core.standing import OURS, Reasoning, Standing, exit_code


@desk_command("status")
@click.option("--squad", default="", help="Only this squad's services.")
@click.option("--turn", type=click.Choice(["squad", "team", "anybody"]), help="Only where somebody must act.")
@json_option
@campaign_option
def status(desk: Desk, squad: str, turn: str | None, as_json: bool, slug: str) -> int:
    """One row per service: level, change, step, whose turn, since, due and why.

    Exit code 1 when something needs a person, 3 when something is in trouble.
    """
    head, standings = desk.status(slug, squad, turn or "")
    base = now()
    found = [each for each in standings if _wanted(each, squad, turn)]
    if as_json:
        print_json({"campaign": head.slug, "services": [each.plain() for each in found]})
        return exit_code(found)
    rows = [
        (
            each.service,
            each.level or "not chosen",
            each.change,
            each.step,
            each.turn,
            moment(each.since, base).split(" (")[0],
            ("overdue " if each.overdue else "") + moment(each.due, base).split(" (")[0],
            each.why,
        )
        for each in found
    ]
    table(head.title, ("service", "level", "change", "step", "turn", "since", "until", "why"), rows)
    _headline(head, found)
    return exit_code(found)


def _wanted(each: Standing, squad: str, turn: str | None) -> bool:
    if squad and each.squad.casefold() != squad.casefold():
        return False
    if turn == "squad":
        return each.turn == each.squad
    if turn == "team":
        return each.turn == "project team"
    return turn is None or each.turn in (each.squad, "project team")


def _headline(head: Head, found: list[Standing]) -> None:
    """Is it fine? In one line, below the table."""
    done = sum(each.done for each in found)
    people = sum(each.turn not in ("", OURS) for each in found)
    overdue = sum(each.overdue for each in found)
    click.echo(f"\n{done} of {len(found)} done, {people} wait for somebody, {overdue} overdue.")
    for word, why in (("PAUSED", head.paused), ("BRAKED", head.braked)):
        if why:
            click.echo(f"{word}: {printable(why)}. 'chairlift restart' goes on.")
    if head.alarmed:
        click.echo(f"HELD: {printable(head.alarmed)}. Nothing is merged or deployed until that is clear.")


@desk_command("why")
@click.argument("service")
@click.option("--output", is_flag=True, help="Instead, what the last tests that did not pass have said.")
@json_option
@campaign_option
def why(desk: Desk, service: str, output: bool, as_json: bool, slug: str) -> int:
    """The whole reasoning about SERVICE, with the evidence."""
    if output:
        return _failure(desk.failure(slug, service), as_json)
    found = desk.why(slug, service)
    if as_json:
        print_json({**vars(found), "standing": found.standing.plain()})
        return exit_code([found.standing])
    for line in _reasoning(found, now()):
        click.echo(line)
    return exit_code([found.standing])


def _failure(run: Failure, as_json: bool) -> int:
    """The end of what the tests said, as it came."""
    if as_json:
        print_json({"commit": run.commit, "ended_at": run.ended_at.isoformat(), "output": run.output})
    else:
        click.echo(printable(f"{run.tests} on {run.commit[:10]}, ended {moment(run.ended_at, now())}:") + "\n")
        click.echo(printable(run.output.rstrip(), keep_lines=True))
    return 0


def _reasoning(found: Reasoning, base: Any) -> list[str]:
    """As lines; each claim with what it rests on."""
    stands = found.standing
    lines = [
        f"{stands.service} ({stands.squad})",
        f"  stands at   {stands.step}" + (f" of change {stands.change}" if stands.change else ""),
        f"  because     {stands.why}",
        f"  turn        {stands.turn or 'nobody'}"
        + (f", since {moment(stands.since, base)}" if stands.since else "")
        + (f", until {moment(stands.due, base)}" if stands.due else "")
        + (" - OVERDUE" if stands.overdue else ""),
        f"  level       {found.level or 'not chosen'}" + (f", chosen by {found.chosen}" if found.chosen else ""),
    ]
    if found.steps:
        lines.append("  who does    " + ", ".join(f"{step}: {who}" for step, who in found.steps))
    lines += [f"  blocker     {text}" for text in found.blockers]
    lines += [f"  running     {unit['kind']}, asked for {unit['asked_at'][:19]}" for unit in found.units]
    for slug, evidence in found.evidence.get("changes", {}).items():
        lines += ["", f"  change {slug}"]
        lines += [f"    {line}" for line in _evidence(evidence)]
        if any(evidence.get(name, {}).get("state") in ("failed", "unproven") for name in ("before", "after", "head")):
            lines.append(f"    all they said: chairlift why {stands.service} --output")
    lines += ["", "  log (newest last; all of it: chairlift log --service)"]
    lines += [f"    {_log_line(entry)}" for entry in found.log]
    return [printable(line) for line in lines]


def _evidence(evidence: dict[str, Any]) -> list[str]:
    lines = []
    if plan := evidence.get("plan"):
        size = f": {plan['files']} files, +{plan['insertions']} -{plan['deletions']}" if plan["commit"] else ""
        lines.append(f"plan        {plan['state']}{size} {plan['why']}".rstrip())
        lines += [f"finding     {finding}" for finding in plan["findings"]]
    for name, label in (("before", "tests before"), ("after", "tests after"), ("head", "tests on PR")):
        if run := evidence.get(name):
            lines.append(f"{label:<11} {run['state']}" + (f": {run['why']}" if run["why"] else ""))
    for each in evidence.get("ahead", []):
        lines.append(f"then        {each['change']}: {each['plan']}, {each['files']} files, tests {each['tests']}")
    if pull := evidence.get("pull"):
        merged = f", merged as {pull['merged_commit'][:10]}" if pull["merged_commit"] else ""
        undone = ", reverted" if pull["reverted"] else ""
        lines.append(
            f"pull        #{pull['number']} {pull['state']}, head {pull['head'][:10]}{merged}{undone} {pull['url']}"
        )
        if pull.get("moot"):
            lines.append("left over   its change landed without it, and it is not Chairlift's alone: close or merge it")
    lines += [
        f"review      {each['by']}: {each['state']} on {each['head'][:10]}" for each in evidence.get("reviews", [])
    ]
    lines += [f"check       {each['name']}: {each['state']}" for each in evidence.get("checks", [])]
    if issue := evidence.get("issue"):
        lines.append(f"issue       #{issue['number']} {issue['state']} {issue['url']}")
    for each in evidence.get("environments", []):
        since = f" since {each['since'][:19]}" if each["since"] else ""
        lines.append(f"{each['name']:<11} holds the change: {each['holds']}, runs {each['runs'][:10] or '-'}{since}")
    for name, verdict in evidence.get("verdicts", {}).items():
        final = "" if verdict["final"] else " so far"
        lines.append(f"verdict     {name}: {verdict['health']}{final} ({verdict['why']})")
    return lines


@desk_command("log")
@click.option("--service", default="")
@click.option("--by", default="", help="Only what this person said or did.")
@click.option("--kind", default="", help="Only entries of this kind.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1_000_000))
@json_option
@campaign_option
def log(desk: Desk, service: str, by: str, kind: str, limit: int, as_json: bool, slug: str) -> None:
    """Who said or did what, when and why; the newest entries, oldest first."""
    if kind and kind not in list(Kind):
        raise click.BadParameter(f"{kind!r} is no kind; there are: {', '.join(Kind)}")
    found = desk.log(slug, service, by, kind, limit)
    if as_json:
        print_json(found)
        return
    for entry in found:
        who = f"{entry['service']:<16} " if not service else ""
        click.echo(printable(who + _log_line(entry)))


def _log_line(entry: dict[str, Any]) -> str:
    what = " ".join(x for x in (entry["change"], entry["step"]) if x)
    verb = entry["data"].get("verb", "")
    where = entry["data"].get("where", "") or entry["data"].get("environment", "")
    said = " ".join(x for x in (entry["kind"], verb, where, _short(entry["about"])) if x)
    why_text = f": {entry['text']}" if entry["text"] else ""
    return f"{entry['at'][:19].replace('T', ' ')}  {entry['by']:<12}  {said}{f' [{what}]' if what else ''}{why_text}"


def _short(about: str) -> str:
    """Commits by their first ten letters; everything else as it is, bounded."""
    if len(about) == 40 and all(c in "0123456789abcdef" for c in about):
        return about[:10]
    return about[:80]


@command("patch")
@click.argument("service")
@click.option("--change", default="", help="Which change; the one it stands at without it.")
@campaign_option
def patch(home: Path, service: str, change: str, slug: str) -> None:
    """What the recipe would do to SERVICE now, as 'git am' takes it."""
    from chairlift.server import queries
    from chairlift.server.outside import Outside

    row, roster = one(service, slug)
    base, commit = queries.patch_of(row, change)
    click.echo(Outside.of(home, now).patch(roster.service(row.service.name), base, commit), nl=False)


@desk_command("menu")
@json_option
@campaign_option
def menu(desk: Desk, as_json: bool, slug: str) -> None:
    """The menu of the campaign: who does which step at each service level."""
    value = desk.menu(slug)
    if as_json:
        levels = [level.plain() for level in value.levels]
        print_json({"campaign": value.slug, "deadline": value.deadline.isoformat(), "levels": levels})
        return
    rows = []
    for level in value.levels:
        notice = ", with notice" if level.notice else ""
        cells = [level.who(step) + (notice if step is StepName.MERGE else "") for step in StepName]
        rows.append((level.name, *cells))
    table(f"{value.title}, by {value.deadline:%d %B %Y}", ("level", *StepName), rows)
    for level in value.levels:
        words = {"asks of you": level.asks, "promises you": level.promises}
        said = [f"  {what}: {text}" for what, text in words.items() if text]
        if said:
            click.echo(printable("\n".join(["", level.name, *said]), keep_lines=True))


@command("sheet")
@click.option("--format", "kind", type=click.Choice(["table", "csv", "xlsx", "md", "json"]), default="table")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file instead of the screen.")
@click.option("--import", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Read back.")
@click.option("--as", "by", envvar="CHAIRLIFT_AS", default="", help="Who imports, where a row names nobody.")
@click.option("--dry-run", is_flag=True, help="With --import: only say what would change.")
@click.option("--sync", is_flag=True, help="Both ways with the shared spreadsheet, now.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: the sheet, or what was imported.")
@campaign_option
def sheet(
    home: Path, kind: str, output: Path | None, source: Path | None, by: str, dry_run: bool, sync: bool, as_json: bool,
    slug: str,
) -> int:  # fmt: skip
    """The sheet: services and steps, green for the project team and yellow for the squad; written, or read back."""
    from chairlift import sheets
    from chairlift.server import sheet as sheet_of

    campaign, roster = all_of(slug)
    if sync:
        return sharing.sync(home, campaign, as_json)
    if source:
        return _import(campaign, roster, source, by, dry_run, as_json)
    value = sheet_of.sheet(campaign, now())
    kind = "json" if as_json else kind
    if kind == "table":
        heads, rows = sheets.as_table(value)
        # The record of who chose, when and why is in the files; a screen is not wide enough for it.
        shown = [heads.index(head) for head in heads if head not in ("Chosen by", "Chosen at", "Why", "Docs promised")]
        table(value.title, [heads[i] for i in shown], [[row[i] for i in shown] for row in rows])
        return 0
    data = sheets.write(value, kind)
    if output:
        output.write_bytes(data)
        click.echo(f"{output}: {counted(len(value.rows), 'service')}")
    elif kind == "xlsx" and on_terminal():
        raise click.UsageError("a spreadsheet is no text: say --output FILE.xlsx")
    else:
        click.echo(data, nl=False)
    return 0


def _import(campaign: Any, roster: Any, source: Path, by: str, dry_run: bool, as_json: bool) -> int:
    """All rows or none; every bad one is named by its number."""
    from chairlift.server import sheet as sheet_of

    speaker = sheet_of.Speaker(by)
    outcome = sheet_of.take_in(campaign, roster, source.read_bytes(), source.name, speaker, now(), dry_run)
    if as_json:
        print_json({"changed": outcome.changes, "same": outcome.same, "problems": outcome.problems, "dry_run": dry_run})
        return 2 if outcome.problems else 0
    for problem in outcome.problems:
        click.echo(printable(problem), err=True)
    if outcome.problems:
        click.echo(f"{source}: nothing was imported; {len(outcome.problems)} things need mending", err=True)
        return 2
    for line in outcome.changes:
        click.echo(printable(line))
    word = "would change" if dry_run else "changed"
    click.echo(f"{source}: {len(outcome.changes)} choices {word}, {outcome.same} were so already")
    return 0


COMMANDS = (status, why, log, patch, menu, sheet)
