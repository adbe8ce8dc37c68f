"""The services file that holds, as what catalogues say is looked up in it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from chairlift.catalogues.claims import Owner, repository
from chairlift.core.files import Roster
from chairlift.core.reading import fold
from chairlift.core.upgrade import Service, Squad

#: Words that say what a squad is, and not which.
_GENERIC = frozenset({"team", "squad", "group", "the"})
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class NewSquad:
    """A squad that only a catalogue knows; `suggested` is whom to ask, named at that place."""

    name: str
    suggested: str
    file: str
    line: int


@dataclass
class Known:
    """What there is, and what was promised to others of the same import."""

    roster: Roster
    made: dict[str, NewSquad] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._repos = {(service.forge, service.repo): service.name for service in self.roster.services}
        self._by_path: dict[str, list[Service]] = defaultdict(list)
        for service in self.roster.services:
            self._by_path[path_of(service.repo)].append(service)
        self.squads = {squad.name: squad for squad in self.roster.squads}
        self._exact = {fold(squad.name): squad for squad in self.roster.squads}
        self._squads: dict[str, list[Squad]] = defaultdict(list)
        for squad in self.roster.squads:
            self._squads[_gist(squad.name)].append(squad)

    def service(self, name: str, repo: str) -> Service | None:
        """By name, else by repository, where that means only one."""
        if self.roster.has(name):
            return self.roster.service(name)
        found = self._by_path.get(path_of(repo), []) if repo else []
        return found[0] if len(found) == 1 else None

    def squad(self, owner: Owner) -> Squad | None:
        """The squad that is meant: `team-heron` is Team Heron. A person is the one squad that they are in."""
        if owner.person:
            person = self.roster.person(owner.contact)
            theirs = [each for each in self.roster.squads if person and fold(person.name) in map(fold, each.people)]
            return theirs[0] if len(theirs) == 1 else None
        words = [word for word in (owner.squad, *owner.known_as) if word]
        if exact := next((self._exact[fold(word)] for word in words if fold(word) in self._exact), None):
            return exact
        found = {squad.name: squad for word in words for squad in self._squads.get(_gist(word), [])}
        return next(iter(found.values())) if len(found) == 1 else None

    def spelled(self, contact: str) -> str:
        """The name of a person of the file, else as it stands."""
        person = self.roster.person(contact)
        return person.name if person else contact

    def take(self, forge: str, repo: str, name: str) -> str:
        """The name of whose repository it is from now on: this one's, or that of who had it first."""
        return self._repos.setdefault((forge, repo), name)


def path_of(repo: str) -> str:
    """Two addresses with the same path are one repository."""
    return repository(repo)[0].casefold()


def _gist(name: str) -> str:
    """`team-heron`, `Team Heron` and `heron` are one; a name of generic words only is itself."""
    words = _WORD.findall(name.casefold())
    return " ".join(word for word in words if word not in _GENERIC) or " ".join(words) or fold(name)
