"""What a look adds to the log: lines, each with the key under which it is written only once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chairlift.core.decision import CONTESTED, THINKING, Ask, Do, StepName
from chairlift.core.log import Entry, Kind
from chairlift.core.upgrade import Holds, PlanState, Seen, Upgrade
from chairlift.reconcile import Chase, Reached

#: Who writes the lines that no person wrote.
CHAIRLIFT = "chairlift"


@dataclass(frozen=True)
class Line:
    """An entry, and what makes it unique within its upgrade; a line without a key is written each time."""

    entry: Entry
    key: tuple[str, ...] = ()


def kind_of(reached: Reached) -> str:
    """The decision in one word."""
    return "done" if reached.done else type(reached.decision).__name__.lower()


def gist(change: str, step: str, kind: str, why: str) -> tuple[str, ...]:
    """What must differ for a new line about where it stands: numbers that move at every look do not count."""
    return change, step, kind, why.split(":")[0] if kind == "wait" else why


def of_look(
    up: Upgrade, reached: Reached, chase: Chase | None, stood: tuple[str, ...], now: datetime
) -> Iterator[Line]:
    """All that a look found for the first time, and what will be done; `stood` is the gist of the look before."""
    decision, change, step = reached.decision, reached.change, reached.step or ""
    for slug, seen in reached.walked:
        yield from _seen(up, slug, seen, now)
    if _begins(up, reached):
        assert reached.step is not None
        level = up.level_of(up.campaign.change(change), reached.step).name
        attempt = str(up.said.attempts.get(change, 1))
        yield Line(Entry(now, CHAIRLIFT, Kind.BEGAN, change, step, level), ("began", change, step, attempt))
    if chase and chase.question not in up.said.asked:
        whom = {"whom": decision.whom} if isinstance(decision, Ask) else {}
        asked = Entry(now, CHAIRLIFT, Kind.ASKED, change, step, chase.question, decision.why, whom)
        yield Line(asked, ("asked", chase.question))
    if not isinstance(decision, Do) and stood != gist(change, step, kind_of(reached), decision.why):
        yield Line(Entry(now, CHAIRLIFT, Kind.STANDS, change, step, kind_of(reached), decision.why))
    if isinstance(decision, Do) and decision.verb not in THINKING:
        data = {"verb": decision.verb, "where": decision.where}
        yield Line(Entry(now, CHAIRLIFT, Kind.MEANT, change, step, decision.about, decision.why, data))


def of_deed(up: Upgrade, reached: Reached, came_of_it: str, now: datetime) -> Iterator[Line]:
    """The deed, after the intent: a line for each time that it is done, and one where its end was not seen at once."""
    do = reached.decision
    assert isinstance(do, Do)
    if do.verb in THINKING:
        return
    data = {"verb": do.verb, "where": do.where}
    entry = Entry(now, CHAIRLIFT, Kind.DID, reached.change, reached.step or "", do.about, came_of_it, data)
    times = up.said.deeds.get((reached.change, do.verb, do.about), 0)
    again = (str(times),) if do.verb in CONTESTED and times else ()
    yield Line(entry, ("did", do.verb, reached.change, do.about, do.where, str(up.said.retries), *again))


def of_reminder(reached: Reached, chase: Chase, now: datetime) -> Line:
    """A reminder that was sent."""
    assert chase.message is not None
    step, told = reached.step or "", chase.message
    data = {"to": ", ".join(told.to)}
    entry = Entry(now, CHAIRLIFT, Kind.REMINDED, reached.change, step, chase.rung, told.subject, data)
    return Line(entry, ("reminded", chase.rung))


def _begins(up: Upgrade, reached: Reached) -> bool:
    """A step begins when somebody is asked or something is done for it; waiting for a turn is not beginning."""
    decision = reached.decision
    if reached.step in (None, StepName.PLAN) or up.level is None:
        return False
    if (reached.change, reached.step) in up.said.begun:
        return False
    return isinstance(decision, Ask) or (isinstance(decision, Do) and decision.verb not in THINKING)


def _seen(up: Upgrade, slug: str, seen: Seen, now: datetime) -> Iterator[Line]:
    plan = seen.plan
    if plan and plan.state is PlanState.PLANNED and slug not in up.said.planned:
        text = f"{plan.files} files, +{plan.insertions} -{plan.deletions}"
        tests = {"before": seen.before and seen.before.state, "after": seen.after and seen.after.state}
        planned = Entry(now, CHAIRLIFT, Kind.PLANNED, slug, StepName.PLAN, plan.commit, text, tests)
        yield Line(planned, ("planned", slug))
    merged = seen.merged_commit
    for run in seen.environments:
        key = (slug, run.environment, merged)
        if run.holds is Holds.YES and run.since and key not in up.said.running:
            data = {"environment": run.environment, "since": run.since.isoformat()}
            by = run.deployment.by if run.deployment else ""
            text = f"{run.environment} runs it" + (f", says {by}" if by else "")
            yield Line(Entry(now, CHAIRLIFT, Kind.RUNS, slug, StepName.DEPLOY, merged, text, data), ("runs", *key))
    for environment, verdict in seen.verdicts.items():
        known = up.said.verdicts.get((slug, environment, merged))
        if verdict.final and (known is None or known.health is not verdict.health):
            judged = {"environment": environment, "health": verdict.health}
            entry = Entry(now, CHAIRLIFT, Kind.JUDGED, slug, StepName.TEST, merged, verdict.why, judged)
            # One that was healthy may still turn.
            yield Line(entry, ("judged", slug, environment, merged, *((verdict.health,) if known else ())))
