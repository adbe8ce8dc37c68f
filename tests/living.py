"""Whether processes still live."""

from __future__ import annotations

import time
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pid: int) -> bool:
    """Whether the process ends within moments: a signal takes its time."""
    for _ in range(100):
        if not alive(pid):
            return True
        time.sleep(0.02)
    return False
