"""What squads and the project team say: choosing a level, objecting, signing off, blocking, pausing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from chairlift.cli.frame import all_of, answer, answer_option, as_option, campaign_option, command, now, one
from chairlift.core.schedule import counted


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
@answer_option
@campaign_option
def choose(home: Path, service: str, level: str, by: str, why: str, docs_by: date | None, slug: str) -> None:
    """Choose the service level of SERVICE; it is recorded for ever."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    before = row.level
    chosen = actions.choose(row, level, by, why, roster, now(), docs_by)
    was = f" (before: {before})" if before else ""
    lines = [f"{row.service.name}: {chosen.name}{was}"]
    if chosen.asks:
        lines.append(f"  What it asks of you: {chosen.asks}")
    if chosen.promises:
        lines.append(f"  What it promises you: {chosen.promises}")
    answer("\n".join(lines), service=row.service.name, level=chosen.name, before=before)


@command("documented")
@click.argument("service")
@click.argument("where")
@as_option
@answer_option
@campaign_option
def documented(home: Path, service: str, where: str, by: str, slug: str) -> None:
    """Say WHERE the deploy documentation of SERVICE is."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.document(row, where, by, roster, now())
    answer(f"{row.service.name}: deploy documentation at {where}", service=row.service.name, documentation=where)


@command("promise")
@click.argument("service")
@click.argument("day", callback=_day)
@as_option
@answer_option
@campaign_option
def promise(home: Path, service: str, day: date, by: str, slug: str) -> None:
    """Promise the deploy documentation of SERVICE by DAY."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.promise_docs(row, day, by, roster, now())
    answer(f"{row.service.name}: deploy documentation promised for {day}", service=row.service.name, day=day)


@command("hold")
@click.argument("service")
@as_option
@click.option("--why", required=True)
@answer_option
@campaign_option
def hold(home: Path, service: str, by: str, why: str, slug: str) -> None:
    """Object: nothing is merged or deployed in SERVICE until somebody resumes."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.hold(row, why, by, roster, now())
    answer(f"{row.service.name}: held", service=row.service.name, why=why)


@command("resume")
@click.argument("service")
@as_option
@click.option("--why", default="")
@answer_option
@campaign_option
def resume(home: Path, service: str, by: str, why: str, slug: str) -> None:
    """Go on with SERVICE after a hold."""
    from chairlift.core.log import Kind
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.say(row, Kind.RESUMED, by, roster, now(), text=why)
    answer(f"{row.service.name}: goes on", service=row.service.name)


@command("deployed")
@click.argument("service")
@click.argument("environment")
@as_option
@answer_option
@campaign_option
def deployed(home: Path, service: str, environment: str, by: str, slug: str) -> None:
    """Say that the merged change of SERVICE runs in ENVIRONMENT; a deployer that sees otherwise is believed instead."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    environment = actions.deployed(row, environment, by, roster, now())
    answer(f"{row.service.name}: noted for {environment}", service=row.service.name, environment=environment)


@command("tested")
@click.argument("service")
@as_option
@click.option("--environment", default="", help="Only what runs there; all environments without it.")
@click.option("--note", default="", help="What was tested.")
@answer_option
@campaign_option
def tested(home: Path, service: str, by: str, environment: str, note: str, slug: str) -> None:
    """Sign off, by name, what runs of SERVICE now."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    name = actions.sign_off(row, note, by, roster, now(), environment)
    answer(f"{row.service.name}: signed off by {name}", service=row.service.name, by=name, environment=environment)


@command("blocker")
@click.argument("service")
@click.argument("text")
@as_option
@click.option("--due", callback=_day, metavar="DATE", help="When its owner promises an answer.")
@click.option("--team", is_flag=True, help="The project team owns it, not the squad.")
@answer_option
@campaign_option
def blocker(home: Path, service: str, text: str, by: str, due: date | None, team: bool, slug: str) -> None:
    """Record what is in the way of SERVICE; merging waits."""
    from chairlift.core.decision import Party
    from chairlift.server import actions

    row, roster = one(service, slug)
    end = datetime(due.year, due.month, due.day, 23, 59, tzinfo=UTC) if due else None
    owner = Party.PROJECT_TEAM if team else Party.SQUAD
    name = actions.block(row, text, by, roster, now(), due=end, owner=owner)
    way_out = f"take it away with 'chairlift unblock {row.service.name} {name}'"
    answer(f"{row.service.name}: blocker {name}; {way_out}", service=row.service.name, blocker=name)


@command("unblock")
@click.argument("service")
@click.argument("name")
@as_option
@click.option("--why", default="")
@answer_option
@campaign_option
def unblock(home: Path, service: str, name: str, by: str, why: str, slug: str) -> None:
    """Take blocker NAME of SERVICE away."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.unblock(row, name, by, why, roster, now())
    answer(f"{row.service.name}: blocker {name} is gone", service=row.service.name, blocker=name)


@command("update")
@click.argument("service")
@click.argument("text")
@as_option
@answer_option
@campaign_option
def update(home: Path, service: str, text: str, by: str, slug: str) -> None:
    """Say how things are with SERVICE."""
    from chairlift.core.log import Kind
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.say(row, Kind.SAID, by, roster, now(), text=text)
    answer(f"{row.service.name}: noted", service=row.service.name)


@command("retry")
@click.argument("service")
@as_option
@click.option("--why", default="")
@answer_option
@campaign_option
def retry(home: Path, service: str, by: str, why: str, slug: str) -> None:
    """Once more with SERVICE: failed work again, and a new pull request after a closed or reverted one."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    actions.retry(row, by, why, roster, now())
    answer(f"{row.service.name}: tried again", service=row.service.name)


@command("exempt")
@click.argument("service")
@click.argument("until", callback=_day)
@as_option
@click.option("--why", required=True)
@answer_option
@campaign_option
def exempt(home: Path, service: str, until: date, by: str, why: str, slug: str) -> None:
    """Permit SERVICE not to take part before UNTIL; the project team's to give."""
    from chairlift.server import actions

    row, roster = one(service, slug)
    end = datetime(until.year, until.month, until.day, 23, 59, tzinfo=UTC)
    actions.exempt(row, end, why, by, roster, now())
    answer(f"{row.service.name}: exempted until {until}", service=row.service.name, until=until)


@command("problem")
@click.argument("name")
@click.argument("text")
@as_option
@click.option("--service", "services", multiple=True, help="Where it is open; every service without it.")
@answer_option
@campaign_option
def problem(home: Path, name: str, text: str, by: str, services: tuple[str, ...], slug: str) -> None:
    """Record a known problem; merges wait wherever it is open, until 'chairlift unblock SERVICE NAME'."""
    from chairlift.server import problems

    campaign, roster = all_of(slug)
    count = problems.record(campaign, name, text, services, by, roster, now())
    way_out = f"'chairlift unblock SERVICE problem:{name}' closes it in one"
    answer(f"{name}: open in {counted(count, 'service')}; {way_out}", blocker=f"problem:{name}", services=count)


@command("pause")
@as_option
@click.option("--why", required=True)
@answer_option
@campaign_option
def pause(home: Path, by: str, why: str, slug: str) -> None:
    """Pause the campaign: nothing is changed any more, except undoing."""
    from chairlift.server import actions

    campaign, roster = all_of(slug)
    actions.pause(campaign, why, by, roster, now())
    answer(f"{campaign.slug}: paused", campaign=campaign.slug, why=why)


@command("restart")
@as_option
@click.option("--why", default="")
@answer_option
@campaign_option
def restart(home: Path, by: str, why: str, slug: str) -> None:
    """Go on with the campaign after a pause, or after it braked."""
    from chairlift.server import actions

    campaign, roster = all_of(slug)
    actions.restart(campaign, why, by, roster, now())
    answer(f"{campaign.slug}: goes on", campaign=campaign.slug)


COMMANDS = (
    choose, documented, promise, hold, resume, deployed, tested, blocker, unblock, update, retry, exempt, problem,
    pause, restart,
)  # fmt: skip
