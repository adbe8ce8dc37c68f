"""One service of an import: what all catalogues together say of it, and what that changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from chairlift.catalogues.claims import Claim, Value
from chairlift.catalogues.rosters import NewSquad, path_of
from chairlift.core.files import Roster
from chairlift.core.reading import fold, quoted, wrong_name
from chairlift.core.upgrade import Service

#: What a deployer is made of.
DEPLOYER = frozenset({"deploy", "running"})
_LONGEST_TEXT = 10_000
_NAMES = ("repo", "forge", "deploy_docs")
_TEXTS = ("tests", "deploy", "running")
#: Keys of the file, in the order in which people write them.
_KEYS = ("repo", "forge", "tests", "deploy_docs", "library", "after")
#: Each one found costs a walk over all services.
_MOST_CIRCLES = 50


class Wrong(Exception):
    """Why a service cannot be taken, with the remedy; `claim` is which claim, where it is not all of them."""

    def __init__(self, what: str, remedy: str, claim: Claim | None = None) -> None:
        super().__init__(f"{what}; {remedy}")
        self.claim = claim


@dataclass
class Wanted:
    """What is said of one service, and the service as it is where there is one."""

    name: str
    before: Service | None
    claims: list[Claim] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    squad: str = ""
    new_squad: NewSquad | None = None
    notes: list[str] = field(default_factory=list)
    _files: dict[str, Claim] = field(default_factory=dict)

    def first_of(self, file: str) -> Claim | None:
        return self._files.get(file)

    def add(self, claim: Claim) -> None:
        self.claims.append(claim)
        self._files[claim.file] = claim

    def merge(self, forge: str) -> None:
        """What several catalogues say must agree. Raises Wrong. `forge` is where a new service is, if that is said."""
        said: dict[str, Claim] = {}
        for claim in self.claims:
            for key, value in claim.values.items():
                _check(key, value, claim)
                if key == "after":
                    self.values[key] = tuple(dict.fromkeys((*names(self.values.get(key)), *names(value))))
                elif self.values.setdefault(key, value) != value:
                    what = f"{key} is {shown(self.values[key])} in {said[key].place}, and {shown(value)} here"
                    raise Wrong(what, "make the two agree")
                said.setdefault(key, claim)
        host = self.values.pop("host", "")
        if self.before is None and "forge" not in self.values and (forge or host):
            self.values["forge"] = forge or host
        if self.before and path_of(str(self.values.get("repo", ""))) == path_of(self.before.repo):
            # The same place by another name.
            del self.values["repo"]

    def keep_deployer(self) -> None:
        self.notes.append("its deployer is kept as the file has it")
        self.values = {key: value for key, value in self.values.items() if key not in DEPLOYER}

    def table(self) -> dict[str, object]:
        """By the keys of the file; nothing that is empty."""
        found: dict[str, object] = {"squad": self.squad}
        for key in _KEYS:
            value = self.values.get(key)
            if value or (key == "library" and value is False and self.before):
                found[key] = value
        if self.values.keys() >= DEPLOYER:
            found["deployer"] = {"kind": "command", **{key: self.values[key] for key in ("deploy", "running")}}
        return found

    def changes(self) -> dict[str, object]:
        """What of an existing service becomes otherwise, by the keys of the file."""
        assert self.before
        return {key: value for key, value in self.table().items() if value != _was(self.before, key)}

    def effect(self, claim: Claim) -> tuple[str, str]:
        """What this claim does, in a word and in a line."""
        notes = list(self.notes)
        if self.before is None:
            what = "added"
            notes.insert(0, f"squad {self.squad}{', which is new' if self.new_squad else ''}")
        else:
            mine = {key: value for key, value in self.changes().items() if _says(claim, key)}
            what = "changed" if mine else "same"
            notes[:0] = [f"{key} {shown(_was(self.before, key))} -> {shown(value)}" for key, value in mine.items()]
        if fold(claim.name) != fold(self.name):
            notes.append(f"known by its repository, as {claim.name}")
        if claim.note:
            notes.append(claim.note)
        return what, "; ".join(notes)


def in_order(wanted: Sequence[Wanted], roster: Roster) -> tuple[list[Wanted], list[tuple[Wanted, str]]]:
    """Settles what each goes after; those whose claims would go round are left out, each with why. Raises Wrong."""
    kept = {each.name: each for each in wanted}
    there = {fold(name): name for name in (*(service.name for service in roster.services), *kept)}
    graph = {service.name: set(service.after) for service in roster.services}
    for each in wanted:
        graph[each.name] = _settle_after(each, there)
    circles: list[tuple[Wanted, str]] = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
            break
        except CycleError as error:
            if len(circles) == _MOST_CIRCLES:
                what = f"more than {_MOST_CIRCLES} services wait for each other"
                raise Wrong(what, "mend the dependencies of the catalogue") from error
            circle: list[str] = error.args[1][::-1]
            out = kept.pop(next(name for name in circle if name in kept))
            words = " -> ".join(name[:40] for name in circle)
            circles.append((out, f"these wait for each other: {words}; take one of them out"))
            graph[out.name] = set(out.before.after) if out.before else set()
    lost = {out.name for out, _ in circles if out.before is None}
    for each in kept.values():
        each.values["after"] = tuple(name for name in names(each.values.get("after")) if name not in lost)
    return list(kept.values()), circles


def _settle_after(wanted: Wanted, there: Mapping[str, str]) -> set[str]:
    """Names of what goes first, as the file spells them, with those that it has already."""
    found = dict.fromkeys(wanted.before.after if wanted.before else ())
    for name in names(wanted.values.get("after")):
        known = there.get(fold(name))
        if known is None:
            wanted.notes.append(f"{quoted(name)}, which it depends on, is no service here")
        elif known != wanted.name:
            found[known] = None
    wanted.values["after"] = tuple(found)
    return set(found)


def _check(key: str, value: Value, claim: Claim) -> None:
    named = [str(value)] if key in _NAMES else list(names(value)) if key == "after" else []
    for name in named:
        if wrong := wrong_name(name):
            raise Wrong(f"{key} {quoted(name)} {wrong}", "shorten or mend it", claim)
    if key in _TEXTS and (len(str(value)) > _LONGEST_TEXT or "\0" in str(value)):
        raise Wrong(f"{key} is longer than {_LONGEST_TEXT} characters", "shorten it", claim)


def _says(claim: Claim, key: str) -> bool:
    if key == "squad":
        return bool(claim.owner.squad)
    return key in claim.values or (key == "deployer" and bool(DEPLOYER & claim.values.keys()))


def _was(service: Service, key: str) -> object:
    return service.squad.name if key == "squad" else getattr(service, key)


def names(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def shown(value: object) -> str:
    """A value in the words of a preview."""
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    if isinstance(value, Mapping):
        return "two commands" if value else "none"
    return str(value).lower() if isinstance(value, bool) else str(value)[:120] or "nothing"
