"""Laws of sharing a sheet: whatever people and Chairlift do to it meanwhile, nothing of people's is written over."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chairlift.sheets.merging import LEVEL, SERVICE, locate, merge, typed_levels
from chairlift.sheets.sheet import HEADINGS
from chairlift.spreadsheets import Edits, Tab
from chairlift.testing.fakes.spreadsheet import MemorySpreadsheet

NAMES = ("shop", "cart", "=cmd", "Größe")
LEVELS = ("DIY", "Hands-off")
TEXTS = st.sampled_from(("", "DIY", "Hands-off", "=1", "x", " DIY "))


def level(text):
    return text.strip()


def ours_of(texts):
    """A sheet of ours from drawn texts."""
    return {
        name: {
            heading: name if heading == SERVICE else text.strip() for heading, text in zip(HEADINGS, row, strict=True)
        }
        for name, row in zip(NAMES, texts, strict=True)
    }


OURS = st.lists(st.lists(TEXTS, min_size=16, max_size=16), min_size=4, max_size=4).map(ours_of)
#: What people do: type into a cell of ours, move rows about, delete one, write rows and a column of their own.
TYPED = st.dictionaries(st.tuples(st.integers(1, 4), st.integers(1, 15)), TEXTS, max_size=6)
ORDER = st.permutations(range(4))


class Shared:
    def __init__(self):
        self.memory, self.known = MemorySpreadsheet(), {}

    @property
    def rows(self):
        tab = self.memory.read("x")
        return tab.rows if tab else ()

    def sync(self, ours):
        place, _ = locate(self.rows, NAMES, LEVELS, self.known)
        assert place
        found = merge(place, self.rows, ours, self.known, (), level)
        typed = typed_levels(place, self.rows, ours, self.known, level)
        self.memory.write("x", self.memory.read("x"), Edits(found.cells))
        self.known = found.known
        return found, typed


def synced(ours):
    shared = Shared()
    shared.sync(ours)
    return shared


@given(OURS)
def test_the_second_time_nothing_is_written(ours):
    shared = synced(ours)
    found, typed = shared.sync(ours)
    assert (found.cells, found.differences, typed) == ({}, (), {})


@given(OURS, OURS, OURS, TYPED, ORDER)
def test_what_people_did_stays_and_all_else_is_ours(before, now, later, typed, order):
    shared = synced(before)
    rows = [list(row) + [""] * (16 - len(row)) for row in shared.rows]
    for (row, column), text in typed.items():
        rows[row][column] = text
    moved = [rows[0], *(rows[1 + at] for at in order), ["", "", "a note"]]
    grid = [["mine" if i else "Mine", *row] for i, row in enumerate(moved)]
    shared.memory.pages["x"] = replace(Tab(1), rows=tuple(map(tuple, grid)))
    found, levels = shared.sync(now)

    differ = {(each.service, each.heading) for each in found.differences}
    after = [list(row) + [""] * (17 - len(row)) for row in shared.rows]
    assert [row[0] for row in after] == ["Mine", *["mine"] * 5]
    assert after[5][3] == "a note"
    for was, row in zip(grid[1:5], after[1:5], strict=True):
        for column, heading in enumerate(HEADINGS, start=1):
            mine, old = now[row[1]][heading], before[row[1]][heading]
            people = was[column].strip() not in (old, mine)
            assert row[column].strip() == (was[column].strip() if people else mine)
            assert ((row[1], heading) in differ) is people
    for name, both in levels.items():
        assert (name, LEVEL) in differ
        assert both is (now[name][LEVEL] != before[name][LEVEL])
    again, _ = shared.sync(now)
    assert (again.cells, set(again.differences)) == ({}, set(found.differences))
    # What Chairlift wrote itself is never taken for a person's.
    last, _ = shared.sync(later)
    assert {(each.service, each.heading) for each in last.differences} <= differ


@given(OURS, st.sets(st.sampled_from(NAMES)))
def test_deleted_rows_come_back_once(ours, deleted):
    shared = synced(ours)
    rows = tuple(row for row in shared.rows if row[0] not in deleted)
    if len(rows) == 1:
        return
    shared.memory.pages["x"] = replace(Tab(1), rows=rows)
    found, _ = shared.sync(ours)
    assert len(found.notes) == len(deleted)
    assert sorted(row[0] for row in shared.rows[1:]) == sorted(NAMES)
    assert shared.sync(ours)[0].cells == {}
