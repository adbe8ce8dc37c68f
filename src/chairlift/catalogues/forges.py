"""What a forge tells of its repositories as a catalogue: each that is in use is a service, and says itself whose.

Its own `catalog-info.yaml` goes before its CODEOWNERS, and both before the squad that was given for the rest. A service
that is known stays as people have written it; where its repository was renamed or moved, it is the same service still,
and people are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from chairlift.catalogues import backstage, codeowners
from chairlift.catalogues.claims import Catalogue, Claim, Left, Owner
from chairlift.core.files import Problem, Roster
from chairlift.core.listing import Directory, Listed
from chairlift.core.reading import fold


@dataclass(frozen=True)
class Wanted:
    """Which of them become services: `languages` as the forge names them, all where none is given.

    `squad` is whose those are that say nothing of it themselves. `renamed` is whether the services file takes over the
    new names of repositories that were renamed or moved.
    """

    languages: Sequence[str] = ()
    forks: bool = False
    squad: str = ""
    renamed: bool = False

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


def renamings(directory: Directory, found: Iterable[Listed], forge: str, roster: Roster) -> Mapping[str, str]:
    """The new names of known services' repositories by the old ones, of those that answer to another name by now.

    The forge is asked only about those that it did not list under their names.
    """
    listed = {fold(each.repo) for each in found}
    repos = [service.repo for service in roster.services if service.forge == forge and fold(service.repo) not in listed]
    present = zip(repos, directory.present_names(repos), strict=True) if repos else ()
    return {repo: now for repo, now in present if now and fold(now) != fold(repo)}


def listing(
    found: Iterable[Listed],
    forge: str,
    roster: Roster,
    wanted: Wanted,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Catalogue:
    """A claim for each that is wanted, and why each other one is left out; `forge` is its name in chairlift.toml.

    `renamed` are new names by old ones.
    """
    known = {fold(service.repo): service.name for service in roster.services if service.forge == forge}
    moved = set(map(fold, renamed.values())) - known.keys()
    there, catalogue = [], _followed(forge, known, wanted, renamed)
    for each in found:
        if fold(each.repo) in moved:
            continue
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


def _followed(forge: str, known: Mapping[str, str], wanted: Wanted, renamed: Mapping[str, str]) -> Catalogue:
    """Of services whose repositories were renamed: a claim for the new name, or a word of it."""
    catalogue, taken = Catalogue(), dict(known)
    for old, new in renamed.items():
        place, name = f"{forge} {new}", known[fold(old)]
        if (other := taken.setdefault(fold(new), name)) != name:
            why = f"its repository {old} is {new} now, which is {other}'s already: take one of the two out"
        elif not wanted.renamed:
            why = f"its repository was renamed: {old} -> {new}; --renamed takes that over"
        else:
            note = f"renamed or moved on {forge}"
            catalogue += Catalogue((Claim(place, 1, name, Owner(), {"repo": new}, note),))
            continue
        catalogue += Catalogue(left=(Left(place, 1, name, why),))
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
