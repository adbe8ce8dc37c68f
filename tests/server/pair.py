"""Two workers, each with threads of its own, in one process on one home: `python -m tests.server.pair HOME SECONDS`."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from chairlift.cli.frame import open_home


def main(home: Path, seconds: float) -> int:
    """0 when all was quiet in time."""
    open_home(home)
    from chairlift.cli.operating import quiet
    from chairlift.server.outside import Outside
    from chairlift.server.worker import Worker, clock

    workers = [Worker(Outside.of(home, clock)) for _ in range(2)]
    threads = [threading.Thread(target=worker.run, kwargs={"lookers": 3, "hands": 2}) for worker in workers]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    while not quiet() and time.monotonic() < end:
        time.sleep(0.2)
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join()
    return 0 if time.monotonic() < end else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2])))
