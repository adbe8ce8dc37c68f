"""The services file: people, squads, and the services that they own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from chairlift.core.files.parts import Config, config, environments, freezes
from chairlift.core.menu import FINE_GRAINED_TESTING
from chairlift.core.reading import Table, fold, nearest, quoted, read, unique
from chairlift.core.schedule import OFFICE_HOURS, Calendar, parse_hours, parse_zone
from chairlift.core.upgrade import Person, Service, Squad

_EMAIL = re.compile(r"[^\s@<>,;:\"\\]{1,64}@[^\s@<>,;:\"\\]{1,190}")
_NEEDS = (FINE_GRAINED_TESTING,)
_NOBODY = Squad("")
_OFFICE: Mapping[int, tuple[time, time]] | None = OFFICE_HOURS


@dataclass(frozen=True)
class Roster:
    """Who owns what."""

    people: tuple[Person, ...] = ()
    squads: tuple[Squad, ...] = ()
    services: tuple[Service, ...] = ()

    def person(self, who: str) -> Person | None:
        """The person of this name, handle or e-mail address."""
        return self._people.get(fold(who).removeprefix("@"))

    def has(self, service: str) -> bool:
        return fold(service) in self._services

    def service(self, name: str) -> Service:
        """Raises KeyError, with the nearest name, for an unknown service."""
        if not self.has(name):
            raise KeyError(f"no service called {quoted(name)}; {nearest(name, (s.name for s in self.services))}")
        return self._services[fold(name)]

    def address(self, name: str) -> str:
        """Where mail for this person goes; the name itself where nothing better is known."""
        person = self.person(name)
        return person.email if person and person.email else name

    def joined(self, who: str, squads: Collection[str]) -> Roster:
        """The same, with this person in these squads, too; a name that is nobody's, or no squad's, adds nothing."""
        person = self.person(who)
        names = {fold(name) for name in squads}
        if person is None:
            return self
        more = {
            squad.name: replace(squad, people=(*squad.people, person.name), voices=squad.voices | self.voices([who]))
            for squad in self.squads
            if fold(squad.name) in names and fold(person.name) not in map(fold, squad.people)
        }
        owned = (
            replace(each, squad=more[each.squad.name]) if each.squad.name in more else each for each in self.services
        )
        return replace(self, squads=tuple(more.get(each.name, each) for each in self.squads), services=tuple(owned))

    def voices(self, names: Iterable[str]) -> frozenset[str]:
        """All names that these people go by, on forges too, case folded."""
        people = [self.person(name) or Person(name) for name in names if name]
        return frozenset(fold(voice) for person in people for voice in (person.name, *person.handles))

    @cached_property
    def _people(self) -> Mapping[str, Person]:
        return {fold(word): person for person in self.people for word in _words_for(person)}

    @cached_property
    def _services(self) -> Mapping[str, Service]:
        return {fold(service.name): service for service in self.services}


def parse_services(text: str, name: str) -> Roster:
    """People, squads and services, as a file says. Raises FileProblems with all that is wrong with it."""
    root = read(text, name)
    people = [(table, _person(table)) for table in root.tables("person")]
    unique(((table, person.name) for table, person in people), "people")
    _one_meaning(people)
    roster = Roster(tuple(person for _, person in people))
    squads = [(table, _squad(table, roster)) for table in root.tables("squad")]
    unique(((table, squad.name) for table, squad in squads), "squads")
    owners = {fold(squad.name): squad for _, squad in squads if squad.name}
    services = [(table, _service(table, owners)) for table in root.tables("service")]
    unique(((table, service.name) for table, service in services), "services")
    _one_each(services)
    names = {fold(service.name): service.name for _, service in services if service.name}
    ordered = [(table, replace(service, after=_after(table, service, names))) for table, service in services]
    _no_cycles(ordered)
    root.finish()
    return Roster(roster.people, tuple(squad for _, squad in squads), tuple(service for _, service in ordered))


def _person(table: Table) -> Person:
    email = table.name("email")
    if email and not _EMAIL.fullmatch(email):
        table.problem("email", f"{quoted(email)} is no e-mail address", 'write email = "name@example.org"')
    handles = tuple(handle.removeprefix("@") for handle in table.names("handles"))
    return Person(table.name("name", required=True), email, handles)


def _words_for(person: Person) -> tuple[str, ...]:
    return tuple(word for word in (person.name, person.email, *person.handles) if word)


def _one_meaning(people: list[tuple[Table, Person]]) -> None:
    """A handle or address means one person: else nobody could tell who has spoken."""
    owners: dict[str, Person] = {}
    for table, person in people:
        for word in _words_for(person):
            owner = owners.setdefault(fold(word), person)
            if owner is not person and fold(owner.name) != fold(person.name):
                key = "name" if word == person.name else "email" if word == person.email else "handles"
                table.problem(key, f"{quoted(word)} is {owner.name} already", "give each person their own")


def _squad(table: Table, roster: Roster) -> Squad:
    # Whom a catalogue suggests stands in for people until they are known, and speaks for nobody.
    suggested = table.name("suggested")
    names = table.names("people", required=not suggested)
    people = tuple(_known_person(table, "people", name, roster) for name in names)
    contact, backup = table.name("contact", required=not suggested), table.name("backup")
    for key, name in (("contact", contact), ("backup", backup)):
        if name and (people or suggested) and fold(name) not in map(fold, people):
            table.problem(key, f"{key} {quoted(name)} is not in people", nearest(name, people))
    if backup and fold(backup) == fold(contact):
        table.problem("backup", f"{quoted(backup)} is both contact and backup", "name two different people")
    lead = table.name("lead")
    return Squad(
        name=table.name("name", required=True),
        people=people,
        contact=_spelled(contact, people),
        backup=_spelled(backup, people),
        lead=_known_person(table, "lead", lead, roster) if lead else "",
        calendar=_calendar(table),
        voices=roster.voices(people),
        suggested=suggested,
    )


def _known_person(table: Table, key: str, name: str, roster: Roster) -> str:
    """The name as the person's own table spells it."""
    names = [person.name for person in roster.people]
    found = _spelled(name, names)
    if found not in names:
        remedy = (
            f'add [[person]] name = "{name}"' if not names else nearest(name, names, "add a [[person]] of this name")
        )
        table.problem(key, f"{key}: there is no person called {quoted(name)}", remedy)
    return found


def _spelled(name: str, known: Iterable[str]) -> str:
    return next((each for each in known if fold(each) == fold(name)), name)


def _calendar(table: Table) -> Calendar:
    hours = table.parsed("hours", parse_hours, _OFFICE)
    return Calendar(
        zone=table.parsed("zone", parse_zone, parse_zone("UTC")),
        hours=hours or {},
        holidays=frozenset(table.days("holidays")),
        freezes=freezes(table.tables("freezes")),
        always=hours is None,
    )


def _service(table: Table, squads: Mapping[str, Squad]) -> Service:
    wanted = table.name("squad", required=True)
    if wanted and fold(wanted) not in squads:
        names = [squad.name for squad in squads.values()]
        remedy = nearest(wanted, names, "add a [[squad]] of this name")
        table.problem("squad", f"there is no squad called {quoted(wanted)}", remedy)
    repo = table.name("repo", required=True)
    if repo.startswith("-"):
        table.problem("repo", f"repo {quoted(repo)} begins with '-'", "write its name on the forge")
    return Service(
        name=table.name("name", required=True),
        squad=squads.get(fold(wanted), _NOBODY),
        repo=repo,
        forge=table.name("forge") or "local",
        tests=table.text("tests"),
        deploy_docs=table.name("deploy_docs"),
        docs_promised=table.day("docs_promised"),
        needs=frozenset(table.words("needs", _NEEDS)),
        library=table.flag("library"),
        after=table.names("after"),
        environments=environments(table),
        deployer=_optional(table, "deployer"),
        monitor=_optional(table, "monitor"),
        wave=table.number("wave", 0),
        pool=table.name("pool"),
    )


def _optional(service: Table, key: str) -> Config:
    table = service.table(key)
    return config(table) if isinstance(service.data.get(key), dict) else {}


def _one_each(services: list[tuple[Table, Service]]) -> None:
    """One service for each repository: branches are named by campaign and change, so two would push to the same one."""
    seen: dict[tuple[str, str], Table] = {}
    for table, service in services:
        first = seen.setdefault((service.forge, service.repo), table) if service.repo else table
        if first is not table:
            what = f"repo {quoted(service.repo)} is another service's already"
            table.problem("repo", what, f"list each repository once; the first is in line {first.line}")


def _after(table: Table, service: Service, names: Mapping[str, str]) -> tuple[str, ...]:
    for name in service.after:
        if fold(name) not in names:
            table.problem("after", f"after: there is no service called {quoted(name)}", nearest(name, names.values()))
    return tuple(names[fold(name)] for name in service.after if fold(name) in names)


def _no_cycles(services: list[tuple[Table, Service]]) -> None:
    """Services that wait for each other would wait for ever."""
    tables = {service.name: table for table, service in services}
    graph = {service.name: set(service.after) for _, service in services}
    while True:
        try:
            return TopologicalSorter(graph).prepare()
        except CycleError as error:
            # graphlib names each one before the one that waits for it; people read it the other way.
            circle: list[str] = error.args[1][::-1]
            waits, awaited = circle[0], circle[1]
            words = " -> ".join(map(_short, circle))
            tables[waits].problem("after", f"these wait for each other: {words}", "take one of them out of 'after'")
            graph[waits].discard(awaited)


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"
