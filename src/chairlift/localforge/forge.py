"""The forge as a whole: what a program or a person works with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from chairlift.localforge.protection import Protection
from chairlift.localforge.pulls import Pulls
from chairlift.localforge.repositories import Repositories
from chairlift.localforge.store import Store
from chairlift.localforge.talk import Talk


class Forge:
    """Everything under one folder, shared by as many threads and processes as like.

    What the forge says no to is Refused; trouble with the disk comes as sqlite3.Error, OSError or pygit2.GitError.
    """

    def __init__(self, root: Path, now: Callable[[], datetime], patience: float = 20) -> None:
        self.store = Store(root.absolute(), patience)
        self.repositories = Repositories(self.store, now)
        self.protection = Protection(self.store)
        self.talk = Talk(self.store, self.repositories, now)
        self.pulls = Pulls(self.store, self.repositories, self.protection, self.talk, now)
