"""The watch after a deployment: what runs, since when it held the change, and what its verdicts come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chairlift.core.menu import Change
from chairlift.core.unit import Outcome, Unit
from chairlift.core.upgrade import Deployment, Holds, PlanState, PullRequest, Running, Seen, Upgrade
from chairlift.core.verdict import Health
from chairlift.ports import Ports
from chairlift.steps.units import deploy_unit, find_plan, plan_unit


def needed(up: Upgrade, change: Change, seen: Seen) -> bool:
    """Whether there ever was something to change here: where there was not, nothing is deployed or tested for it."""
    return change.slug in up.said.planned or seen.pull is not None


def target(seen: Seen) -> str:
    """The commit to be run: the merge or, after a revert, its undoing; the default branch where it came otherwise."""
    if seen.reverted and seen.revert:
        return seen.revert.merged_commit
    return seen.merged_commit or seen.base


def running(up: Upgrade, change: Change, seen: Seen, environment: str, ports: Ports) -> tuple[Running, Unit | None]:
    """What runs in this environment, and the unit that must first run to know whether it holds the change."""
    # In this order: what a release that is over has brought is then seen.
    outcome = ports.engine.find(deploy_unit(up, environment, target(seen)))
    releasing = "yes" if outcome and outcome.state == "running" else ""
    failed = _failed(outcome, environment)
    if ports.deployer is None:
        return replace(_told(up, change, seen, environment), releasing=releasing, failed=failed), None
    found = ports.deployer.running(up.service.name, environment)
    if found is None:
        return Running(environment, Holds.NOTHING_RUNS, None, None, releasing, failed), None
    holds, missing = _holds(up, change, seen, found.commit, ports)
    known = up.said.running.get((change.slug, environment, seen.merged_commit))
    since = known or (found.since if holds is Holds.YES else None)
    return Running(environment, holds, found, since, releasing, failed), missing


def _told(up: Upgrade, change: Change, seen: Seen, environment: str) -> Running:
    """What runs where nothing can see it: as a person said, after the merge (or after its undoing)."""
    word = up.said.deployed.get((change.slug, environment))
    if word is None or _before(word.at, seen.pull if seen.merged else None):
        return Running(environment, Holds.NOTHING_RUNS)
    told = Deployment(environment, "", word.at, word.by)
    if seen.reverted and not _before(word.at, seen.revert):
        return Running(environment, Holds.REVERTED, told)
    return Running(environment, Holds.YES, told, word.at)


def _before(at: datetime, pull: PullRequest | None) -> bool:
    return bool(pull and pull.merged_at and at < pull.merged_at)


def _failed(outcome: Outcome | None, environment: str) -> str:
    """Why the release did not bring what it should; it matters only where something else is seen to run."""
    if outcome is None or outcome.state == "running":
        return ""
    return outcome.why or f"it was deployed, but something else runs in {environment} by now"


def _holds(up: Upgrade, change: Change, seen: Seen, commit: str, ports: Ports) -> tuple[Holds, Unit | None]:
    url = ports.forge.git_url(up.service.repo)
    merged = seen.merged_commit
    if not merged:
        # It came without our pull request: the recipe itself says whether what runs still has something to change.
        unit = plan_unit(up, change, url, commit, ports.recipe)
        plan = find_plan(ports, unit)
        if plan is None or plan.state is PlanState.RUNNING:
            return Holds.UNKNOWN, unit if plan is None else None
        return (Holds.YES if plan.state is PlanState.NOTHING else Holds.NO), None
    if seen.reverted and seen.revert and ports.workspace.contains(url, commit, seen.revert.merged_commit):
        return Holds.REVERTED, None
    if ports.workspace.contains(url, commit, merged):
        return Holds.YES, None
    return (Holds.NO if ports.workspace.contains(url, merged, commit) else Holds.DIVERGED), None


def signed_off(up: Upgrade, change: Change, run: Running) -> bool:
    """A named person tested what runs here, after it ran."""
    if run.since is None:
        return False
    words = up.said.tested.get(change.slug, ())
    return any(word.at >= run.since and word.where in ("", run.environment) for word in words)


def worse_in(up: Upgrade, change: Change, seen: Seen) -> Running | None:
    """The first environment that runs worse with the change, unless a named person vouches for it."""
    for run in seen.environments:
        judged = seen.verdicts.get(run.environment)
        if judged and judged.health is Health.WORSE and not signed_off(up, change, run):
            return run
    return None


def alarm(up: Upgrade, change: Change, seen: Seen) -> Running | None:
    """The first environment whose errors seem to rise, or rose too late to blame the change; unless somebody looked."""
    for run in seen.environments:
        judged = seen.verdicts.get(run.environment)
        if judged and judged.hold and not signed_off(up, change, run):
            return run
    return None
