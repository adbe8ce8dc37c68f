"""Services from a CSV or XLSX file; its columns are known by their headings, whatever their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chairlift.catalogues.claims import Catalogue, Claim, Left, Owner, Value, repository
from chairlift.core.files import Problem
from chairlift.sheets.grids import Columns, Line, Unreadable, find_grid
from chairlift.sheets.reading import heading

#: What the columns of a list of services are called, the surest name first.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "service": ("service", "service name", "ida", "ida name", "application", "app", "component", "project", "name"),
    "repo": (
        *("repository", "repository name", "repo", "repo name", "project slug", "repository url", "repo url"),
        *("git", "git url", "source", "url"),
    ),
    "squad": ("squad", "squad name", "owning squad", "team", "team name", "owning team", "owner", "owned by"),
    "contact": (
        *("contact", "squad contact", "contact person", "maintainer", "tech lead", "lead", "e mail", "email"),
        *("contact email", "owner email", "team email"),
    ),
    "forge": ("forge", "host", "git host"),
    "tests": ("tests", "test command", "test", "tests command", "how to test"),
    "deploy_docs": ("deploy docs", "deploy documentation", "deployment docs", "documentation", "docs", "runbook"),
    "deploy": ("deployer", "deploy command", "deploy", "deployment"),
    "running": ("running", "running command", "version command", "what runs"),
    "library": ("library", "type", "kind"),
    "after": ("after", "depends on", "dependencies", "goes after"),
}
_MISSING = (
    "no row names a column for the service, and one for its repository or squad",
    "head them Service, Repository",
)
_NOTHING = frozenset({"", "-", "–", "—", "?", "n/a", "none", "tbd"})
_LIBRARIES = frozenset({"library", "lib", "package", "yes", "true", "y", "x", "1"})


def read(data: bytes, file: str) -> Catalogue:
    """A claim for each row; each row that cannot be understood is a problem by its number."""
    headers = _Headers()
    try:
        grid = find_grid(data, file, headers.find, _MISSING)
    except Unreadable as error:
        return Catalogue(problems=(Problem(file, 1, error.what, error.remedy),))
    rows = _Rows(file, grid.columns)
    for line in grid.lines:
        rows.take(line)
    left = [Left(file, 1, name, "a column that means nothing here") for name in headers.unknown]
    return Catalogue(tuple(rows.claims), tuple(rows.problems), tuple(left))


@dataclass
class _Headers:
    """Finds the header, and keeps what it has that is not understood."""

    unknown: list[str] = field(default_factory=list)

    def find(self, texts: Sequence[str]) -> Columns:
        headings = [heading(text) for text in texts]
        found = {
            meaning: headings.index(next(filter(headings.__contains__, known)))
            for meaning, known in _HEADINGS.items()
            if not set(known).isdisjoint(headings)
        }
        if not ({"service", "repo"} & found.keys() and {"repo", "squad"} & found.keys() and len(found) > 1):
            return {}
        self.unknown = [text for at, text in enumerate(texts) if text.strip() and at not in found.values()]
        return {"service": found.get("repo", 0), **found}


@dataclass
class _Rows:
    """What was found so far."""

    file: str
    columns: Columns
    claims: list[Claim] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def take(self, line: Line) -> None:
        said = {key: line.texts[at].strip() if at < len(line.texts) else "" for key, at in self.columns.items()}
        said = {key: "" if text.casefold() in _NOTHING else text for key, text in said.items()}
        if not any(said.values()):
            return
        repo, forge = repository(said.get("repo", ""))
        name = said["service"]
        if self.columns["service"] == self.columns.get("repo"):
            name = repo.rpartition("/")[2]
        if not name:
            what = "this row says something, but not of which service"
            self.problems.append(Problem(self.file, line.number, what, "name the service, or remove the row"))
            return
        values: dict[str, Value] = {
            "repo": repo,
            "forge": said.get("forge", ""),
            "host": forge,
            "tests": said.get("tests", ""),
            "deploy_docs": said.get("deploy_docs", ""),
            "deploy": said.get("deploy", ""),
            "running": said.get("running", ""),
            "after": tuple(word.strip() for word in said.get("after", "").replace(";", ",").split(",") if word.strip()),
        }
        if kind := said.get("library", "").casefold():
            values["library"] = kind in _LIBRARIES
        owner = Owner(said.get("squad", ""), contact=said.get("contact", ""))
        self.claims.append(
            Claim(self.file, line.number, name, owner, {k: v for k, v in values.items() if v not in ("", ())})
        )
