"""What a forge tells of its repositories as a catalogue: each that is in use is a service, and says itself whose.

Its own `catalog-info.yaml` goes before its CODEOWNERS, and both before the squad that was given for the rest. A service
that is known stays as people have written it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chairlift.catalogues import backstage, codeowners
from chairlift.catalogues.claims import Catalogue, Claim, Left, Owner
from chairlift.core.files import Problem, Roster
from chairlift.core.listing import Listed
from chairlift.core.reading import fold


@dataclass(frozen=True)
class Wanted:
    """Which of them become services: `languages` as the forge names them, all where none is given.

    `squad` is whose those are that say nothing of it themselves.
    """

    languages: Sequence[str] = ()
    forks: bool = False
    squad: str = ""

    def why_not(self, each: Listed) -> str:
        """Empty where it is one of them."""
        if each.archived:
            return "it is archived"
        if not each.default_branch:
            return "nothing was pushed to it yet"
        if each.fork and not self.forks:
            return "it is a fork"
        if self.languages and fold(each.language) not in map(fold, self.languages):
            return f"its language is {each.language or 'not known'}"
        return ""


def listing(found: Iterable[Listed], forge: str, roster: Roster, wanted: Wanted) -> Catalogue:
    """A claim for each that is wanted, and why each other one is left out; `forge` is its name in chairlift.toml."""
    known = {fold(service.repo): service.name for service in roster.services if service.forge == forge}
    there, catalogue = [], Catalogue()
    for each in found:
        if (name := known.get(fold(each.repo))) is not None:
            catalogue += Catalogue((Claim(_place(forge, each), 1, name, Owner(), {"repo": each.repo}),))
        elif why := wanted.why_not(each):
            catalogue += Catalogue(left=(Left(_place(forge, each), 1, each.repo, why),))
        else:
            there.append(each)
    # By its last name, as people call it, unless two have it.
    names = Counter(fold(_last(each)) for each in there) + Counter(fold(service.name) for service in roster.services)
    for each in there:
        name = _last(each) if names[fold(_last(each))] == 1 else each.repo.replace("/", "-")
        if roster.has(name):
            what = f"other services are called {_last(each)} and {name} already"
            problem = Problem(_place(forge, each), 1, what, "add it to the services file by hand, under a new name")
            catalogue += Catalogue(problems=(problem,))
            continue
        catalogue += _of(each, name, _place(forge, each), roster, wanted.squad)
    return catalogue


def _last(each: Listed) -> str:
    return each.repo.rpartition("/")[2]


def _place(forge: str, each: Listed) -> str:
    return f"{forge} {each.repo}"


def _of(each: Listed, name: str, place: str, roster: Roster, squad: str) -> Catalogue:
    told = backstage.read(each.catalog, f"{place} catalog-info.yaml") if each.catalog else Catalogue()
    if mine := list(_components(told, each)):
        first, *others = sorted(mine, key=lambda claim: fold(claim.name) != fold(name))
        why = f"one repository is one service: {first.name} stands for it"
        left = tuple(Left(claim.file, claim.line, claim.name, why) for claim in others)
        # Another service of that name is somebody else's: it must not come to stand for this repository.
        return Catalogue((_here(first, name if roster.has(first.name) else first.name, each),), left=left)
    # What is wrong with a file of theirs keeps no service from being found; it is told.
    left = tuple(Left(problem.file, problem.line, name, problem.what) for problem in told.problems)
    owned = codeowners.read(each.owners, f"{place} CODEOWNERS", name) if each.owners else Catalogue()
    claim = owned.claims[0] if owned.claims else Claim(place, 1, name, Owner(squad))
    return Catalogue((_here(claim, name, each),), left=left)


def _components(told: Catalogue, each: Listed) -> Iterator[Claim]:
    """Those that its file describes as being in this very repository."""
    for claim in told.claims:
        if fold(str(claim.values.get("repo", each.repo))) == fold(each.repo):
            yield claim


def _here(claim: Claim, name: str, each: Listed) -> Claim:
    values = {key: value for key, value in claim.values.items() if key != "host"}
    return replace(claim, name=name, values={**values, "repo": each.repo})
