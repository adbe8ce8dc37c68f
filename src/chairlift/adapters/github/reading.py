"""Reads what GraphQL shows of a pull request as Chairlift's own values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from chairlift.adapters.github.rules import Rules, rules_of, waits
from chairlift.core.upgrade import Check, PullRequest, Review

_STATES = {"OPEN": "open", "CLOSED": "closed", "MERGED": "merged"}
_REVIEWS = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}
_PASSED = frozenset({"SUCCESS", "NEUTRAL", "SKIPPED"})
_WORST = ("failed", "pending", "passed")
#: As much of what a check says as is shown to people.
_SUMMARY = 1000


def pull_of(pull: Mapping[str, Any], rulesets: Sequence[Mapping[str, Any]]) -> PullRequest:
    """A pull request as `queries.PULL` shows it, with the rules of its base as REST lists them."""
    state = _STATES[pull["state"]]
    rules = rules_of((pull["baseRef"] or {}).get("refUpdateRule"), rulesets)
    reviews, checks = tuple(_reviews(pull)), tuple(_checks(pull, rules))
    is_open, closed = state == "open", state == "closed"
    return PullRequest(
        number=pull["number"],
        branch=pull["headRefName"],
        base=pull["baseRefName"],
        head=pull["headRefOid"],
        state=state,
        opened_at=when(pull["createdAt"]),
        opened_by=login(pull["author"]),
        merged_commit=(pull["mergeCommit"] or {}).get("oid", ""),
        merged_at=when(pull["mergedAt"]),
        closed_by=_closed_by(pull) if closed else "",
        closed_at=when(pull["closedAt"]) if closed else None,
        draft=pull["isDraft"],
        conflicted=is_open and pull["mergeable"] == "CONFLICTING",
        needs_approvals=rules.approvals,
        waits=waits(pull, rules, reviews, checks) if is_open else (),
        queued=is_open and (pull["isInMergeQueue"] or pull["autoMergeRequest"] is not None),
        reviews=reviews,
        checks=checks,
        url=pull["url"],
    )


def when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def login(actor: Mapping[str, Any] | None) -> str:
    """The name as REST and people write it: GraphQL leaves out how bots end. Who is gone is called 'ghost'."""
    if actor is None:
        return "ghost"
    name = str(actor["login"])
    return f"{name}[bot]" if actor.get("__typename") == "Bot" and not name.endswith("[bot]") else name


def _closed_by(pull: Mapping[str, Any]) -> str:
    nodes = [node for node in pull["closings"]["nodes"] if node]
    return login(nodes[-1]["actor"]) if nodes else ""


def _reviews(pull: Mapping[str, Any]) -> Iterator[Review]:
    for node in pull["reviews"]["nodes"]:
        # What somebody still writes is shown to nobody else.
        if node["state"] in _REVIEWS and node["submittedAt"]:
            head = (node["commit"] or {}).get("oid", "")
            at = datetime.fromisoformat(node["submittedAt"])
            yield Review(login(node["author"]), _REVIEWS[node["state"]], head, at, node["body"], node["id"])


def _checks(pull: Mapping[str, Any], rules: Rules) -> Iterator[Check]:
    """By name, the worst of each; one that is required and that nobody has reported is pending.

    All are required where no rule names any.
    """
    head = pull["headRefOid"]
    commit = next((node["commit"] for node in pull["commits"]["nodes"]), None)
    rollup = commit and commit["oid"] == head and commit["statusCheckRollup"]
    nodes = rollup["contexts"]["nodes"] if rollup else ()
    named = rules.checks | {_name(node) for node in nodes if node["isRequired"]}
    found: dict[str, Check] = {}
    for node in nodes:
        name, state = _name(node), _state(node)
        said = node["summary"] or node["title"] if node["__typename"] == "CheckRun" else node["description"]
        check = Check(name, state, head, (said or "")[:_SUMMARY], not named or name in named)
        if name not in found or _WORST.index(state) < _WORST.index(found[name].state):
            found[name] = check
    yield from (found[name] for name in sorted(found))
    yield from (Check(name, "pending", head, "required, and not reported yet") for name in sorted(named - set(found)))


def _name(node: Mapping[str, Any]) -> str:
    return str(node["name"] if node["__typename"] == "CheckRun" else node["context"])


def _state(node: Mapping[str, Any]) -> str:
    if node["__typename"] == "CheckRun":
        if node["status"] != "COMPLETED":
            return "pending"
        return "passed" if node["conclusion"] in _PASSED else "failed"
    if node["state"] in ("PENDING", "EXPECTED"):
        return "pending"
    return "passed" if node["state"] == "SUCCESS" else "failed"
