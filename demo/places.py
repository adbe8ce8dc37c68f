"""What was released where: one small file per release, and a link `current` to the last."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Released:
    """One release into one environment. `django` is what the environment itself says; a library has none."""

    number: int
    commit: str
    since: str
    django: str


class Place:
    """One environment of one service, under `$CHAIRLIFT_DEMO/envs`."""

    def __init__(self, home: Path, service: str, environment: str) -> None:
        self.folder = home / "envs" / service / environment

    def code(self, commit: str) -> Path:
        return self.folder / commit

    def current(self) -> Released | None:
        """What runs now; None where nothing was ever released."""
        return self._read(self.folder / "current")

    def history(self) -> Iterator[Released]:
        """All that ran here, the last first. What was written but never ran is not in it."""
        current = self.current()
        for number in range(current.number if current else 0, 0, -1):
            if released := self._read(self._file(number)):
                yield released

    def switch(self, commit: str, since: datetime, django: str) -> None:
        """From now on this runs: one rename, so nobody ever sees anything between the two."""
        before = self.current()
        released = Released((before.number if before else 0) + 1, commit, since.isoformat(), django)
        file = self._file(released.number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(released)))
        link = self.folder / "next"
        link.unlink(missing_ok=True)
        link.symlink_to(file.relative_to(self.folder))
        os.replace(link, self.folder / "current")

    def _file(self, number: int) -> Path:
        return self.folder / "releases" / f"{number}.json"

    @staticmethod
    def _read(file: Path) -> Released | None:
        return Released(**json.loads(file.read_text())) if file.exists() else None
