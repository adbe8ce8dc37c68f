"""Reviews and checks of a head, and whether they are enough for a merge."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from chairlift.core.upgrade import Check, PullRequest, Review
from chairlift.localforge.protection import Rule

APPROVED, CHANGES_REQUESTED, COMMENTED = "approved", "changes requested", "commented"
OPINIONS = (APPROVED, CHANGES_REQUESTED, COMMENTED)

PENDING, PASSED, FAILED = "pending", "passed", "failed"
CHECK_STATES = (PENDING, PASSED, FAILED)


def reviews_of(db: sqlite3.Connection, pull: int) -> tuple[Review, ...]:
    """All reviews of a pull request, oldest first, those of earlier heads too."""
    rows = db.execute("SELECT person, state, head, at, text FROM reviews WHERE pull = ? ORDER BY id", (pull,))
    return tuple(Review(by, state, head, datetime.fromisoformat(at), text) for by, state, head, at, text in rows)


def checks_of(db: sqlite3.Connection, repo: int, head: str, rule: Rule | None) -> tuple[Check, ...]:
    """The checks of one commit by name; one that the rule requires and nobody has reported is pending.

    All are required where no rule names any.
    """
    names = rule.checks if rule else ()
    rows = db.execute("SELECT name, state, summary FROM checks WHERE repo = ? AND head = ? ORDER BY name", (repo, head))
    shown = [Check(name, state, head, summary, not names or name in names) for name, state, summary in rows]
    missing = sorted(set(names) - {check.name for check in shown})
    return (*shown, *(Check(name, PENDING, head, "required, and not reported yet") for name in missing))


def unmet(pull: PullRequest, rule: Rule | None) -> str:
    """What a merge still lacks, with the remedy; empty when nothing. Only approvals of the present head count."""
    if pull.draft:
        return "it is a draft: mark it ready"
    if rule is None:
        return ""
    last = {review.by.casefold(): review for review in pull.reviews if review.state != COMMENTED}
    against = sorted(review.by for review in last.values() if review.state == CHANGES_REQUESTED)
    if rule.approvals and against:
        return f"{', '.join(against)} asked for changes: it takes their approval"
    approvals = sum(review.state == APPROVED and review.head == pull.head for review in last.values())
    if approvals < rule.approvals:
        return (
            f"{pull.base!r} needs {rule.approvals} approvals of {pull.head[:10]} and has {approvals}: ask for a review"
        )
    lacking = [f"{c.name!r} is {c.state}" for c in pull.checks if c.name in rule.checks and c.state != PASSED]
    return f"{pull.base!r} needs passed checks, and {', '.join(lacking)}" if lacking else ""
