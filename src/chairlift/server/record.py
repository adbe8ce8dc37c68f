"""What a look leaves behind: where the upgrade stands, and the facts that were seen for the first time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from chairlift.core.decision import THINKING, Ask, Do, Satisfied, StepName, Stop, Wait
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.core.upgrade import Holds, PlanState, Seen
from chairlift.core.upgrade import Upgrade as UpgradeValue
from chairlift.reconcile import Chase, Reached
from chairlift.server.models import LEASE, Entry, Upgrade

#: Who writes the entries that no person wrote.
CHAIRLIFT = "chairlift"


class LeaseLost(Exception):
    """Another worker has this row by now: nothing of this look is recorded."""


def standing(row: Upgrade, up: UpgradeValue, reached: Reached, chase: Chase | None, owner: str, now: datetime) -> None:
    """Where it stands, and what was seen; before an act also the intent. Raises LeaseLost."""
    fields = _fields(row, up, reached, chase, now)
    with transaction.atomic():
        mine = Upgrade.objects.filter(pk=row.pk, leased_by=owner, leased_until__gt=now)
        if mine.update(**fields, leased_until=now + LEASE) != 1:
            raise LeaseLost
        for line, key in _lines(row, up, reached, chase, now):
            Entry.write(row, line, key=key)
    for name, value in fields.items():
        setattr(row, name, value)


def did(row: Upgrade, reached: Reached, came_of_it: str, now: datetime) -> None:
    """The deed, after the intent; written once per deed however often it is repeated."""
    do = reached.decision
    assert isinstance(do, Do)
    if do.verb in THINKING:
        return
    data = {"verb": do.verb, "where": do.where}
    line = Line(now, CHAIRLIFT, Kind.DID, reached.change, reached.step or "", do.about, came_of_it, data)
    Entry.write(row, line, key=_key(row, "did", do.verb, reached.change, do.about, do.where))


def reminded(row: Upgrade, reached: Reached, chase: Chase, now: datetime) -> None:
    assert chase.message is not None
    key = chase.message.key.removeprefix(f"{row.campaign.slug} {row.service.name} ")
    to = ", ".join(chase.message.to)
    line = Line(
        now, CHAIRLIFT, Kind.REMINDED, reached.change, reached.step or "", key, chase.message.subject, {"to": to}
    )
    Entry.write(row, line, key=_key(row, "reminded", key))


def release(row: Upgrade, owner: str, look_again: datetime | None, now: datetime) -> None:
    """Give the row back. A nudge that came in the meantime survives: the time of the next look is then left alone."""
    mine = Upgrade.objects.filter(pk=row.pk, leased_by=owner)
    free: dict[str, Any] = {"leased_by": "", "leased_until": None, "looked_at": now}
    if mine.filter(look_again_at=row.look_again_at).update(**free, look_again_at=look_again) != 1:
        mine.update(**free)


def _fields(row: Upgrade, up: UpgradeValue, reached: Reached, chase: Chase | None, now: datetime) -> dict[str, Any]:
    decision = reached.decision
    fields: dict[str, Any] = {
        "change": reached.change,
        "step": reached.step or "",
        "decision": "done" if reached.done else type(decision).__name__.lower(),
        "why": decision.why,
        "whom": "",
        "question": "",
        "until": None,
        "troubles": 0,
        "evidence": _evidence(reached),
    }
    if isinstance(decision, Ask):
        assert chase is not None
        since = decision.since or up.said.asked.get(chase.question) or now
        fields |= {"whom": decision.whom, "question": chase.question, "until": decision.due, "since": since}
    elif isinstance(decision, Wait):
        fields["until"] = decision.until
    if not isinstance(decision, Ask) and _gist(row) != _gist_of(reached):
        fields["since"] = now
    if reached.done and row.done_at is None:
        fields["done_at"] = now
    if not reached.done:
        fields["done_at"] = None
    return fields


def _lines(
    row: Upgrade, up: UpgradeValue, reached: Reached, chase: Chase | None, now: datetime
) -> Iterator[tuple[Line, str]]:
    decision, change, step = reached.decision, reached.change, reached.step or ""
    for slug, seen in reached.walked:
        yield from _seen(row, up, slug, seen, now)
    if _begins(up, reached):
        assert reached.step is not None
        level = up.level_of(up.campaign.change(change), reached.step).name
        yield Line(now, CHAIRLIFT, Kind.BEGAN, change, step, level), _key(row, "began", change, step)
    if chase and chase.question not in up.said.asked:
        yield (
            Line(now, CHAIRLIFT, Kind.ASKED, change, step, chase.question, decision.why),
            _key(row, "asked", chase.question),
        )
    if not isinstance(decision, Do) and _gist(row) != _gist_of(reached):
        kind = "done" if reached.done else type(decision).__name__.lower()
        yield Line(now, CHAIRLIFT, Kind.STANDS, change, step, kind, decision.why), ""
    if isinstance(decision, Do) and decision.verb not in THINKING:
        data = {"verb": decision.verb, "where": decision.where}
        yield Line(now, CHAIRLIFT, Kind.MEANT, change, step, decision.about, decision.why, data), ""


def _begins(up: UpgradeValue, reached: Reached) -> bool:
    """A step begins when somebody is asked or something is done for it; waiting for a turn is not beginning."""
    decision = reached.decision
    if reached.step in (None, StepName.PLAN) or up.level is None:
        return False
    if (reached.change, reached.step) in up.said.begun:
        return False
    return isinstance(decision, Ask) or (isinstance(decision, Do) and decision.verb not in THINKING)


def _seen(row: Upgrade, up: UpgradeValue, slug: str, seen: Seen, now: datetime) -> Iterator[tuple[Line, str]]:
    plan = seen.plan
    if plan and plan.state is PlanState.PLANNED and slug not in up.said.planned:
        text = f"{plan.files} files, +{plan.insertions} -{plan.deletions}"
        tests = {"before": seen.before and seen.before.state, "after": seen.after and seen.after.state}
        yield Line(now, CHAIRLIFT, Kind.PLANNED, slug, "plan", plan.commit, text, tests), _key(row, "planned", slug)
    merged = seen.merged_commit
    for run in seen.environments:
        key = (slug, run.environment, merged)
        if run.holds is Holds.YES and run.since and key not in up.said.running:
            data = {"environment": run.environment, "since": run.since.isoformat()}
            by = run.deployment.by if run.deployment else ""
            text = f"{run.environment} runs it" + (f", says {by}" if by else "")
            yield Line(now, CHAIRLIFT, Kind.RUNS, slug, "deploy", merged, text, data), _key(row, "runs", *key)
    for environment, verdict in seen.verdicts.items():
        if verdict.final and (slug, environment, merged) not in up.said.verdicts:
            data = {"environment": environment, "health": verdict.health}
            line = Line(now, CHAIRLIFT, Kind.JUDGED, slug, "test", merged, verdict.why, data)
            yield line, _key(row, "judged", slug, environment, merged)


def _evidence(reached: Reached) -> dict[str, Any]:
    """What the pages show beside the sentence; plain data, bounded."""
    seen = reached.seen
    found: dict[str, Any] = {"base": seen.base, "changes": {}}
    for slug, each in reached.walked:
        found["changes"][slug] = _evidence_of(each)
    return found


def _evidence_of(seen: Seen) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if seen.plan:
        plan = seen.plan
        found["plan"] = {
            "state": plan.state,
            "commit": plan.commit,
            "files": plan.files,
            "insertions": plan.insertions,
            "deletions": plan.deletions,
            "why": plan.why[:2000],
            "findings": list(plan.findings[:50]),
        }
    for name, run in (("before", seen.before), ("after", seen.after), ("head", seen.head)):
        if run:
            found[name] = {"state": run.state, "why": run.why[:500]}
    if seen.ahead:
        found["ahead"] = [
            {"change": slug, "plan": plan.state, "files": plan.files, "tests": run.state, "why": run.why[:200]}
            for slug, plan, run in seen.ahead
        ]
    if seen.pull:
        pull = seen.pull
        found["pull"] = {"number": pull.number, "state": pull.state, "head": pull.head, "url": pull.url}
        found["pull"] |= {"merged_commit": pull.merged_commit, "reverted": seen.reverted}
        found["reviews"] = [{"by": r.by, "state": r.state, "head": r.head} for r in pull.reviews[-20:]]
        found["checks"] = [{"name": c.name, "state": c.state, "head": c.head} for c in pull.checks[-20:]]
    if seen.issue:
        found["issue"] = {"number": seen.issue.number, "state": seen.issue.state, "url": seen.issue.url}
    if seen.environments:
        found["environments"] = [
            {
                "name": run.environment,
                "holds": run.holds,
                "runs": run.deployment.commit if run.deployment else "",
                "since": run.since.isoformat() if run.since else "",
            }
            for run in seen.environments
        ]
    if seen.verdicts:
        found["verdicts"] = {
            name: {"health": verdict.health, "why": verdict.why, "final": verdict.final}
            for name, verdict in seen.verdicts.items()
        }
    return found


def _gist(row: Upgrade) -> tuple[str, ...]:
    """What must differ for a new line in the log: numbers that move at every look do not count."""
    return row.change, row.step, row.decision, row.why.split(":")[0] if row.decision == "wait" else row.why


def _gist_of(reached: Reached) -> tuple[str, ...]:
    decision = reached.decision
    kind = "done" if reached.done else type(decision).__name__.lower()
    why = decision.why.split(":")[0] if isinstance(decision, Wait) else decision.why
    assert isinstance(decision, Satisfied | Do | Wait | Ask | Stop)
    return reached.change, reached.step or "", kind, why


def _key(row: Upgrade, *parts: str) -> str:
    """What makes an entry unique: its upgrade and what it is about, at a bounded length."""
    return f"{row.pk}:{parts[0]}:{hashlib.sha256(repr(parts).encode()).hexdigest()[:40]}"


@dataclass(frozen=True)
class Trouble:
    """Why a look came to nothing: `kind` is unavailable, refused or bug."""

    kind: str
    text: str


def trouble(row: Upgrade, found: Trouble, owner: str, look_again: datetime, now: datetime) -> None:
    """The look failed: the row rests, and says why; what it stood at before is kept."""
    mine = Upgrade.objects.filter(pk=row.pk, leased_by=owner)
    if mine.update(decision=found.kind, why=found.text[:2000], whom="", troubles=row.troubles + 1) != 1:
        return
    if (row.decision, row.why) != (found.kind, found.text[:2000]):
        Entry.write(row, Line(now, CHAIRLIFT, Kind.TROUBLE, row.change, row.step, found.kind, found.text[:2000]))
    release(row, owner, look_again, now)
