"""One look at an upgrade: what people have written in comments and reviews is obeyed before anything is done."""

from __future__ import annotations

from datetime import datetime

from chairlift.core.files import Roster
from chairlift.core.upgrade import Upgrade as UpgradeValue
from chairlift.ports import Ports
from chairlift.reconcile import Known, Reached, reconcile
from chairlift.server import comments
from chairlift.server.models import Upgrade


def look(
    row: Upgrade, up: UpgradeValue, ports: Ports, roster: Roster, now: datetime, known: Known | None
) -> tuple[UpgradeValue, Reached]:
    """What holds after that, and where it stands. What is `known` is not asked again, and no comments are then."""
    up, reached = _looked(row, up, ports, roster, now, known)
    if comments.read_reviews(row, up, reached, ports, roster, now):
        # What was decided did not know of these words.
        up = row.snapshot(roster)
        reached = reconcile(up, ports, now)
    return up, reached


def _looked(
    row: Upgrade, up: UpgradeValue, ports: Ports, roster: Roster, now: datetime, known: Known | None
) -> tuple[UpgradeValue, Reached]:
    if known:
        return up, reconcile(up, ports, now, known)
    begun = bool(up.said.begun or up.said.attempts)
    if begun and comments.read(row, up, ports, roster, now):
        up = row.snapshot(roster)
    reached = reconcile(up, ports, now)
    # Before anything has begun there is nothing that a comment meant for us could stand on, but what people opened.
    opened = not begun and any(seen.pull for _, seen in reached.walked)
    if opened and comments.read(row, up, ports, roster, now):
        up = row.snapshot(roster)
        reached = reconcile(up, ports, now)
    return up, reached
