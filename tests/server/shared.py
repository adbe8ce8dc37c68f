"""A spreadsheet that a campaign is shared in, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chairlift.core.files.installation import SharedSheet
from chairlift.core.log import Kind
from chairlift.server import syncing
from chairlift.server.models import Entry, SheetConflict
from chairlift.testing.fakes.spreadsheet import MemorySpreadsheet

TAB = "Upgrade"
NAMES = ("=cmd", "bare", "cart", "desk", "shop")


class Shared:
    """The spreadsheet, by the names of its rows and columns."""

    def __init__(self, world):
        self.world, self.memory = world, MemorySpreadsheet()
        self.config = SharedSheet({"kind": "memory"}, TAB, "Lena")

    def sync(self, **config):
        world = self.world
        world.tick(timedelta(minutes=1))
        found = SharedSheet({}, TAB, config.get("by", "Lena"))
        return syncing.sync(world.campaign, self.memory, found, world.roster, world.now)

    @property
    def rows(self):
        return self.memory.pages[TAB].rows

    def place(self, service, heading):
        header = next(row for row in self.rows if "Service" in row and "Level" in row)
        column = header.index(heading)
        name = header.index("Service")
        return next(i for i, row in enumerate(self.rows) if len(row) > name and row[name] == service), column

    def cell(self, service, heading="Level"):
        row, column = self.place(service, heading)
        return self.rows[row][column] if column < len(self.rows[row]) else ""

    def type(self, service, text, heading="Level"):
        self.memory.type(TAB, *self.place(service, heading), text)

    def set(self, rows):
        self.memory.pages[TAB] = replace(self.memory.pages[TAB], rows=tuple(map(tuple, rows)))

    def quiet(self):
        """A second sync with nothing changed writes nothing."""
        before = self.memory.writes
        done = self.sync()
        assert (self.memory.writes, done.written, done.taken) == (before, 0, ())
        return done


def chosen(world):
    rows = Entry.objects.filter(kind=Kind.CHOSE).order_by("pk")
    return list(rows.values_list("upgrade__service__name", "by", "about", "text"))


def conflicts():
    return list(
        SheetConflict.objects.order_by("service", "heading").values_list("service", "heading", "ours", "theirs")
    )
