"""What squads and the project team say: choosing a level, objecting, signing off, blocking, pausing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from chairlift.cli.frame import all_of, as_option, campaign_option, command, now, one


def _day(context: click.Context, option: click.Parameter, value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date: write it as 2021-10-15") from None


@command("choose")
@click.argument("service")
@click.argument("level")
@as_option
@click.option("--why", default="", help="For the record.")
@click.option("--docs-by", callback=_day, metavar="DATE", help="Promise deploy documentation by this day.")
@campaign_option
def choose(home: Path, service: str, level: str, by: str, why: str, docs_by: date | None, slug: str) -> None:
    """Choose the service level of SERVICE; it is recorded for ever."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    before = row.level
    chosen = actions.choose(row, level, by, why, roster, now(), docs_by)
    was = f" (before: {before})" if before else ""
    click.echo(f"{row.service.name}: {chosen.name}{was}")
    if chosen.asks:
        click.echo(f"  What it asks of you: {chosen.asks}")
    if chosen.promises:
        click.echo(f"  What it promises you: {chosen.promises}")


@command("documented")
@click.argument("service")
@click.argument("where")
@as_option
@campaign_option
def documented(home: Path, service: str, where: str, by: str, slug: str) -> None:
    """Say WHERE the deploy documentation of SERVICE is."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.document(row, where, by, roster, now())
    click.echo(f"{row.service.name}: deploy documentation at {where}")


@command("promise")
@click.argument("service")
@click.argument("day", callback=_day)
@as_option
@campaign_option
def promise(home: Path, service: str, day: date, by: str, slug: str) -> None:
    """Promise the deploy documentation of SERVICE by DAY."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.promise_docs(row, day, by, roster, now())
    click.echo(f"{row.service.name}: deploy documentation promised for {day}")


@command("hold")
@click.argument("service")
@as_option
@click.option("--why", required=True)
@campaign_option
def hold(home: Path, service: str, by: str, why: str, slug: str) -> None:
    """Object: nothing is merged or deployed in SERVICE until somebody resumes."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.hold(row, why, by, roster, now())
    click.echo(f"{row.service.name}: held")


@command("resume")
@click.argument("service")
@as_option
@click.option("--why", default="")
@campaign_option
def resume(home: Path, service: str, by: str, why: str, slug: str) -> None:
    """Go on with SERVICE after a hold."""
    from chairlift.core.log import Kind
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.say(row, Kind.RESUMED, by, roster, now(), text=why)
    click.echo(f"{row.service.name}: goes on")


@command("deployed")
@click.argument("service")
@click.argument("environment")
@as_option
@campaign_option
def deployed(home: Path, service: str, environment: str, by: str, slug: str) -> None:
    """Say that the merged change of SERVICE runs in ENVIRONMENT; a deployer that sees otherwise is believed instead."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.deployed(row, environment, by, roster, now())
    click.echo(f"{row.service.name}: noted for {environment}")


@command("tested")
@click.argument("service")
@as_option
@click.option("--environment", default="", help="Only what runs there; all environments without it.")
@click.option("--note", default="", help="What was tested.")
@campaign_option
def tested(home: Path, service: str, by: str, environment: str, note: str, slug: str) -> None:
    """Sign off, by name, what runs of SERVICE now."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.sign_off(row, note, by, roster, now(), environment)
    click.echo(f"{row.service.name}: signed off by {by}")


@command("blocker")
@click.argument("service")
@click.argument("text")
@as_option
@click.option("--due", callback=_day, metavar="DATE", help="When its owner promises an answer.")
@click.option("--team", is_flag=True, help="The project team owns it, not the squad.")
@campaign_option
def blocker(home: Path, service: str, text: str, by: str, due: date | None, team: bool, slug: str) -> None:
    """Record what is in the way of SERVICE; merging waits."""
    from chairlift.core.decision import Party
    from chairlift.server import actions

    row, roster = one(service, slug)
    end = datetime(due.year, due.month, due.day, 23, 59, tzinfo=UTC) if due else None
    owner = Party.PROJECT_TEAM if team else Party.SQUAD
    name = actions.block(row, text, by, roster, now(), due=end, owner=owner)
    click.echo(f"{row.service.name}: blocker {name}; take it away with 'chairlift unblock {row.service.name} {name}'")


@command("unblock")
@click.argument("service")
@click.argument("name")
@as_option
@click.option("--why", default="")
@campaign_option
def unblock(home: Path, service: str, name: str, by: str, why: str, slug: str) -> None:
    """Take blocker NAME of SERVICE away."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.unblock(row, name, by, why, roster, now())
    click.echo(f"{row.service.name}: blocker {name} is gone")


@command("update")
@click.argument("service")
@click.argument("text")
@as_option
@campaign_option
def update(home: Path, service: str, text: str, by: str, slug: str) -> None:
    """Say how things are with SERVICE."""
    from chairlift.core.log import Kind
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.say(row, Kind.SAID, by, roster, now(), text=text)
    click.echo(f"{row.service.name}: noted")


@command("retry")
@click.argument("service")
@as_option
@click.option("--why", default="")
@campaign_option
def retry(home: Path, service: str, by: str, why: str, slug: str) -> None:
    """Once more with SERVICE: failed work again, and a new pull request after a closed or reverted one."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.retry(row, by, why, roster, now())
    click.echo(f"{row.service.name}: tried again")


@command("exempt")
@click.argument("service")
@click.argument("until", callback=_day)
@as_option
@click.option("--why", required=True)
@campaign_option
def exempt(home: Path, service: str, until: date, by: str, why: str, slug: str) -> None:
    """Permit SERVICE not to take part before UNTIL; the project team's to give."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    end = datetime(until.year, until.month, until.day, 23, 59, tzinfo=UTC)
    actions.exempt(row, end, why, by, roster, now())
    click.echo(f"{row.service.name}: exempted until {until}")


@command("problem")
@click.argument("name")
@click.argument("text")
@as_option
@click.option("--service", "services", multiple=True, help="Where it is open; every service without it.")
@campaign_option
def problem(home: Path, name: str, text: str, by: str, services: tuple[str, ...], slug: str) -> None:
    """Record a known problem; merges wait wherever it is open, until 'chairlift unblock SERVICE NAME'."""
    from chairlift.server import actions

    campaign, roster = all_of(slug)
    count = actions.known_problem(campaign, name, text, services, by, roster, now())
    click.echo(f"{name}: open in {count} services; 'chairlift unblock SERVICE problem:{name}' closes it in one")


@command("pause")
@as_option
@click.option("--why", required=True)
@campaign_option
def pause(home: Path, by: str, why: str, slug: str) -> None:
    """Pause the campaign: nothing is changed any more, except undoing."""
    from chairlift.server import actions

    campaign, roster = all_of(slug)
    actions.pause(campaign, why, by, roster, now())
    click.echo(f"{campaign.slug}: paused")


@command("restart")
@as_option
@click.option("--why", default="")
@campaign_option
def restart(home: Path, by: str, why: str, slug: str) -> None:
    """Go on with the campaign after a pause, or after it braked."""
    from chairlift.server import actions

    campaign, roster = all_of(slug)
    actions.restart(campaign, why, by, roster, now())
    click.echo(f"{campaign.slug}: goes on")


COMMANDS = (
    choose, documented, promise, hold, resume, deployed, tested, blocker, unblock, update, retry, exempt, problem,
    pause, restart,
)  # fmt: skip
