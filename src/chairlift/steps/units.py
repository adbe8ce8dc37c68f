"""The long work that steps ask for, each piece named by what makes it immutable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chairlift.core.judging.judge import Rules
from chairlift.core.judging.minutes import whole
from chairlift.core.judging.ordinary import DAY
from chairlift.core.menu import Change, Times
from chairlift.core.unit import Outcome, Unit
from chairlift.core.upgrade import Plan, PlanState, RunState, Upgrade, Verification
from chairlift.ports import Ports, Prover, Recipe

#: So many minutes are looked back on at the least, and at the most, whatever the campaign says: 8 days and 28.
LEAST, MOST = 8 * DAY, 28 * DAY


def _unit(kind: str, up: Upgrade, again: object = "", **inputs: object) -> Unit:
    """A retry by a person is an input too: it is how a failed unit is done once more."""
    key = json.dumps([kind, inputs, again], sort_keys=True, default=str)
    return Unit(kind, f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:32]}", up.service.name, inputs)


def plan_unit(up: Upgrade, change: Change, url: str, base: str, recipe: Recipe) -> Unit:
    """The recipe's run for one change on one base."""
    return _unit(
        "plan",
        up,
        again=up.said.retries,
        url=url,
        base=base,
        recipe=f"{recipe.name} {recipe.version}",
        change=change.slug,
        settings=dict(change.recipe),
        message=message(up, change),
        seconds=int(up.campaign.times.recipe.rough.total_seconds()),
    )


def verify_unit(up: Upgrade, url: str, commit: str, tree: str, how: Mapping[str, object]) -> Unit:
    """The service's own tests on one tree: commits that hold the same files share a run."""
    seconds = int(up.campaign.times.tests.rough.total_seconds())
    unit = _unit("verify", up, again=up.said.retries, url=url, tree=tree, **how, seconds=seconds)
    return Unit(unit.kind, unit.name, unit.service, {**unit.inputs, "commit": commit})


def deploy_unit(up: Upgrade, environment: str, commit: str) -> Unit:
    """One release of one commit into one environment."""
    return _unit("deploy", up, again=up.said.retries, service=up.service.name, environment=environment, commit=commit)


def look_back_unit(up: Upgrade, environment: str, since: datetime) -> Unit:
    """What is ordinary for a service's errors before the deployment at `since`."""
    times = up.campaign.times
    minute = times.minute.rough
    end = whole(since, minute)
    length = min(max(times.baseline.rough, LEAST * minute), MOST * minute)
    return _unit(
        "look back",
        up,
        again=up.said.retries,
        service=up.service.name,
        environment=environment,
        start=whole(end - length, minute).isoformat(),
        end=end.isoformat(),
        minute=minute.total_seconds(),
        rules=asdict(rules(times)),
        monitor=hashlib.sha256(json.dumps(up.service.monitor, sort_keys=True, default=str).encode()).hexdigest(),
    )


def rules(times: Times) -> Rules:
    """When the evidence of a watch is enough, in this campaign."""
    return Rules(soak=round(times.healthy.rough / times.minute.rough))


def message(up: Upgrade, change: Change) -> str:
    """The commit message; its trailer says whose the branch is."""
    return f"{change.title}\n\nChairlift-Change: {up.campaign.slug}/{change.slug}\n"


def find_plan(ports: Ports, unit: Unit) -> Plan | None:
    """None when it was never asked for."""
    outcome = ports.engine.find(unit)
    if outcome is None:
        return None
    base = str(unit.inputs["base"])
    if outcome.state == "failed":
        return Plan(PlanState.FAILED, base, why=outcome.why)
    if outcome.state != "done":
        return Plan(PlanState.RUNNING, base)
    result: Mapping[str, Any] = outcome.result
    return Plan(
        PlanState(result["state"]),
        base,
        commit=result.get("commit", ""),
        tree=result.get("tree", ""),
        files=result.get("files", 0),
        insertions=result.get("insertions", 0),
        deletions=result.get("deletions", 0),
        why=result.get("why", ""),
        findings=tuple(result.get("findings", ())),
        report=result.get("report", ""),
    )


def verification(outcome: Outcome | None) -> Verification | None:
    if outcome is None:
        return None
    if outcome.state == "failed":
        return Verification(RunState.FAILED, outcome.why)
    if outcome.state != "done":
        return Verification(RunState.RUNNING)
    result: Mapping[str, Any] = outcome.result
    return Verification(RunState(result["state"]), result.get("why", ""), result.get("seconds", 0.0))


def find_tests(
    ports: Ports, up: Upgrade, url: str, commit: str, change: Change, changed: bool
) -> tuple[Unit, Verification | None]:
    """The unit that tests this commit, and what it found; ABSENT at once where nobody can run tests.

    `changed` says that the commit holds the change, so that the tests have to show that they ran on what it is for.
    """
    how = _how(ports.recipe, up, change, changed)
    unit = verify_unit(up, url, commit, ports.workspace.tree(url, commit), how)
    if not any(how.values()):
        return unit, Verification(RunState.ABSENT, "the services file gives no test command")
    return unit, verification(ports.engine.find(unit))


def _how(recipe: Recipe, up: Upgrade, change: Change, changed: bool) -> dict[str, object]:
    """The command of the services file comes first: the squad knows best. Without one, the recipe may know how."""
    if not up.service.tests and isinstance(recipe, Prover):
        return {"prover": f"{recipe.name} {recipe.version}", "order": dict(recipe.order(change.recipe, changed))}
    return {"tests": up.service.tests, "proof": change.proof if changed and up.service.tests else ""}
