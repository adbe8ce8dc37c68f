"""Shows a check on a commit: an App by a check run, others by a commit status, which holds less."""

from __future__ import annotations

from typing import Any

from chairlift.adapters.github.names import quoted
from chairlift.adapters.github.talk import sayable
from chairlift.adapters.github.wire import Wire
from chairlift.core.budget import Call, Lane

_STATUSES = {"pending": "pending", "passed": "success", "failed": "failure"}
_CONCLUSIONS = {"passed": "success", "failed": "failure"}
#: What GitHub takes of the description of a status.
_DESCRIPTION = 140


def show_check(wire: Wire, app: int, path: str, repo: str, head: str, check: tuple[str, str, str]) -> None:
    """`check` is its name, its state, and what there is to say of it; what is shown already is left alone."""
    name, state, summary = sayable(check[0]), *check[1:]
    assert state in _STATUSES, state
    what = f"commit {head[:10]} of {repo}"
    if not app:
        # A status is added each time, and the last one counts.
        body = {"context": name, "state": _STATUSES[state], "description": sayable(summary, _DESCRIPTION)}
        wire.write("POST", f"{path}/statuses/{quoted(head)}", body, Lane.TALK, Call.WRITE, what)
        return
    run: dict[str, Any] = {"name": name, "head_sha": head, "output": {"title": state, "summary": sayable(summary)}}
    run["status"] = "in_progress" if state == "pending" else "completed"
    if state != "pending":
        run["conclusion"] = _CONCLUSIONS[state]
    shown = _shown(wire, app, f"{path}/commits/{quoted(head)}/check-runs", what, name)
    if shown is None or (shown["status"] == "completed" and state == "pending"):
        # One that has ended is not begun again: a new one takes its place.
        wire.write("POST", f"{path}/check-runs", run, Lane.TALK, Call.WRITE, what)
    elif any(shown.get(key) != run.get(key) for key in ("status", "conclusion")) or _said(shown) != _said(run):
        del run["head_sha"]
        wire.write("PATCH", f"{path}/check-runs/{shown['id']}", run, Lane.TALK, Call.WRITE, what)


def _shown(wire: Wire, app: int, path: str, what: str, name: str) -> Any:
    """Our own newest of this name; None where there is none."""
    found = wire.read(path, Lane.TALK, what, check_name=name, app_id=app, filter="latest")
    return max(found["check_runs"], key=lambda run: run["id"], default=None)


def _said(run: Any) -> str:
    return str((run.get("output") or {}).get("summary") or "")
