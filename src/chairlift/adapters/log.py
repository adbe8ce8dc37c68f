"""Tells people by a file: one JSON object per line and message."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from errno import EEXIST
from hashlib import sha256
from pathlib import Path

from chairlift.examining import finding
from chairlift.ports import Finding, Message, Refused, Unavailable


@dataclass(frozen=True)
class Settings:
    """`path` is the file, usually `messages.jsonl` in Chairlift's home; its folder is made when it is missing."""

    path: Path = Path("messages.jsonl")


class LogNotifier:
    """Fulfils `chairlift.ports.Notifier`: not twice under one key, however many processes write to the file."""

    def __init__(self, settings: Settings) -> None:
        self._path = Path(settings.path)
        self._told: set[bytes] = set()
        self._file: tuple[int, int] = (0, 0)
        self._read = 0

    def tell(self, message: Message) -> None:
        """Appends the message. Raises Refused where the file cannot be written at all, Unavailable on a full disk."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                self._append(descriptor, message)
            finally:
                os.close(descriptor)
        except (PermissionError, NotADirectoryError, IsADirectoryError, FileExistsError) as error:
            raise Refused(f"cannot write {str(self._path)!r}: {error.strerror}; mend its path or its rights") from error
        except OSError as error:
            raise Unavailable(f"cannot write {str(self._path)!r}: {error.strerror}; make room for it") from error

    def examine(self) -> Sequence[Finding]:
        """Whether the file can be written; it is not made."""
        return [finding(f"file {self._path}", self._writable)]

    def _writable(self) -> str:
        there = next(each for each in (self._path, *self._path.absolute().parents) if each.exists())
        right = there.is_file() if there == self._path else there.is_dir()
        if not right or not os.access(there, os.W_OK):
            raise Refused(f"cannot write {str(self._path)!r}: look at {str(there)!r}, and mend the path or its rights")
        return ""

    def _append(self, descriptor: int, message: Message) -> None:
        # All under the lock: what others wrote since our last look is read first, so that each line is read once.
        size = self._catch_up(descriptor)
        if _digest(message.key) in self._told:
            return
        # A process that was killed while it wrote has left half a line, which must not swallow ours.
        torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
        said = asdict(message) | {"at": message.at.isoformat() if message.at else None}
        if not message.html:
            del said["html"]
        _write(descriptor, (b"\n" if torn else b"") + json.dumps(said).encode() + b"\n", size)

    def _catch_up(self, descriptor: int) -> int:
        """Learn the keys of the lines that are new, and return the size of the file."""
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            # A device may never end.
            raise FileExistsError(EEXIST, "it is no plain file")
        if (status.st_dev, status.st_ino) != self._file or status.st_size < self._read:
            self._file, self._read = (status.st_dev, status.st_ino), 0
            self._told.clear()
        with os.fdopen(os.dup(descriptor), "rb") as lines:
            lines.seek(self._read)
            for line in lines:
                self._learn(line)
        self._read = status.st_size
        return status.st_size

    def _learn(self, line: bytes) -> None:
        try:
            self._told.add(_digest(json.loads(line)["key"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            # Half a line of a killed process, or a person's own: it tells nothing.
            return


def _write(descriptor: int, data: bytes, size: int) -> None:
    try:
        written = os.write(descriptor, data)
        if written < len(data):
            os.write(descriptor, data[written:])
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _digest(key: str) -> bytes:
    return sha256(key.encode(errors="surrogatepass")).digest()[:16]
