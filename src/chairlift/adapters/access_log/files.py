"""The files of a service's access logs: each once, however they are rotated meanwhile, and bounded."""

from __future__ import annotations

import glob
import gzip
import os
import stat
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from urllib.parse import quote

from chairlift.adapters.access_log.settings import PLACEHOLDER
from chairlift.ports import Refused, Unavailable

#: Longer lines are nobody's; so many bytes tell one log from another.
LONGEST, _HEAD = 64 << 10, 4096
_PACKED = ".gz"
_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class Log:
    """One open file, from its beginning; `changed` is when something was last written to it, in seconds since 1970."""

    path: str
    file: IO[bytes]
    size: int
    packed: bool
    changed: float

    def lines(self) -> Iterator[bytes]:
        """Those that are whole: the last may still be written. What is too long is some empty ones."""
        try:
            while line := self.file.readline(LONGEST):
                if line.endswith(b"\n"):
                    yield line
                elif len(line) == LONGEST:
                    while line and not line.endswith(b"\n"):
                        yield b""
                        line = self.file.readline(LONGEST)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Unavailable(f"{self.path} cannot be unpacked ({type(error).__name__}): is it being packed?") from None
        except OSError as error:
            raise Unavailable(f"{self.path} cannot be read: {error.strerror}; look at its disk") from None

    def beginning(self) -> bytes:
        """So much of it that no other log begins alike."""
        with suppress(EOFError, zlib.error, OSError):
            read = self.file.read(_HEAD)
            self.file.seek(0)
            return read
        return b""


@contextmanager
def opened(patterns: Sequence[str], names: Mapping[str, str]) -> Iterator[list[Log]]:
    """All files that the patterns mean, each once: opened at the same time, so that none is read under two names.

    Unavailable where the folder of a pattern is not there, Refused where one may not be read.
    """
    filled = [_filled(pattern, names) for pattern in patterns]
    with ExitStack() as stack:
        logs: list[Log] = []
        seen: set[object] = set()
        for path in dict.fromkeys(path for pattern in filled for path in _found(pattern)):
            log, identity = _opened(path, stack)
            if log is None or identity in seen:
                continue
            seen.add(identity)
            logs.append(log)
        yield _once(logs)


def _found(pattern: str) -> list[str]:
    folder = Path(pattern).parent
    if not glob.has_magic(str(folder)) and not folder.is_dir():
        raise Unavailable(f"there is no folder {str(folder)[:200]!r} with access logs: is it mounted?")
    return sorted(glob.glob(pattern))


def _filled(pattern: str, names: Mapping[str, str]) -> str:
    """A name stays one part of a path, and means only itself."""
    return PLACEHOLDER.sub(lambda found: _part(names[found[1]]), pattern)


def _part(name: str) -> str:
    encoded = quote(name, safe="", errors="surrogatepass")
    # A part of dots alone would lead elsewhere.
    return encoded.replace(".", "%2E") if not encoded.strip(".") else encoded


def _opened(path: str, stack: ExitStack) -> tuple[Log | None, object]:
    try:
        # What is no file, such as a pipe, would be waited for.
        raw = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None, None
    except OSError as error:
        raise Refused(f"{path} cannot be opened: {error.strerror}; let Chairlift read it") from None
    state = os.fstat(raw)
    if not stat.S_ISREG(state.st_mode):
        os.close(raw)
        return None, None
    file = stack.enter_context(os.fdopen(raw, "rb"))
    packed = file.peek(2)[:2] == _MAGIC
    unpacked: IO[bytes] = cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=file))) if packed else file
    return Log(path, unpacked, state.st_size, packed, state.st_mtime), (state.st_dev, state.st_ino)


def _once(logs: Sequence[Log]) -> list[Log]:
    """Without those that are being copied or packed: for a moment they are there twice, and begin alike."""
    plain = {log.path for log in logs if not log.packed}
    kept: dict[bytes, Log] = {}
    short: list[Log] = []
    for log in logs:
        if log.packed and log.path.removesuffix(_PACKED) in plain:
            continue
        head = log.beginning()
        if len(head) < _HEAD:
            short.append(log)
        elif head not in kept or log.size > kept[head].size or (kept[head].packed and not log.packed):
            kept[head] = log
    return [*kept.values(), *short]
