"""Reads choices from a sheet: ours, or one that a company has kept so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from chairlift.core.files import Problem, Roster
from chairlift.core.menu import Campaign
from chairlift.core.reading import fold, nearest, quoted
from chairlift.core.upgrade import Person, Service
from chairlift.sheets.grids import Columns, Line, Unreadable, find_grid

#: What the columns of today's sheets are called, the surest name first.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "service": (
        *("service", "service name", "ida", "ida name", "application", "app", "component", "project", "name"),
        *("repository", "repository name", "repo", "repo name"),
    ),
    "level": (
        *("level", "service level", "chosen level", "level of service", "support level", "tier", "service tier"),
        *("choice", "option"),
    ),
    "squad": ("squad", "squad name", "owning squad", "team", "team name", "owning team", "owner", "owned by"),
    "why": ("why", "reason", "rationale", "notes", "note", "comments", "comment"),
    "by": ("chosen by", "by", "decided by", "who", "contact", "squad contact", "contact person"),
    "docs_promised": ("docs promised", "docs promised by", "deploy docs promised", "docs by", "documentation promised"),
}
_UNCHOSEN = frozenset({"", "-", "–", "—", "?", "tbd", "n/a", "none", "undecided", "not chosen", "not chosen yet"})
_NUMBERED = re.compile(r"(?:level|lvl|l)?\s*#?\s*(\d{1,3})\b[\s.:)(,–—-]*(.*?)[\s)]*", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"^(?:[a-z+]+://[^/]+/|[\w.-]+@[^:/]+:)", re.IGNORECASE)


@dataclass(frozen=True)
class Choice:
    """What one row says. `by` is a known person, or empty where the row names nobody."""

    service: str
    level: str
    why: str = ""
    by: str = ""
    docs_promised: date | None = None
    row: int = 0


@dataclass(frozen=True)
class Import:
    """What a sheet says. Only where `problems` is empty is it all there; `unchosen` are services without a level."""

    rows: tuple[Choice, ...] = ()
    problems: tuple[Problem, ...] = ()
    unchosen: tuple[str, ...] = ()


def read(
    data: bytes, filename: str, campaign: Campaign, services: Iterable[Service], people: Iterable[Person]
) -> Import:
    """The choices in a CSV, XLSX, Markdown or JSON file; each row that cannot be understood is a problem."""
    try:
        grid = find_grid(data, filename, find_columns)
    except Unreadable as error:
        return Import(problems=(Problem(filename, 1, error.what, error.remedy),))
    roster = Roster(people=tuple(people), services=tuple(services))
    reader = _Reader(filename, campaign, roster, _by_repository(roster.services), grid.columns)
    for line in grid.lines:
        reader.take(line)
    return Import(tuple(reader.choices), tuple(reader.problems), tuple(reader.unchosen))


def find_columns(texts: Sequence[str]) -> Columns:
    """Where the columns stand that we understand; nothing where a row is no header."""
    headings = [heading(text) for text in texts]
    found = {
        meaning: headings.index(next(filter(headings.__contains__, known)))
        for meaning, known in _HEADINGS.items()
        if not set(known).isdisjoint(headings)
    }
    return found if {"service", "level"} <= found.keys() else {}


def heading(text: str) -> str:
    """'Service Level (1-4):' is 'service level'."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"\(.*?\)", " ", text.casefold())))


@dataclass
class _Reader:
    """What was found so far, and what it is measured by."""

    file: str
    campaign: Campaign
    roster: Roster
    by_repository: Mapping[str, list[Service]]
    columns: Columns
    choices: list[Choice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unchosen: list[str] = field(default_factory=list)
    _rows: dict[str, int] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """Read one row; what is wrong with it is noted, all at once."""
        said = {key: line.texts[at].strip() if at < len(line.texts) else "" for key, at in self.columns.items()}
        name, level = said["service"], said["level"]
        if fold(level) in _UNCHOSEN - {fold(known.name) for known in self.campaign.levels}:
            if service := self._find(name):
                self.unchosen.append(service.name)
            return
        before = len(self.problems)
        service, chosen = self._service(line.number, name, said.get("squad", "")), self._level(line.number, level)
        by, docs = self._by(line.number, said.get("by", "")), self._docs(line.number, said.get("docs_promised", ""))
        if service and chosen and len(self.problems) == before:
            self.choices.append(Choice(service.name, chosen, said.get("why", ""), by, docs, line.number))

    def _problem(self, row: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, row, what, remedy))

    def _find(self, name: str) -> Service | None:
        """By name, else by repository, where that means only one."""
        if self.roster.has(name):
            return self.roster.service(name)
        wanted = _repository(name)
        found = self.by_repository.get(wanted) or self.by_repository.get(_end(wanted), [])
        return found[0] if len(found) == 1 else None

    def _service(self, row: int, name: str, squad: str) -> Service | None:
        if not name:
            self._problem(row, "a level stands here, but no service", "name the service, or remove the row")
            return None
        service = self._find(name)
        if not service:
            known = (service.name for service in self.roster.services)
            self._problem(row, f"there is no service called {quoted(name)}", nearest(name, known))
            return None
        first = self._rows.setdefault(service.name, row)
        if first != row:
            self._problem(row, f"{service.name} stands in row {first} already", "keep one row for each service")
        if squad and fold(squad) != fold(service.squad.name):
            what = f"{service.name} belongs to {service.squad.name}, not to {quoted(squad)}"
            self._problem(row, what, "correct the sheet, or the services file")
        return service

    def _level(self, row: int, text: str) -> str:
        """By name, by number, or by both, such as '2' or 'Level 2: Trust but verify'."""
        try:
            return self.campaign.level(text).name
        except KeyError:
            pass
        names = [level.name for level in self.campaign.levels]
        found = _NUMBERED.fullmatch(text)
        if not found:
            self._problem(row, f"there is no level called {quoted(text)}", nearest(text, names))
        elif not 1 <= int(found[1]) <= len(names):
            self._problem(row, f"there is no level {int(found[1])}", f"the menu has {len(names)}: {', '.join(names)}")
        else:
            name = names[int(found[1]) - 1]
            if not found[2] or fold(found[2]) == fold(name):
                return name
            what = f"{quoted(text)} is two levels: number {int(found[1])} is {quoted(name)}"
            self._problem(row, what, "write only the number, or only the name")
        return ""

    def _by(self, row: int, text: str) -> str:
        person = self.roster.person(text) if text else None
        if text and not person:
            known = (person.name for person in self.roster.people)
            self._problem(row, f"there is no person called {quoted(text)}", nearest(text, known))
        return person.name if person else ""

    def _docs(self, row: int, text: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._problem(row, f"{quoted(text)} is no date", "write it as 2021-10-15")
            return None


def _by_repository(services: Iterable[Service]) -> Mapping[str, list[Service]]:
    """Services by their repository, as the services file writes it and by the end of its path."""
    found: dict[str, list[Service]] = {}
    for service in services:
        repo = _repository(service.repo)
        for key in {repo, _end(repo)}:
            found.setdefault(key, []).append(service)
    return found


def _end(repository: str) -> str:
    return repository.rpartition("/")[2]


def _repository(text: str) -> str:
    """'https://github.com/Acme/Shop.git' is 'acme/shop'."""
    return _HOST.sub("", fold(text)).rstrip("/").removesuffix(".git")
