"""What one call costs that is taken from the budget in the database."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from bench.place import answer
from chairlift.cli.frame import now, open_home
from chairlift.core.budget import Call, Lane, Limits
from chairlift.server.database import VARIABLE

WHO = "github.com app 12"
LIMITS = Limits(requests_hour=10**6, points_minute=10**6, creates_minute=10**6, creates_hour=10**6, gap=0.0)


def main(home: Path, count: int, url: str) -> None:
    if url:
        os.environ[VARIABLE] = url
    open_home(home)
    from chairlift.server.budgets import DatabaseBudget
    from chairlift.server.models import Spending

    budget = DatabaseBudget("hub", now)
    # As full as a ledger is in the middle of a wave.
    for _ in range(50):
        budget.spend(WHO, LIMITS, Lane.OPEN, Call.CREATE)
    found = {}
    for name, call in (("write", Call.CREATE), ("read", Call.READ)):
        before = Spending.objects.get().edition
        costs = []
        for _ in range(count):
            begun = time.process_time()
            budget.spend(WHO, LIMITS, Lane.OPEN, call)
            costs.append(time.process_time() - begun)
        found[name] = costs
        writes = (Spending.objects.get().edition - before) / count
    answer(home, **found, writes=writes)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
