"""What a survey of many upgrades costs, on a forge in memory that answers at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.cost import measured
from bench.place import NOTICE, answer, load
from chairlift.cli.frame import now, open_home
from chairlift.ports import Watched


class Still:
    """A forge where nothing changes; it counts how often it is asked."""

    def __init__(self) -> None:
        self.calls = 0

    def marks(self, watched: Sequence[Watched]) -> Sequence[str]:
        self.calls += 1
        return [f"{each.repo} {each.branches}" for each in watched]


def main(home: Path, count: int) -> None:
    load(home, count, "surveyed", [])
    open_home(home)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from chairlift.server.models import ForgeState, RosterFile, Upgrade
    from chairlift.server.outside import Outside
    from chairlift.server.surveys import survey_due

    class One(Outside):
        def forge(self, name: str) -> Any:
            return forge

    forge, at = Still(), now()
    outside = One.of(home, now)
    Upgrade.objects.update(level=NOTICE, decision="wait", step="merge", look_again_at=at + timedelta(days=1))
    roster = RosterFile.now()

    def a_round(after: timedelta) -> int:
        before = forge.calls
        while survey_due(outside, "local", lambda: roster, at + after):
            pass
        return forge.calls - before

    # The first one writes all marks down; each after it finds them as they are.
    a_round(timedelta(0))
    with measured() as cost, CaptureQueriesContext(connection) as queries:
        calls = a_round(timedelta(minutes=5))
    ForgeState.objects.update(hooked_at=at + timedelta(minutes=9))
    hooked = a_round(timedelta(minutes=10))
    answer(home, calls=calls, cpu=cost.cpu, queries=len(queries), hooked=hooked)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
