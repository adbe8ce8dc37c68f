"""Lays what catalogues say over the services file that holds: a proposed file, and the effect of every row.

Who owns a service by a catalogue is asked, never thereby authorised: they become the suggested contact of a new squad,
which gives nobody a voice. Only a person who edits the file does that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chairlift.catalogues.claims import Catalogue, Claim, Owner
from chairlift.catalogues.rosters import Known, NewSquad
from chairlift.catalogues.wanted import DEPLOYER, Wanted, Wrong, in_order
from chairlift.catalogues.writing import CannotWrite, edited
from chairlift.core.files import FileProblems, Roster, parse_services
from chairlift.core.reading import fold, nearest, quoted, wrong_name
from chairlift.core.upgrade import Service


@dataclass(frozen=True, order=True)
class Effect:
    """What one row or document does: `what` is added, changed, same, left out or problem."""

    file: str
    line: int
    what: str
    name: str
    text: str = ""


@dataclass(frozen=True)
class Suggestion:
    """Somebody whom a catalogue names for a squad. A `new` squad is asked through them; others keep their contact."""

    squad: str
    contact: str
    file: str
    line: int
    new: bool
    kept: str = ""


@dataclass(frozen=True)
class Proposal:
    """A whole services file that does not hold yet, and what it came of. What has a problem is not in it."""

    text: str
    effects: tuple[Effect, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()

    def count(self, what: str) -> int:
        return sum(each.what == what for each in self.effects)


def propose(text: str, catalogue: Catalogue, forge: str = "") -> Proposal:
    """The services file with what the catalogue adds and changes; `forge` is where new services are, if it is said.

    Raises FileProblems where `text` itself is none that could hold.
    """
    roster = parse_services(text, "services.toml") if text.strip() else Roster()
    return _Proposing(text, roster, forge).of(catalogue)


@dataclass
class _Proposing:
    text: str
    roster: Roster
    forge: str
    effects: list[Effect] = field(default_factory=list)
    suggestions: dict[tuple[str, str], Suggestion] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = Known(self.roster)

    def of(self, catalogue: Catalogue) -> Proposal:
        for problem in catalogue.problems:
            self.effects.append(Effect(problem.file, problem.line, "problem", "", f"{problem.what}; {problem.remedy}"))
        for left in catalogue.left:
            self.effects.append(Effect(left.file, left.line, "left out", left.name, left.why))
        accepted = [each for each in self._grouped(catalogue.claims) if self._taken(each)]
        try:
            accepted, circles = in_order(accepted, self.roster)
            for wanted, why in circles:
                self._problem(wanted.claims, why)
            text = self._written(accepted)
        except (Wrong, CannotWrite, FileProblems) as error:
            self.effects.append(Effect("services.toml", 1, "problem", "", _words(error)))
            return Proposal(self.text, tuple(sorted(self.effects)))
        for each in accepted:
            self._tell(each)
        return Proposal(text, tuple(sorted(self.effects)), tuple(self.suggestions.values()))

    def _problem(self, claims: Iterable[Claim], why: str) -> None:
        for claim in claims:
            self.effects.append(Effect(claim.file, claim.line, "problem", claim.name, why))

    def _grouped(self, claims: Sequence[Claim]) -> list[Wanted]:
        """One for each service, by its name or by its repository."""
        found: dict[str, Wanted] = {}
        for claim in claims:
            if wrong := wrong_name(claim.name):
                self._problem([claim], f"the name {quoted(claim.name)} {wrong}; give it another one")
                continue
            before = self.known.service(claim.name, str(claim.values.get("repo", "")))
            name = before.name if before else " ".join(claim.name.split())
            wanted = found.setdefault(fold(name), Wanted(name, before))
            if first := wanted.first_of(claim.file):
                self._problem([claim], f"{name} stands in line {first.line} already; keep one for each service")
            else:
                wanted.add(claim)
        return list(found.values())

    def _taken(self, wanted: Wanted) -> bool:
        try:
            wanted.merge(self.forge)
            self._settle_squad(wanted)
            self._check(wanted)
        except Wrong as wrong:
            self._problem([wrong.claim] if wrong.claim else wanted.claims, str(wrong))
            return False
        return True

    def _settle_squad(self, wanted: Wanted) -> None:
        """Whose it is: a squad of the file where one is meant, else a new one that has nobody with a voice."""
        first: tuple[str, Claim] | None = None
        for claim in wanted.claims:
            name = self._squad_of(claim.owner, wanted.before)
            if name and first and fold(first[0]) != fold(name):
                what = f"its squad is {quoted(first[0])} in {first[1].place}, and {quoted(name)} here"
                raise Wrong(what, "make the two agree")
            if name and first is None:
                first = (name, claim)
        if first:
            wanted.squad = " ".join(first[0].split())
        elif wanted.before:
            wanted.squad = wanted.before.squad.name
        else:
            raise Wrong("nothing says which squad owns it", "give it a squad")
        if wanted.squad not in self.known.squads:
            wanted.new_squad = self._new_squad(wanted)

    def _squad_of(self, owner: Owner, before: Service | None) -> str:
        """Empty where nothing is said. One person is no squad: they do not move a service that has one."""
        if owner.person and before:
            return ""
        squad = self.known.squad(owner)
        return squad.name if squad else owner.squad

    def _new_squad(self, wanted: Wanted) -> NewSquad:
        name = wanted.squad
        if made := self.known.made.get(fold(name)):
            return made
        if wrong := wrong_name(name):
            raise Wrong(f"the squad {quoted(name)} {wrong}", "give it another name")
        for claim in wanted.claims:
            if contact := _contact(claim):
                made = NewSquad(name, self.known.spelled(contact), claim.file, claim.line)
                self.known.made[fold(name)] = made
                return made
        remedy = nearest(name, (squad.name for squad in self.roster.squads), "add a [[squad]] to the services file")
        raise Wrong(f"there is no squad called {quoted(name)}, and nobody is named to be asked", remedy)

    def _check(self, wanted: Wanted) -> None:
        """What a service cannot do without, and what would clash with another."""
        repo, before = str(wanted.values.get("repo", "")), wanted.before
        if not repo and before is None:
            raise Wrong("it is new, and nothing says where its repository is", "give its repository")
        if repo.startswith("-"):
            raise Wrong(f"repo {quoted(repo)} begins with '-'", "write its name on the forge")
        forge = str(wanted.values.get("forge", "")) or (before.forge if before else "local")
        if repo and (owner := self.known.take(forge, repo, wanted.name)) != wanted.name:
            raise Wrong(f"the repository {quoted(repo)} is {owner}'s already", "list each repository once")
        half = DEPLOYER & wanted.values.keys()
        if before and before.deployer and half:
            wanted.keep_deployer()
        elif len(half) == 1:
            raise Wrong(f"a deployer needs two commands, and there is only {min(half)}", "give deploy and running")

    def _written(self, accepted: Sequence[Wanted]) -> str:
        changed = {each.name: each.changes() for each in accepted if each.before}
        changed = {name: changes for name, changes in changed.items() if changes}
        new = [(each.name, each.table()) for each in accepted if each.before is None]
        squads = dict.fromkeys(each.new_squad for each in accepted if each.new_squad)
        text = edited(self.text, self.roster, changed, list(squads), new)
        after = parse_services(text, "services.toml") if text.strip() else Roster()
        # Whatever nobody spoke of must be as it was, however unusually the file is written.
        for service in self.roster.services:
            if service.name not in changed and after.service(service.name) != service:
                raise CannotWrite(f"{service.name} would change, too; write the file in a plainer way")
        if after.squads[: len(self.roster.squads)] != self.roster.squads or after.people != self.roster.people:
            raise CannotWrite("squads or people would change, too; write the file in a plainer way")
        return text

    def _tell(self, wanted: Wanted) -> None:
        """The effect of each claim of a service that is taken, and whom it names."""
        for claim in wanted.claims:
            what, text = wanted.effect(claim)
            self.effects.append(Effect(claim.file, claim.line, what, wanted.name, text))
            if contact := _contact(claim):
                self._suggest(wanted, claim, self.known.spelled(contact))

    def _suggest(self, wanted: Wanted, claim: Claim, contact: str) -> None:
        """Somebody who is of the squad already is no news."""
        squad = self.known.squads.get(wanted.squad)
        people = map(fold, squad.people) if squad else ()
        kept = (squad.contact or squad.suggested) if squad else wanted.new_squad.suggested if wanted.new_squad else ""
        new = squad is None and fold(contact) == fold(kept)
        if fold(contact) in people or (squad and fold(contact) == fold(kept)):
            return
        found = Suggestion(wanted.squad, contact, claim.file, claim.line, new, "" if new else kept)
        self.suggestions.setdefault((fold(wanted.squad), fold(contact)), found)


def _contact(claim: Claim) -> str:
    contact = " ".join(claim.owner.contact.split())
    return "" if wrong_name(contact) else contact


def _words(error: Exception) -> str:
    if not isinstance(error, FileProblems):
        return str(error)
    first = error.problems[0]
    return f"the proposed file would not load: {first.what}; {first.remedy}"
