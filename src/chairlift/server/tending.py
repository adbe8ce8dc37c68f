"""Tends a campaign: lets upgrades into the wave, and pulls the brake."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from chairlift.core.decision import Party, Verb
from chairlift.core.files import Roster
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.core.pace import Place, admit, must_brake
from chairlift.lines import CHAIRLIFT
from chairlift.reconcile import BRAKED, PAUSED
from chairlift.server.models import LEASE, Campaign, Entry, RosterFile, Upgrade
from chairlift.steps.review import RED

#: How often a campaign is tended.
EVERY = timedelta(seconds=1)

#: Alarms that are told of a campaign.
ALARMS = 3
#: What an alarm holds.
_HELD = ("merge", "deploy")

#: Steps during which an upgrade takes one of the wave's places.
_IN_FLIGHT = ("create", "review", "merge")
#: While it is planned it takes one, too, but not where only a person could bring it further.
_CANNOT = ("ask", "refused", "bug")


def tend(campaign: Campaign, now: datetime) -> None:
    """Safe to do twice: what is admitted stays so, and a brake that is on is left alone."""
    _admit(campaign, now)
    _brake(campaign, now)
    if campaign.alarmed_why and not Upgrade.objects.filter(campaign=campaign).exclude(alarm="").exists():
        # Whoever saw the last alarm end was killed before it could say so.
        alarmed(campaign.pk, now)


def _admit(campaign: Campaign, now: datetime) -> None:
    if not Upgrade.objects.filter(campaign=campaign, admitted_at=None).exclude(level="").exists():
        return
    rows = list(
        Upgrade.objects.filter(campaign=campaign)
        .select_related("service")
        .only("level", "admitted_at", "done_at", "step", "decision", "question", "change", "waits_for", "service__name")
    )
    roster = RosterFile.now()
    changes = campaign.value.changes
    last = changes[-1].slug if len(changes) > 1 else ""
    places = [_place(row, roster, last) for row in rows if roster.has(row.service.name)]
    found = admit(places, campaign.value.waves, campaign.value.building)
    for row in rows:
        if row.service.name in found.admitted:
            mine = Upgrade.objects.filter(pk=row.pk, admitted_at=None)
            # At once, as nobody looks for it where marks are watched.
            with transaction.atomic():
                if mine.update(admitted_at=now, waits_for=""):
                    Upgrade.objects.filter(pk=row.pk).nudge(now)
        elif found.waits_for.get(row.service.name, row.waits_for) != row.waits_for:
            Upgrade.objects.filter(pk=row.pk).update(waits_for=found.waits_for[row.service.name])


def _place(row: Upgrade, roster: Roster, last: str) -> Place:
    service = roster.service(row.service.name)
    in_flight = row.admitted_at is not None and row.done_at is None and takes_a_place(row)
    return Place(
        name=service.name,
        wave=service.wave,
        library=service.library,
        after=service.after,
        chosen=bool(row.level),
        admitted=row.admitted_at is not None,
        in_flight=in_flight,
        released=bool(last) and row.change == last,
        done=row.done_at is not None,
        pool=service.pool or service.forge,
        building=in_flight and builds(row),
    )


def takes_a_place(row: Upgrade) -> bool:
    if row.decision == "stop":
        return False
    if row.step == "plan":
        return row.decision not in _CANNOT
    # Without a step it was not looked at yet; else it is exempted, or on its way to be done.
    return row.step in _IN_FLIGHT or (not row.step and row.decision in ("", "unavailable"))


def builds(row: Upgrade) -> bool:
    """Its pull request is on its way to green: opened soon, in CI, or red until somebody has mended it."""
    if row.step == "review" and row.decision == "ask":
        # What is asked stands behind the change and the step.
        return row.question.split("/", 2)[-1].startswith(RED)
    return row.step in ("", "plan", "create", "review")


def _brake(campaign: Campaign, now: datetime) -> None:
    if campaign.braked_why:
        return
    why = must_brake(_reverts(campaign, now), _stuck(campaign), campaign.value.brake)
    if why and Campaign.objects.filter(pk=campaign.pk, braked_why="").update(braked_why=why):
        Entry.write(None, Line(now, CHAIRLIFT, Kind.BRAKED, text=why), campaign=campaign)
        Upgrade.objects.filter(campaign=campaign).nudge(now)


def alarmed(campaign: int, now: datetime) -> None:
    """Some service's errors began to seem to rise, or ceased to: merges and deployments of the others wait for that."""
    with transaction.atomic():
        # One at a time: of two that change at once, the later one sees both.
        Campaign.objects.select_for_update().get(pk=campaign)
        alarms = Upgrade.objects.filter(campaign=campaign).exclude(alarm="").order_by("service__name")
        found = list(alarms.values_list("alarm", flat=True)[: ALARMS + 1])
        why = "; ".join(found[:ALARMS]) + (" and more" if len(found) > ALARMS else "")
        news = Campaign.objects.filter(pk=campaign).exclude(alarmed_why=why).update(alarmed_why=why)
    if news:
        Upgrade.objects.filter(campaign=campaign, step__in=_HELD).nudge(now)


def _reverts(campaign: Campaign, now: datetime) -> int:
    """How many there were since the last restart; 0, too, when the last tending has counted them all already."""
    found = Entry.objects.filter(kind=Kind.DID, data__verb=Verb.REVERT)
    if campaign.tended_at and not found.filter(at__gt=min(campaign.tended_at, now) - LEASE).exists():
        # Otherwise the whole log would be read every second.
        return 0
    return found.filter(campaign=campaign, pk__gt=_restarted(campaign)).count()


def _stuck(campaign: Campaign) -> list[str]:
    """Names of those that stand with the project team, each for a reason of its own that came after the last restart.

    Whoever restarts a campaign knows what was stuck then: counted again, it would be braked again at once.
    """
    stuck = Q(decision__in=("ask", "refused", "bug")) & ~Q(whom=Party.SQUAD)
    halted = Q(question__endswith=f"/{PAUSED}") | Q(question__endswith=f"/{BRAKED}")
    rows = Upgrade.objects.filter(stuck, campaign=campaign).exclude(halted)
    found = list(rows.values_list("pk", "service__name", "decision", "question"))
    restarted = _restarted(campaign) if len(found) >= campaign.value.brake.stuck else 0
    if not restarted:
        return [name for _, name, _, _ in found]
    entries = Entry.objects.filter(campaign=campaign, pk__gt=restarted, kind__in=(Kind.ASKED, Kind.TROUBLE))
    new = set(entries.values_list("upgrade_id", "about"))
    return [name for pk, name, kind, question in found if (pk, question if kind == "ask" else kind) in new]


def _restarted(campaign: Campaign) -> int:
    """The last restart's place in the log; 0 where there was none."""
    rows = Entry.objects.filter(campaign=campaign, kind=Kind.RESTARTED).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0
