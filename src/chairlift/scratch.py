"""Temporary folders: below one of each process, which the next process removes where this one was killed.

A process's own folder is named by its user and number, and holds a lock (a flock, so it ends with the process) for as
long as the process lives: what can be locked has nobody left. It gets its name only once it is locked, so nothing that
bears such a name was ever without.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

_LOCK = ".lock"
_making = threading.Lock()
#: By process: a fork must not share what its parent removes.
_own: dict[int, Path] = {}


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A new empty folder, removed afterwards as far as that can be done; for our user alone. Raises OSError."""
    with tempfile.TemporaryDirectory(dir=_parent(), ignore_cleanup_errors=True) as name:
        yield Path(name)


def sweep(where: Path) -> tuple[Path, ...]:
    """Remove what processes of ours that are dead have left in this folder; what was removed."""
    removed = []
    for left in where.iterdir():
        if not re.fullmatch(rf"chairlift-{os.geteuid()}-\d+-\w+", left.name) or not _is_ours(left):
            continue
        with contextlib.suppress(OSError):
            lock = _locked(left)
            try:
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)
            removed.append(left)
    return tuple(removed)


def _parent() -> Path:
    """The folder of this process; at the first call it is made, and what others left is swept."""
    with _making:
        # Somebody who cleans up by age may have taken it.
        if os.getpid() not in _own or not _own[os.getpid()].is_dir():
            where = Path(tempfile.gettempdir())
            with contextlib.suppress(OSError):
                sweep(where)
            _own[os.getpid()] = _made(where)
        return _own[os.getpid()]


def _made(where: Path) -> Path:
    new = Path(tempfile.mkdtemp(prefix="chairlift-new-", dir=where))
    # Kept open on purpose: it ends with the process, and with what it forked.
    lock = _locked(new)
    own = new.rename(where / f"chairlift-{os.geteuid()}-{os.getpid()}-{new.name.rpartition('-')[2]}")
    atexit.register(_remove, own, os.getpid(), lock)
    return own


def _remove(own: Path, process: int, lock: int) -> None:
    # A fork inherits what is to be done at the end, but not the folder.
    if os.getpid() == process:
        shutil.rmtree(own, ignore_errors=True)
        os.close(lock)


def _locked(place: Path) -> int:
    """Raises OSError where another process has it."""
    lock = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock


def _is_ours(place: Path) -> bool:
    try:
        found = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
