"""Checks of a commit: what CI and others report on it, and the status checks that a project asks others for by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chairlift.adapters.gitlab.errors import Missing, NotNow
from chairlift.adapters.gitlab.names import place
from chairlift.adapters.gitlab.speech import DESCRIPTION, NAME, sayable
from chairlift.adapters.gitlab.wire import Wire
from chairlift.core.budget import Lane
from chairlift.core.upgrade import Check
from chairlift.ports import Refused

_SENT = {"pending": "pending", "passed": "success", "failed": "failed"}
_PASSED = frozenset({"success", "skipped"})
_FAILED = frozenset({"failed", "canceled", "canceling"})
_WORST = ("failed", "pending", "passed")


def asks_by_name(project: Mapping[str, Any]) -> bool:
    """Whether status checks must pass before a merge; only an Ultimate project can ask that."""
    return bool(project.get("only_allow_merge_if_all_status_checks_passed"))


def checks_of(
    statuses: Sequence[Mapping[str, Any]], named: Sequence[Mapping[str, Any]], head: str, project: Mapping[str, Any]
) -> tuple[Check, ...]:
    """By name, the worst of each in its newest pipeline.

    Where nothing is asked for by name, and no pipeline, all are required that may not fail.
    """
    pipeline = bool(project.get("only_allow_merge_if_pipeline_succeeds"))
    newest: dict[str, int] = {}
    for each in statuses:
        newest[each["name"]] = max(newest.get(each["name"], 0), each.get("pipeline_id") or 0)
    found: dict[str, Check] = {}
    for each in statuses:
        name, state = str(each["name"]), _state(each)
        if (each.get("pipeline_id") or 0) < newest[name]:
            continue
        required = not each.get("allow_failure") and (pipeline or not named)
        check = Check(name, state, head, str(each.get("description") or ""), required)
        if name not in found or _WORST.index(state) < _WORST.index(found[name].state):
            found[name] = check
    for each in named:
        name = str(each["name"])
        # One that GitLab asks for is known by its own answer, whatever else is reported under its name.
        found[name] = Check(name, str(each["status"]), head, found[name].summary if name in found else "", True)
    return tuple(found[name] for name in sorted(found))


def _state(status: Mapping[str, Any]) -> str:
    state = str(status["status"])
    if state == "manual" and status.get("allow_failure"):
        return "passed"
    return "passed" if state in _PASSED else "failed" if state in _FAILED else "pending"


def show_check(wire: Wire, repo: str, head: str, name: str, state: str, summary: str) -> None:
    """As a commit status; and as the answer to a status check of this name, where the project has one."""
    body = {"state": _SENT[state], "name": sayable(name)[:NAME], "description": sayable(summary)[:DESCRIPTION]}
    try:
        wire.send("POST", place(repo, "statuses", head), Lane.TALK, body)
    except Missing:
        wire.get(place(repo), Lane.TALK)
        raise Refused(f"{repo} has no commit {head!r} to show a check on: push it first") from None
    except NotNow as error:
        # It is shown so already: GitLab takes a status only where it is another.
        if "Cannot transition" not in error.said:
            raise
    if asks_by_name(wire.get(place(repo), Lane.TALK)):
        _answer(wire, repo, head, name, state)


def _answer(wire: Wire, repo: str, head: str, name: str, state: str) -> None:
    for pull in wire.every(place(repo, "repository", "commits", head, "merge_requests"), Lane.TALK):
        if pull["state"] != "opened" or pull["sha"] != head:
            continue
        for each in wire.every(place(repo, "merge_requests", pull["iid"], "status_checks"), Lane.TALK):
            if each["name"] == name and each["status"] != state:
                body = {"sha": head, "external_status_check_id": each["id"], "status": state}
                path = place(repo, "merge_requests", pull["iid"], "status_check_responses")
                wire.send("POST", path, Lane.TALK, body)
