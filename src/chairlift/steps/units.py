"""The long work that steps ask for, each piece named by what makes it immutable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from chairlift.core.menu import Change
from chairlift.core.unit import Outcome, Unit
from chairlift.core.upgrade import Plan, PlanState, RunState, Upgrade, Verification
from chairlift.ports import Ports, Recipe


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


def verify_unit(up: Upgrade, url: str, commit: str, tree: str, proof: str) -> Unit:
    """The service's own tests on one tree: commits that hold the same files share a run."""
    seconds = int(up.campaign.times.tests.rough.total_seconds())
    unit = _unit(
        "verify", up, again=up.said.retries, url=url, tree=tree, tests=up.service.tests, proof=proof, seconds=seconds
    )
    return Unit(unit.kind, unit.name, unit.service, {**unit.inputs, "commit": commit})


def deploy_unit(up: Upgrade, environment: str, commit: str) -> Unit:
    """One release of one commit into one environment."""
    return _unit("deploy", up, again=up.said.retries, service=up.service.name, environment=environment, commit=commit)


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


def find_verification(ports: Ports, up: Upgrade, unit: Unit) -> Verification | None:
    """None when it was never asked for; ABSENT at once for a service without tests."""
    if not up.service.tests:
        return Verification(RunState.ABSENT, "the services file gives no test command")
    return verification(ports.engine.find(unit))


def verification(outcome: Outcome | None) -> Verification | None:
    if outcome is None:
        return None
    if outcome.state == "failed":
        return Verification(RunState.FAILED, outcome.why)
    if outcome.state != "done":
        return Verification(RunState.RUNNING)
    result: Mapping[str, Any] = outcome.result
    return Verification(RunState(result["state"]), result.get("why", ""), result.get("seconds", 0.0))


def find_tests(ports: Ports, up: Upgrade, url: str, commit: str, proof: str) -> tuple[Unit, Verification | None]:
    """The unit that tests this commit, and what it found."""
    unit = verify_unit(up, url, commit, ports.workspace.tree(url, commit), proof)
    return unit, find_verification(ports, up, unit)
