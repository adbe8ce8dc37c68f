"""What the pages show beside the sentence: plain data, bounded, of the last look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chairlift.core.upgrade import PullRequest, Seen
from chairlift.core.verdict import Counts, Verdict
from chairlift.reconcile import Reached

#: What a look no longer asks for once the change is merged; what the look before it saw still holds.
_KEPT = ("base", "plan", "before", "after", "head")


def evidence(reached: Reached, before: Mapping[str, Any]) -> dict[str, Any]:
    """`before` is the evidence of the look before this one."""
    known = before.get("changes", {})
    found: dict[str, Any] = {"base": reached.seen.base, "changes": {}}
    for slug, each in reached.walked:
        found["changes"][slug] = _of_change(each, known.get(slug, {}))
    return found


def _of_change(seen: Seen, before: Mapping[str, Any]) -> dict[str, Any]:
    found = {**_plan(seen), **_runs(seen)}
    if seen.pull and "plan" not in found:
        found |= {name: before[name] for name in _KEPT if name in before}
    if seen.ahead:
        found["ahead"] = [
            {
                "change": slug,
                "plan": plan.state,
                "files": plan.files,
                "lines": plan.insertions + plan.deletions,
                "tests": run.state,
                "why": run.why[:200],
            }
            for slug, plan, run in seen.ahead
        ]
    if seen.pull:
        found |= _pull(seen, seen.pull)
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
        judged = before.get("verdicts", {})
        found["verdicts"] = {
            name: _verdict(verdict, judged.get(name, {}), seen.merged_commit) for name, verdict in seen.verdicts.items()
        }
    return found


def _plan(seen: Seen) -> dict[str, Any]:
    if not seen.plan:
        return {}
    plan = seen.plan
    told = {
        "state": plan.state,
        "commit": plan.commit,
        "files": plan.files,
        "insertions": plan.insertions,
        "deletions": plan.deletions,
        "why": plan.why[:2000],
        "findings": list(plan.findings[:50]),
    }
    return {"base": seen.base, "plan": told}


def _runs(seen: Seen) -> dict[str, Any]:
    runs = (("before", seen.before), ("after", seen.after), ("head", seen.head))
    return {name: {"state": run.state, "why": run.why[:500]} for name, run in runs if run}


def _pull(seen: Seen, pull: PullRequest) -> dict[str, Any]:
    told = {"number": pull.number, "state": pull.state, "head": pull.head, "url": pull.url}
    told |= {"merged_commit": pull.merged_commit, "reverted": seen.reverted, "moot": seen.moot}
    return {
        "pull": told,
        "reviews": [{"by": r.by, "state": r.state, "head": r.head} for r in pull.reviews[-20:]],
        "checks": [{"name": c.name, "state": c.state, "head": c.head} for c in pull.checks[-20:]],
    }


def _verdict(verdict: Verdict, before: Mapping[str, Any], commit: str) -> dict[str, Any]:
    """With what it rests on, which is bounded: see `judging.watch.evidence`."""
    told = {
        "health": verdict.health,
        "why": verdict.why,
        "final": verdict.final,
        "hold": verdict.hold,
        "commit": commit,
    }
    if not verdict.evidence:
        # A verdict out of the log carries no counts: those that it was judged by are still known.
        same = before.get("commit") == commit
        return told | ({name: before[name] for name in ("counts", "evidence") if name in before} if same else {})
    counts = {"before": _counts(verdict.before), "after": _counts(verdict.after)}
    return told | {"counts": counts, "evidence": dict(verdict.evidence)}


def _counts(counts: Counts) -> dict[str, Any]:
    groups = sorted(counts.groups.items(), key=lambda each: (-each[1], each[0]))[:5]
    return {
        "requests": counts.requests, "errors": counts.errors, "minutes": counts.minutes, "expected": counts.expected,
        "groups": [[name[:200], times] for name, times in groups],
    }  # fmt: skip
