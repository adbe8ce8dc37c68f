"""What many upgrades cost: a pass of the loop over rows that are not due, `status`, and a worker's memory."""

from __future__ import annotations

import resource
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from bench.cost import Cost, measured
from bench.place import NOTICE, answer, load
from chairlift.cli.frame import now, open_home

PASSES = 5
#: As long a log as an upgrade has when it waits for its merge.
ENTRIES = 12


def fill(home: Path, count: int) -> None:
    """So many upgrades that wait, each with a log behind it."""
    load(home, count, "many", [])
    from chairlift.core.log import Kind
    from chairlift.server.models import Entry, Upgrade

    at = now() - timedelta(hours=1)
    Upgrade.objects.update(
        level=NOTICE, admitted_at=at, change="upgrade", step="merge", decision="wait", why="notice to Owners",
        looked_at=at,
        until=at + timedelta(days=3), look_again_at=at + timedelta(days=3), evidence={"base": "0" * 40, "changes": {}},
    )  # fmt: skip
    facts = [{"verb": verb} for verb in ("open", "report", "approve", "announce")]
    Entry.objects.bulk_create(
        Entry(campaign_id=row.campaign_id, upgrade=row, at=at, by="chairlift", kind=Kind.DID, change="upgrade",
              step="merge", about=f"{number:040}", text="what came of it", data=facts[number % len(facts)])
        for row in Upgrade.objects.only("campaign_id") for number in range(ENTRIES)
    )  # fmt: skip
    answer(home)


def idle(home: Path) -> None:
    """The loop with nothing to do, once warm: the fastest of a few passes, as others share the machine."""
    worker = _worker(home)
    costs = [_pass(worker) for _ in range(PASSES)][1:]
    with measured() as status:
        subprocess.run([sys.executable, "-m", "chairlift", "status"], check=False, stdout=subprocess.DEVNULL)
    answer(home, wall=min(c.wall for c in costs), cpu=min(c.cpu for c in costs), status=status.cpu)


def memory(home: Path) -> None:
    """The peak of a worker that has read the services file and made one pass, in MB."""
    worker = _worker(home)
    from chairlift.server.models import RosterFile

    services = len(RosterFile.now().services)
    _pass(worker)
    answer(home, services=services, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _worker(home: Path):
    open_home(home)
    from chairlift.server.outside import Outside
    from chairlift.server.worker import Worker

    return Worker(Outside.of(home, now))


def _pass(worker) -> Cost:
    from chairlift.server.models import Campaign

    # Otherwise only one pass in a second tends.
    Campaign.objects.update(tended_at=now() - timedelta(seconds=2))
    with measured() as cost:
        busy = [worker.look_once(), worker.work_once(), worker.tend_once()]
    assert not any(busy)
    return cost


if __name__ == "__main__":
    if sys.argv[2] == "fill":
        fill(Path(sys.argv[1]), int(sys.argv[3]))
    else:
        {"idle": idle, "memory": memory}[sys.argv[2]](Path(sys.argv[1]))
