"""What a shared spreadsheet and Chairlift each changed since the last time, cell by cell: a three-way comparison."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from chairlift.core.reading import fold, nearest, quoted
from chairlift.sheets.sheet import HEADINGS
from chairlift.spreadsheets import Formula

SERVICE, LEVEL = "Service", "Level"
#: What is read together with a level, and what choosing then writes anew.
WITH_LEVEL = ("Chosen by", "Why", "Docs promised")
_RENEWED = (LEVEL, *WITH_LEVEL, "Chosen at")
_LAST_HEADER = 20
_KEYS = {fold(SERVICE), fold(LEVEL)}

Rows = Sequence[Sequence[str]]
#: Service -> heading -> text.
Texts = Mapping[str, Mapping[str, str]]
#: Service -> heading -> what Chairlift has written there last; a second text where it may not have arrived.
Known = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Place:
    """Where in a tab our table stands; all numbers are from 0. `end` is the first row below everything."""

    header: int
    columns: Mapping[str, int]
    rows: Mapping[str, int] = field(default_factory=dict)
    end: int = 0
    twice: frozenset[str] = frozenset()

    def text(self, rows: Rows, service: str, heading: str) -> str:
        row, column = rows[self.rows[service]], self.columns.get(heading, -1)
        return row[column] if 0 <= column < len(row) else ""


@dataclass(frozen=True)
class Difference:
    """A cell that a person has changed, and that is left alone until somebody settles it."""

    service: str
    heading: str
    ours: str
    theirs: str
    both: bool


@dataclass(frozen=True)
class Merged:
    """What is to be written, what differs, what then is known, and a line for each thing that people should see."""

    cells: Mapping[tuple[int, int], str]
    differences: tuple[Difference, ...]
    known: Known
    notes: tuple[str, ...] = ()


def locate(
    rows: Rows, services: Collection[str], levels: Collection[str], known: Known
) -> tuple[Place | None, list[str]]:
    """Our table, by the names of its columns and rows, wherever people moved them; None where it is not safe to write.

    Rows and columns of people's own are no problem; with the problems each line names the remedy.
    """
    if not any(any(row) for row in rows):
        if any(_arrived(known, service) for service in known):
            return None, ["the tab was emptied: restore it from the version history, or delete the tab to have it anew"]
        return Place(0, {heading: column for column, heading in enumerate(HEADINGS)}, {}, 1), []
    header = next((at for at, row in enumerate(rows[:_LAST_HEADER]) if set(map(fold, row)) >= _KEYS), None)
    if header is None:
        remedy = "write them into one row again, or name an empty or new tab in chairlift.toml"
        return None, [f"no row of the tab has the headings {SERVICE} and {LEVEL}: {remedy}"]
    headings = list(map(fold, rows[header]))
    for heading in (SERVICE, LEVEL):
        if headings.count(fold(heading)) > 1:
            return None, [f"there are two columns called {heading}: rename the one that is not Chairlift's"]
    columns, problems = _columns(headings)
    found = _Rows(rows, columns, {fold(name): name for name in services}, {fold(level) for level in levels}, known)
    for at in range(header + 1, len(rows)):
        found.take(at)
    unique = {name: at for name, at in found.at.items() if name not in found.twice}
    return Place(header, columns, unique, len(rows), frozenset(found.twice)), [*problems, *found.problems]


def _columns(headings: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    columns, problems = {}, []
    for heading in HEADINGS:
        many = headings.count(fold(heading))
        if many == 1:
            columns[heading] = headings.index(fold(heading))
        elif many:
            problems.append(f"there are {many} columns called {heading}, and none of them is written: rename one")
        else:
            problems.append(f"column {heading} is gone: head an empty column {heading}, and it is filled again")
    return columns, problems


@dataclass
class _Rows:
    """Finds the row of each service."""

    rows: Rows
    columns: Mapping[str, int]
    names: Mapping[str, str]
    levels: Collection[str]
    known: Known
    at: dict[str, int] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def take(self, at: int) -> None:
        said, level = self._cell(at, SERVICE), self._cell(at, LEVEL)
        name = "" if isinstance(said, Formula) else self.names.get(fold(said), "")
        if not name:
            self._own(at + 1, said, level)
        elif name in self.at:
            self.twice.add(name)
            what = f"row {at + 1}: {name} stands in row {self.at[name] + 1} already; neither is read or written"
            self.problems.append(f"{what}: delete one")
        else:
            self.at[name] = at

    def _own(self, number: int, said: str, level: str) -> None:
        """A row of people's own, unless it looks as if it were meant for us."""
        if isinstance(said, Formula):
            self.problems.append(f"row {number}: a formula stands for the service: type the name")
        elif said in self.known:
            self.problems.append(f"row {number}: {said} takes no part any more: delete its row")
        elif fold(level) in self.levels and not said:
            self.problems.append(f"row {number}: a level stands here, but no service: name it, or clear the level")
        elif fold(level) in self.levels:
            remedy = nearest(said, self.names.values())
            self.problems.append(f"row {number}: there is no service called {quoted(said)}: {remedy}")

    def _cell(self, at: int, heading: str) -> str:
        row, column = self.rows[at], self.columns[heading]
        return row[column] if column < len(row) else ""


def _arrived(known: Known, service: str) -> bool:
    """Its row did once stand in the sheet."""
    return len(known.get(service, {}).get(SERVICE, ())) == 1


def untouched(theirs: str, known: Sequence[str] | None) -> bool:
    """Nobody has typed there since Chairlift wrote it; or what was never written is still empty."""
    return theirs.strip() in [text.strip() for text in known or ("",)]


def typed_levels(place: Place, rows: Rows, ours: Texts, known: Known, level: Callable[[str], str]) -> dict[str, bool]:
    """Services whose level a person has changed in the sheet -> whether Chairlift's has changed since, too."""
    typed = {}
    for service in place.rows:
        theirs, mine = place.text(rows, service, LEVEL), ours[service][LEVEL]
        before = known.get(service, {}).get(LEVEL)
        if not _same(theirs, mine, level) and not untouched(theirs, before):
            typed[service] = not untouched(mine, before)
    return typed


def _same(theirs: str, mine: str, level: Callable[[str], str]) -> bool:
    return not isinstance(theirs, Formula) and level(theirs) == mine


def merge(
    place: Place, rows: Rows, ours: Texts, known: Known, taken: Collection[str], level: Callable[[str], str]
) -> Merged:
    """What is ours goes where nobody typed; `taken` are the services whose typed level was made a choice."""
    cells: dict[tuple[int, int], str] = {}
    differences: list[Difference] = []
    after: dict[str, dict[str, Sequence[str]]] = {}
    notes = []
    if not any(any(row) for row in rows):
        cells.update({(place.header, column): heading for heading, column in place.columns.items()})
    end = place.end
    for service, mine in ours.items():
        if service in place.twice:
            continue
        if service not in place.rows:
            if _arrived(known, service):
                notes.append(f"the row of {service} was deleted: it is written again as row {end + 1}")
            cells.update({(end, column): mine[heading] for heading, column in place.columns.items() if mine[heading]})
            after[service] = {heading: [mine[heading]] for heading in place.columns}
            end += 1
            continue
        row, before, then = place.rows[service], known.get(service, {}), dict(known.get(service, {}))
        write = {}
        for heading, column in place.columns.items():
            theirs, text = place.text(rows, service, heading), mine[heading]
            renewed = service in taken and heading in _RENEWED
            if heading == SERVICE or _same(theirs, text, level if heading == LEVEL else str.strip):
                then[heading] = [text]
            elif renewed or untouched(theirs, before.get(heading)):
                write[row, column] = text
                then[heading] = [text]
            else:
                both = not untouched(text, before.get(heading))
                differences.append(Difference(service, heading, text, str(theirs), both))
        if write:
            # Were the rows sorted between reading and writing, this shows as a name that stands twice, not as a choice.
            cells.update({**write, (row, place.columns[SERVICE]): service})
        after[service] = then
    return Merged(cells, tuple(differences), after, tuple(notes))


def meant(place: Place, rows: Rows, merged: Merged, known: Known) -> Known:
    """What is known while the writing may or may not arrive: what stands there now, and what is to stand there."""
    found: dict[str, dict[str, Sequence[str]]] = {}
    for service, then in merged.known.items():
        before = known.get(service, {})
        both = {}
        for heading, texts in then.items():
            now = place.text(rows, service, heading) if service in place.rows else ""
            if list(before.get(heading, ())) != list(texts) and now not in texts:
                both[heading] = [str(now), *texts]
        if both:
            found[service] = {**before, **both}
    return found
