"""The watch after a deployment: what runs, since when it held the change, and how its errors compare."""

from __future__ import annotations

from datetime import datetime

from chairlift.core.menu import Change
from chairlift.core.unit import Unit
from chairlift.core.upgrade import Deployment, Holds, PlanState, Running, Seen, Upgrade
from chairlift.core.verdict import Counts, Health, Verdict, judge
from chairlift.ports import Monitor, Ports, Unavailable
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
    outcome = ports.engine.find(deploy_unit(up, environment, target(seen)))
    releasing = "yes" if outcome and outcome.state == "running" else ""
    failed = outcome.why if outcome and outcome.state == "failed" else ""
    if ports.deployer is None:
        word = up.said.deployed.get((change.slug, environment))
        if word is None:
            return Running(environment, Holds.NOTHING_RUNS, None, None, releasing, failed), None
        told = Deployment(environment, "", word.at, word.by)
        return Running(environment, Holds.YES, told, word.at), None
    found = ports.deployer.running(up.service.name, environment)
    if found is None:
        return Running(environment, Holds.NOTHING_RUNS, None, None, releasing, failed), None
    holds, missing = _holds(up, change, seen, found.commit, ports)
    since = None
    if holds is Holds.YES:
        since = up.said.running.get((change.slug, environment, seen.merged_commit), found.since)
    return Running(environment, holds, found, since, releasing, failed), missing


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


def verdict(up: Upgrade, change: Change, seen: Seen, run: Running, ports: Ports, now: datetime) -> Verdict | None:
    """None where nothing runs or nobody counts; the recorded one where the watch is over."""
    if run.since is None:
        return None
    recorded = up.said.verdicts.get((change.slug, run.environment, seen.merged_commit))
    if recorded:
        return recorded
    if ports.monitor is None:
        return None
    times = up.campaign.times
    ends = up.calendar.add(run.since, times.watch)
    before = _counts(ports.monitor, up, run.environment, run.since - times.baseline.rough, run.since)
    after = _counts(ports.monitor, up, run.environment, run.since, min(now, ends))
    found = judge(before, after)
    final = now >= ends or found.health is Health.WORSE
    return Verdict(found.health, found.why, final, found.before, found.after)


def _counts(monitor: Monitor, up: Upgrade, environment: str, start: datetime, end: datetime) -> Counts | None:
    """None when the monitor is away: that is no verdict, and no reason to stop looking either."""
    if end <= start:
        return Counts()
    try:
        return monitor.counts(up.service.name, environment, start, end)
    except Unavailable:
        return None
