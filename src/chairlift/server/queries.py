"""All reads for the command line and the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.db.models import Count, Q, QuerySet

from chairlift.core.decision import Party, StepName
from chairlift.core.files import Roster
from chairlift.core.log import PROBLEM, Kind
from chairlift.core.reading import fold
from chairlift.core.standing import OURS, STUCK, Reasoning, Standing, in_order
from chairlift.core.upgrade import Squad
from chairlift.server.models import Campaign, Entry, Unit, Upgrade

#: As `standing` says whose turn it is, for the database.
TEAMS_TURN = Q(decision__in=STUCK) | Q(whom=Party.PROJECT_TEAM)
SQUADS_TURN = Q(whom=Party.SQUAD) & ~Q(decision__in=STUCK)


def at_step(step: str) -> Q:
    """As `standing` says it, for the database: a step, `finish` between two of them, or `done`."""
    done = Q(decision="done")
    if step == "done":
        return done
    if step == "finish":
        return Q(step="") & ~Q(change="") & ~done
    here = Q(step=step) | Q(step="", change="") if step == StepName.PLAN else Q(step=step)
    return here & ~done


def overdue(now: datetime) -> Q:
    """As `standing` says it, for the database."""
    return Q(decision="ask", until__lt=now)


class NotFound(Exception):
    """Nothing goes by that name; the text says what there is."""


def campaign(slug: str = "") -> Campaign:
    """The campaign of that slug; the only one, where none is named. Raises NotFound."""
    rows = list(Campaign.objects.order_by("slug"))
    known = ", ".join(row.slug for row in rows)
    if not rows:
        raise NotFound("no campaign yet: load one with 'chairlift load CAMPAIGN.toml'")
    if not slug:
        if len(rows) > 1:
            raise NotFound(f"which campaign? say --campaign with one of: {known}")
        return rows[0]
    for row in rows:
        if row.slug == slug:
            return row
    raise NotFound(f"no campaign called {slug!r}; there are: {known}")


def counts(now: datetime) -> Mapping[int, Mapping[str, int]]:
    """By the key of each campaign: how many services there are, are done, wait for somebody, are overdue."""
    rows: Iterable[Any] = Upgrade.objects.values("campaign").annotate(
        total=Count("pk"),
        done=Count("pk", filter=Q(decision="done")),
        people=Count("pk", filter=TEAMS_TURN | SQUADS_TURN),
        overdue=Count("pk", filter=overdue(now)),
    )
    none = {"total": 0, "done": 0, "people": 0, "overdue": 0}
    return defaultdict(lambda: none, {row["campaign"]: dict(row) for row in rows})


def upgrade(service: str, campaign_row: Campaign) -> Upgrade:
    """The upgrade of the service of that name, upper or lower case. Raises NotFound with the nearest names."""
    rows = Upgrade.objects.filter(campaign=campaign_row).select_related("campaign", "service")
    exact = rows.filter(service__name=service).first() or rows.filter(service__name__iexact=service).first()
    if exact:
        return exact
    names = list(rows.values_list("service__name", flat=True))
    near = get_close_matches(service, names, 3, 0.4) or sorted(names)[:5]
    raise NotFound(f"no service called {service!r} in {campaign_row.slug}; did you mean: {', '.join(near) or 'none'}")


def squad(roster: Roster, name: str) -> Squad:
    """The squad of that name, upper or lower case. Raises NotFound."""
    for each in roster.squads:
        if fold(each.name) == fold(name):
            return each
    raise NotFound(f"there is no squad called {name[:120]!r}; the sheet has all that there are")


def standings(campaign_row: Campaign, now: datetime) -> list[Standing]:
    """Every service of a campaign, those that need a person first."""
    rows = Upgrade.objects.filter(campaign=campaign_row).select_related("service").defer("service__deploy_docs")
    return in_order(standing(row, now) for row in rows)


def standing(row: Upgrade, now: datetime) -> Standing:
    turn = {Party.SQUAD: row.service.squad, Party.PROJECT_TEAM: "project team"}.get(Party(row.whom)) if row.whom else ""
    if row.decision in STUCK:
        turn = "project team"
    pull = row.evidence.get("changes", {}).get(row.change, {}).get("pull", {})
    return Standing(
        service=row.service.name,
        squad=row.service.squad,
        level=row.level,
        change=row.change if row.decision != "done" else "",
        step="done" if row.decision == "done" else row.step or ("finish" if row.change else "plan"),
        decision=row.decision or "new",
        turn=turn or ("" if row.decision == "done" else OURS),
        since=row.since,
        due=row.until,
        why=row.why or "not looked at yet: start 'chairlift up'",
        pull=str(pull.get("url") or pull.get("number") or ""),
        done=row.decision == "done",
        overdue=row.decision == "ask" and row.until is not None and row.until < now,
    )


def reasoning(row: Upgrade, now: datetime) -> Reasoning:
    """Also of a service that the services file no longer names: why it stands still must be seen somewhere."""
    said = row.said()
    chosen = ""
    if said.chosen_at:
        chosen = f"{said.chosen_by} on {said.chosen_at:%F %H:%M}" + (f": {said.chosen_why}" if said.chosen_why else "")
    level = row.campaign.value.level(said.level) if said.level else None
    steps = tuple((step.value, _whose(row.service.squad, level.who(step))) for step in StepName) if level else ()
    units = Unit.objects.filter(service=row.service.name, state="running").order_by("pk")
    blockers = [f"{each.id}: {each.text} ({each.by})" for each in said.blockers]
    blockers += [f"known problem {each.id.removeprefix(PROBLEM)}: {each.text} ({each.by})" for each in said.problems]
    if said.hold:
        blockers.insert(0, f"hold: {said.hold.note} ({said.hold.by})")
    return Reasoning(
        standing=standing(row, now),
        level=row.level,
        chosen=chosen,
        steps=steps,
        evidence=row.evidence,
        blockers=tuple(blockers),
        units=tuple({"kind": u.kind, "asked_at": u.asked_at.isoformat(), "tries": u.tries} for u in units),
        log=tuple(entries(row.campaign, row.service.name, limit=20)),
        next_look=row.look_again_at,
    )


def last_failure(row: Upgrade) -> Unit | None:
    """The newest run of the service's tests that did not pass."""
    runs = Unit.objects.filter(
        service=row.service.name, campaign=row.campaign_id, kind="verify", ended_at__isnull=False
    )
    bad = Q(state="failed") | Q(result__state__in=("failed", "unproven"))
    return runs.filter(bad).order_by("-ended_at").first()


def failure(row: Upgrade) -> Unit:
    """The newest run of the service's tests that did not pass. Raises NotFound where all have passed."""
    if run := last_failure(row):
        return run
    raise NotFound(f"no tests of {row.service.name} have failed")


def _whose(squad: str, party: Party) -> str:
    return squad if party is Party.SQUAD else "project team"


def entries(
    campaign_row: Campaign, service: str = "", by: str = "", kind: str = "", limit: int = 100
) -> list[dict[str, Any]]:
    """The newest entries of the log, oldest first."""
    return [line(row) for row in reversed(log_of(campaign_row, service, by, kind)[:limit])]


def older(
    campaign_row: Campaign, service: str, by: str, kind: str, words: str, before: int, limit: int
) -> list[dict[str, Any]]:
    """Entries of the log, newest first, from the one before the number `before` on; 0 begins at the newest.

    Counted from a place in the log, not by pages: a page far down costs no more than the first.
    """
    rows = log_of(campaign_row, service, by, kind)
    if words:
        rows = rows.filter(Q(text__icontains=words) | Q(about__icontains=words))
    if before:
        rows = rows.filter(pk__lt=before)
    return [line(row) | {"number": row.pk} for row in rows[:limit]]


def log_of(campaign_row: Campaign, service: str = "", by: str = "", kind: str = "") -> QuerySet[Entry]:
    """The entries of a campaign, newest first: of one service, of one person, of one kind."""
    rows = Entry.objects.select_related("upgrade__service")
    if service:
        # By way of the upgrade: SQLite would walk through the whole campaign's log for one service.
        rows = rows.filter(upgrade__campaign=campaign_row, upgrade__service__name=service)
    else:
        rows = rows.filter(campaign=campaign_row)
    if by:
        rows = rows.filter(by__iexact=by)
    if kind:
        rows = rows.filter(kind=Kind(kind))
    return rows.order_by("-pk")


def line(row: Entry) -> dict[str, Any]:
    """As JSON has it."""
    return {
        "at": row.at.isoformat(),
        "service": row.upgrade.service.name if row.upgrade else "",
        "by": row.by,
        "kind": row.kind,
        "change": row.change,
        "step": row.step,
        "about": row.about,
        "text": row.text,
        "data": row.data,
    }


def patch_of(row: Upgrade, change: str) -> tuple[str, str]:
    """Base and commit of what the recipe has made. Raises NotFound where there is no plan."""
    evidence = row.evidence.get("changes", {})
    slug = change or row.change
    plan = evidence.get(slug, {}).get("plan", {})
    if not plan.get("commit"):
        raise NotFound(f"there is no plan for change {slug!r} of {row.service.name} now; see 'chairlift why'")
    return str(evidence[slug].get("base") or row.evidence["base"]), str(plan["commit"])


def sheet_rows(campaign_row: Campaign) -> Iterator[tuple[Upgrade, str, str, datetime | None, str]]:
    """Each upgrade with its squad, and who chose its level, when and why: two queries, whatever the number of rows."""
    newest: dict[int, Entry] = {}
    for chose in Entry.objects.filter(campaign=campaign_row, kind=Kind.CHOSE).order_by("pk"):
        if chose.upgrade_id is not None:
            newest[chose.upgrade_id] = chose
    rows = Upgrade.objects.filter(campaign=campaign_row).select_related("service").order_by("service__name")
    for row in rows:
        entry = newest.get(row.pk)
        yield (
            row,
            row.service.squad,
            entry.by if entry else "",
            entry.at if entry else None,
            entry.text if entry else "",
        )
