"""Who is who and who owns what: the services file as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from chairlift.core.upgrade import Person, Service, Squad


@dataclass(frozen=True)
class Roster:
    """People, squads and services. Names are compared without case."""

    people: tuple[Person, ...] = ()
    squads: tuple[Squad, ...] = ()
    services: tuple[Service, ...] = ()

    @cached_property
    def _services(self) -> Mapping[str, Service]:
        return {service.name.casefold(): service for service in self.services}

    @cached_property
    def _people(self) -> Mapping[str, Person]:
        """By every name and handle that a person goes by."""
        found = {name.casefold(): person for person in self.people for name in (person.email, *person.handles) if name}
        return found | {person.name.casefold(): person for person in self.people}

    def has(self, service: str) -> bool:
        return service.casefold() in self._services

    def service(self, name: str) -> Service:
        """Raises LookupError, with the remedy, for a service that the file no longer names."""
        if not self.has(name):
            raise LookupError(f"service {name!r} is not in the services file any more: add it again, or exempt it")
        return self._services[name.casefold()]

    def person(self, name: str) -> Person | None:
        """Whoever goes by this name, forge handle or address."""
        return self._people.get(name.strip().removeprefix("@").casefold())

    def address(self, name: str) -> str:
        """The e-mail address of a person; the name itself where none is known."""
        person = self.person(name)
        return person.email if person and person.email else name

    def voices(self, names: Iterable[str]) -> frozenset[str]:
        """All names that these people go by, case folded."""
        found: set[str] = set()
        for name in names:
            person = self.person(name)
            found.add(name.casefold())
            if person:
                found.update(each.casefold() for each in (person.name, *person.handles))
        return frozenset(found)
