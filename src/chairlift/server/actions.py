"""All writes by people: choosing, saying, promising, pausing. Each is one entry of the log, and an early look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from chairlift.core.decision import Party
from chairlift.core.files import Roster, parse_campaign, parse_services
from chairlift.core.log import PROBLEM, Kind
from chairlift.core.log import Entry as Line
from chairlift.core.reading import fold
from chairlift.server.models import Campaign, Delivery, Entry, RosterFile, Service, Upgrade, service_value, team

#: What a person may write in one go.
WORDS = 4000


class NotPossible(Exception):
    """What a person asked for cannot be done; the text says why and what to do instead."""


# Files


def load_campaign(text: str, file: str, by: str, now: datetime) -> Campaign:
    """Take a campaign file in, or its new version. Raises FileProblems; then nothing has changed."""
    value = parse_campaign(text, file)
    with transaction.atomic():
        row, new = Campaign.objects.get_or_create(
            slug=value.slug, defaults={"file": file, "text": text, "loaded_at": now}
        )
        if not new:
            keeps_what_was_chosen(row, {level.name for level in value.levels})
            Campaign.objects.filter(pk=row.pk).update(file=file, text=text, loaded_at=now)
            row.refresh_from_db()
        Entry.write(None, Line(now, by, Kind.LOADED, about=file), campaign=row)
        _cover(row, RosterFile.now(), now)
    return row


def keeps_what_was_chosen(row: Campaign, levels: set[str]) -> None:
    """A level that somebody chose, or under which a step began, cannot vanish: the log would speak of nothing."""
    there = {fold(level) for level in levels}
    chosen = Upgrade.objects.filter(campaign=row).exclude(level="").values_list("level", flat=True)
    for level in sorted(set(chosen)):
        if fold(level) not in there:
            raise NotPossible(
                f"level {level!r} is chosen by some services of {row.slug}: keep it in the file, or move them first"
            )
    begun = Entry.objects.filter(campaign=row, kind=Kind.BEGAN).order_by().values_list("about", flat=True).distinct()
    for level in sorted(set(begun)):
        if fold(level) not in there:
            raise NotPossible(f"steps of {row.slug} have begun at level {level!r}: keep it in the file")


def load_roster(text: str, file: str, by: str, now: datetime) -> Roster:
    """Take a services file in, or its new version. Raises FileProblems; then nothing has changed."""
    roster = parse_services(text, file)
    with transaction.atomic():
        RosterFile.objects.all().delete()
        RosterFile.objects.create(file=file, text=text, loaded_at=now)
        rows = [Service(name=each.name, squad=each.squad.name, wave=each.wave) for each in roster.services]
        Service.objects.bulk_create(
            rows, 500, update_conflicts=True, unique_fields=["name"], update_fields=["squad", "wave"]
        )
        for campaign in Campaign.objects.all():
            _cover(campaign, roster, now)
            Entry.write(None, Line(now, by, Kind.LOADED, about=file), campaign=campaign)
    return roster


def _cover(campaign: Campaign, roster: Roster, now: datetime) -> None:
    """An upgrade for each service; those there already are looked at early."""
    known = {service.name for service in roster.services}
    rows = [
        Upgrade(campaign=campaign, service=service, look_again_at=now)
        # Not asked for by name: databases bound how many names a query may hold.
        for service in Service.objects.only("pk", "name")
        if service.name in known
    ]
    Upgrade.objects.bulk_create(rows, 500, ignore_conflicts=True)
    Upgrade.objects.filter(campaign=campaign).nudge(now)


# Who may speak


@dataclass(frozen=True)
class Voice:
    """Somebody known: `ours` is True for the project team."""

    name: str
    ours: bool


def voice(upgrade: Upgrade, roster: Roster, who: str) -> Voice:
    """The person behind a name or handle, if they may speak for this service. Raises NotPossible."""
    person = roster.person(who)
    campaign = upgrade.campaign.value
    squad = roster.service(upgrade.service.name).squad
    if person and person.name.casefold() in team(campaign, roster):
        return Voice(person.name, True)
    if person and person.name.casefold() in {name.casefold() for name in squad.people}:
        return Voice(person.name, False)
    people = ", ".join(squad.people[:6]) or "nobody"
    if person is None:
        raise NotPossible(
            f"nobody called {who!r} is in the services file; {squad.name} has: {people}. Add them there first"
        )
    raise NotPossible(
        f"{person.name} is neither in {squad.name}, which owns {upgrade.service.name}, nor in the project team; "
        f"{squad.name} has: {people}"
    )


# Saying


def say(
    upgrade: Upgrade,
    kind: Kind,
    by: str,
    roster: Roster,
    now: datetime,
    *,
    about: str = "",
    text: str = "",
    data: Mapping[str, Any] | None = None,
    change: str = "",
) -> str:
    """A word of a person that needs nothing checked but whose it is: an update, a hold. Returns their name.

    It is about `change`, or where none is named about the one that the upgrade stands at.
    """
    who = voice(upgrade, roster, by)
    line = Line(now, who.name, kind, change or upgrade.change, upgrade.step, about, words(text), data or {})
    with transaction.atomic():
        note(upgrade, line)
    return who.name


def update(upgrade: Upgrade, text: str, by: str, roster: Roster, now: datetime) -> None:
    """How things are, for everybody to read."""
    if not words(text):
        raise NotPossible("say how things are: an update without words helps nobody")
    say(upgrade, Kind.SAID, by, roster, now, text=text)


def hold(upgrade: Upgrade, why: str, by: str, roster: Roster, now: datetime) -> bool:
    """Object: nothing is merged or deployed until somebody resumes. False where they have said the same already."""
    if not words(why):
        raise NotPossible("say why: a hold without a reason helps nobody")
    who, held = voice(upgrade, roster, by), upgrade.said().hold
    if held and (held.by, held.note) == (who.name, words(why)):
        return False
    say(upgrade, Kind.HELD, by, roster, now, text=why)
    return True


def resume(upgrade: Upgrade, why: str, by: str, roster: Roster, now: datetime) -> bool:
    """Go on after a hold. False where nothing is held, and nothing is recorded."""
    voice(upgrade, roster, by)
    if upgrade.said().hold is None:
        return False
    say(upgrade, Kind.RESUMED, by, roster, now, text=why)
    return True


def block(
    upgrade: Upgrade, text: str, by: str, roster: Roster, now: datetime, *, due: datetime | None = None,
    owner: Party = Party.SQUAD, problem: str = "",
) -> str:  # fmt: skip
    """Record a blocker, or with `problem` a known problem; returns its id, under which it is taken away."""
    if not words(text):
        raise NotPossible("say what blocks it")
    data = {"owner": owner, "due": due.isoformat() if due else None, "problem": problem}
    with transaction.atomic():
        # Locked, or two people at once would get one number, and the second blocker would replace the first.
        Upgrade.objects.select_for_update().values_list("pk").get(pk=upgrade.pk)
        count = Entry.objects.filter(upgrade=upgrade, kind=Kind.BLOCKED).count()
        name = f"{PROBLEM}{problem}" if problem else f"b{count + 1}"
        say(upgrade, Kind.BLOCKED, by, roster, now, about=name, text=text, data=data)
    return name


def unblock(upgrade: Upgrade, name: str, by: str, text: str, roster: Roster, now: datetime) -> None:
    facts = upgrade.snapshot(roster).said
    known = [blocker.id for blocker in (*facts.blockers, *facts.problems)]
    # A known problem goes by its name, too.
    found = next((each for each in (name, PROBLEM + name) if each in known), None)
    if found is None:
        raise NotPossible(f"no open blocker {name!r} here; open: {', '.join(known) or 'none'}")
    say(upgrade, Kind.UNBLOCKED, by, roster, now, about=found, text=text)


def deployed(upgrade: Upgrade, environment: str, by: str, roster: Roster, now: datetime, change: str = "") -> str:
    """A named person's word that the change runs there, in the environment of the name that is returned.

    A deployer that sees otherwise is believed instead.
    """
    environment = check_environment(upgrade, environment, roster)
    say(upgrade, Kind.DEPLOYED, by, roster, now, about=environment, change=change)
    return environment


def sign_off(
    upgrade: Upgrade, note: str, by: str, roster: Roster, now: datetime, environment: str = "", change: str = ""
) -> str:
    """A named person's sign-off of what runs now, in one environment or in all. Returns their name."""
    if environment:
        environment = check_environment(upgrade, environment, roster)
    return say(upgrade, Kind.TESTED, by, roster, now, about=environment, text=note, change=change)


def check_environment(upgrade: Upgrade, environment: str, roster: Roster) -> str:
    known = service_value(upgrade.service, roster).environments or upgrade.campaign.value.environments
    for name in known:
        if name.casefold() == environment.strip().casefold():
            return name
    raise NotPossible(f"no environment {environment!r} here; there are: {', '.join(known)}")


def retry(upgrade: Upgrade, by: str, why: str, roster: Roster, now: datetime) -> None:
    """Once more: a new pull request after a closed or reverted one, and failed units again."""
    evidence = upgrade.evidence.get("changes", {}).get(upgrade.change, {})
    pull = evidence.get("pull", {})
    again = pull.get("state") == "closed" or bool(pull.get("reverted"))
    say(upgrade, Kind.RETRIED, by, roster, now, text=why, data={"again": again})


def exempt(upgrade: Upgrade, until: datetime, why: str, by: str, roster: Roster, now: datetime) -> None:
    """A recorded, expiring permission not to; only the project team gives it."""
    if not voice(upgrade, roster, by).ours:
        raise NotPossible(f"an exemption is the project team's to give: ask {upgrade.campaign.value.lead}")
    if until <= now:
        raise NotPossible(f"an exemption until {until:%F} is over already: give a date to come")
    if not words(why):
        raise NotPossible("say why: an exemption needs a reason")
    say(upgrade, Kind.EXEMPTED, by, roster, now, about=until.isoformat(), text=why)


# The campaign


def pause(campaign: Campaign, why: str, by: str, roster: Roster, now: datetime) -> None:
    """Nothing is changed any more, except undoing."""
    if not words(why):
        raise NotPossible("say why the campaign is paused: everybody will read it")
    by = only_the_team(campaign, by, roster)
    with transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(paused_why=f"{words(why)} ({by})")
        Entry.write(None, Line(now, by, Kind.PAUSED, text=words(why)), campaign=campaign)
        Upgrade.objects.filter(campaign=campaign).nudge(now)


def restart(campaign: Campaign, why: str, by: str, roster: Roster, now: datetime) -> None:
    """Take the pause and the brake off, and alarms until somebody sees them again."""
    by = only_the_team(campaign, by, roster)
    with transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(paused_why="", braked_why="", alarmed_why="")
        Upgrade.objects.filter(campaign=campaign).exclude(alarm="").update(alarm="")
        Entry.write(None, Line(now, by, Kind.RESTARTED, text=words(why)), campaign=campaign)
        Upgrade.objects.filter(campaign=campaign).nudge(now)


def deliver_again(campaign: Campaign, number: int, by: str, roster: Roster, now: datetime) -> None:
    """Send a delivery of this campaign's log to its webhook once more, with all its tries."""
    by = only_the_team(campaign, by, roster)
    row = Delivery.objects.filter(pk=number, entry__campaign=campaign).first()
    if row is None:
        raise NotPossible("there is no such delivery in this campaign: reload the page")
    with transaction.atomic():
        again = {"state": "waiting", "tries": 0, "next_at": now, "leased_until": None}
        if not Delivery.objects.filter(pk=row.pk).exclude(state="waiting").update(**again):
            raise NotPossible("it is on its way already")
        Entry.write(None, Line(now, by, Kind.RETRIED, about=f"delivery to {row.endpoint}"), campaign=campaign)


def only_the_team(campaign: Campaign, by: str, roster: Roster) -> str:
    """The person's name, if they are of the project team. Raises NotPossible."""
    person = roster.person(by)
    if not person or person.name.casefold() not in team(campaign.value, roster):
        value = campaign.value
        raise NotPossible(f"{by} is not in the project team of {campaign.slug}: ask {value.lead} or {value.manager}")
    return person.name


def note(upgrade: Upgrade, line: Line) -> None:
    """One line of the log of this upgrade, and an early look."""
    Entry.write(upgrade, line)
    Upgrade.objects.filter(pk=upgrade.pk).nudge(line.at)


def words(text: str) -> str:
    """Bounded, and without what a terminal would obey."""
    clean = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
    return clean.strip()[:WORDS]
