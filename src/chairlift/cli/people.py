"""What squads and the project team say: choosing a level, objecting, signing off, blocking, pausing."""

from __future__ import annotations

from datetime import date

import click

from chairlift.cli.desks import Desk, desk_command
from chairlift.cli.frame import answer, answer_option, as_option, campaign_option
from chairlift.core.schedule import counted


def _day(context: click.Context, option: click.Parameter, value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date: write it as 2021-10-15") from None


@desk_command("choose")
@click.argument("service")
@click.argument("level")
@as_option
@click.option("--why", default="", help="For the record.")
@click.option("--docs-by", callback=_day, metavar="DATE", help="Promise deploy documentation by this day.")
@answer_option
@campaign_option
def choose(desk: Desk, service: str, level: str, by: str, why: str, docs_by: date | None, slug: str) -> None:
    """Choose the service level of SERVICE; it is recorded for ever."""
    chosen = desk.choose(slug, service, level, by, why, docs_by)
    was = f" (before: {chosen.before})" if chosen.before else ""
    lines = [f"{chosen.service}: {chosen.level}{was}"]
    if chosen.asks:
        lines.append(f"  What it asks of you: {chosen.asks}")
    if chosen.promises:
        lines.append(f"  What it promises you: {chosen.promises}")
    answer("\n".join(lines), service=chosen.service, level=chosen.level, before=chosen.before)


@desk_command("documented")
@click.argument("service")
@click.argument("where")
@as_option
@answer_option
@campaign_option
def documented(desk: Desk, service: str, where: str, by: str, slug: str) -> None:
    """Say WHERE the deploy documentation of SERVICE is."""
    name = desk.document(slug, service, where, by)
    answer(f"{name}: deploy documentation at {where}", service=name, documentation=where)


@desk_command("promise")
@click.argument("service")
@click.argument("day", callback=_day)
@as_option
@answer_option
@campaign_option
def promise(desk: Desk, service: str, day: date, by: str, slug: str) -> None:
    """Promise the deploy documentation of SERVICE by DAY."""
    name = desk.promise(slug, service, day, by)
    answer(f"{name}: deploy documentation promised for {day}", service=name, day=day)


@desk_command("hold")
@click.argument("service")
@as_option
@click.option("--why", required=True)
@answer_option
@campaign_option
def hold(desk: Desk, service: str, by: str, why: str, slug: str) -> None:
    """Object: nothing is merged or deployed in SERVICE until somebody resumes."""
    name = desk.hold(slug, service, why, by)
    answer(f"{name}: held", service=name, why=why)


@desk_command("resume")
@click.argument("service")
@as_option
@click.option("--why", default="")
@answer_option
@campaign_option
def resume(desk: Desk, service: str, by: str, why: str, slug: str) -> None:
    """Go on with SERVICE after a hold."""
    name = desk.resume(slug, service, why, by)
    answer(f"{name}: goes on", service=name)


@desk_command("deployed")
@click.argument("service")
@click.argument("environment")
@as_option
@answer_option
@campaign_option
def deployed(desk: Desk, service: str, environment: str, by: str, slug: str) -> None:
    """Say that the merged change of SERVICE runs in ENVIRONMENT; a deployer that sees otherwise is believed instead."""
    name, environment = desk.deployed(slug, service, environment, by)
    answer(f"{name}: noted for {environment}", service=name, environment=environment)


@desk_command("tested")
@click.argument("service")
@as_option
@click.option("--environment", default="", help="Only what runs there; all environments without it.")
@click.option("--note", default="", help="What was tested.")
@answer_option
@campaign_option
def tested(desk: Desk, service: str, by: str, environment: str, note: str, slug: str) -> None:
    """Sign off, by name, what runs of SERVICE now."""
    name, person = desk.tested(slug, service, environment, note, by)
    answer(f"{name}: signed off by {person}", service=name, by=person, environment=environment)


@desk_command("blocker")
@click.argument("service")
@click.argument("text")
@as_option
@click.option("--due", callback=_day, metavar="DATE", help="When its owner promises an answer.")
@click.option("--team", is_flag=True, help="The project team owns it, not the squad.")
@answer_option
@campaign_option
def blocker(desk: Desk, service: str, text: str, by: str, due: date | None, team: bool, slug: str) -> None:
    """Record what is in the way of SERVICE; merging waits."""
    name, made = desk.block(slug, service, text, due, team, by)
    way_out = f"take it away with 'chairlift unblock {name} {made}'"
    answer(f"{name}: blocker {made}; {way_out}", service=name, blocker=made)


@desk_command("unblock")
@click.argument("service")
@click.argument("name")
@as_option
@click.option("--why", default="")
@answer_option
@campaign_option
def unblock(desk: Desk, service: str, name: str, by: str, why: str, slug: str) -> None:
    """Take blocker NAME of SERVICE away."""
    found = desk.unblock(slug, service, name, why, by)
    answer(f"{found}: blocker {name} is gone", service=found, blocker=name)


@desk_command("update")
@click.argument("service")
@click.argument("text")
@as_option
@answer_option
@campaign_option
def update(desk: Desk, service: str, text: str, by: str, slug: str) -> None:
    """Say how things are with SERVICE."""
    name = desk.update(slug, service, text, by)
    answer(f"{name}: noted", service=name)


@desk_command("retry")
@click.argument("service")
@as_option
@click.option("--why", default="")
@answer_option
@campaign_option
def retry(desk: Desk, service: str, by: str, why: str, slug: str) -> None:
    """Once more with SERVICE: failed work again, and a new pull request after a closed or reverted one."""
    name = desk.retry(slug, service, why, by)
    answer(f"{name}: tried again", service=name)


@desk_command("exempt")
@click.argument("service")
@click.argument("until", callback=_day)
@as_option
@click.option("--why", required=True)
@answer_option
@campaign_option
def exempt(desk: Desk, service: str, until: date, by: str, why: str, slug: str) -> None:
    """Permit SERVICE not to take part before UNTIL; the project team's to give."""
    name = desk.exempt(slug, service, until, why, by)
    answer(f"{name}: exempted until {until}", service=name, until=until)


@desk_command("problem")
@click.argument("name")
@click.argument("text")
@as_option
@click.option("--service", "services", multiple=True, help="Where it is open; every service without it.")
@answer_option
@campaign_option
def problem(desk: Desk, name: str, text: str, by: str, services: tuple[str, ...], slug: str) -> None:
    """Record a known problem; merges wait wherever it is open, until 'chairlift unblock SERVICE NAME'."""
    count = desk.problem(slug, name, text, services, by)
    way_out = f"'chairlift unblock SERVICE {name}' closes it in one"
    answer(f"{name}: open in {counted(count, 'service')}; {way_out}", blocker=f"problem:{name}", services=count)


@desk_command("pause")
@as_option
@click.option("--why", required=True)
@answer_option
@campaign_option
def pause(desk: Desk, by: str, why: str, slug: str) -> None:
    """Pause the campaign: nothing is changed any more, except undoing."""
    name = desk.pause(slug, why, by)
    answer(f"{name}: paused", campaign=name, why=why)


@desk_command("restart")
@as_option
@click.option("--why", default="")
@answer_option
@campaign_option
def restart(desk: Desk, by: str, why: str, slug: str) -> None:
    """Go on with the campaign after a pause, or after it braked."""
    name = desk.restart(slug, why, by)
    answer(f"{name}: goes on", campaign=name)


COMMANDS = (
    choose, documented, promise, hold, resume, deployed, tested, blocker, unblock, update, retry, exempt, problem,
    pause, restart,
)  # fmt: skip
