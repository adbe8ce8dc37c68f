"""When checks or tests fail on the target: tries what is known to help, and keeps only what is seen to help."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from chairlift import scratch
from chairlift.programs import CannotStart, split
from chairlift.recipes.django.book import Because
from chairlift.recipes.django.changing import Choice, Made, bumps, move, resolver, speak
from chairlift.recipes.django.dependencies import index
from chairlift.recipes.django.dependencies.bisecting import oldest_that_works
from chairlift.recipes.django.external import copy_checkout, mend
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.compare import compare
from chairlift.recipes.django.proving.evidence import Proof, State, Wish, newly_lost
from chairlift.recipes.django.proving.interpreters import NoPython
from chairlift.recipes.django.proving.prove import prove
from chairlift.recipes.django.releases import Leg
from chairlift.recipes.django.remedies import remedies

#: Rounds of repair; each mends one cause.
ROUNDS = 6
#: For all of them, where the tests of the default branch are not green: there is little that can be told by them.
RED_SECONDS = 300
_FRAME = re.compile(r"site-packages/([\w.-]+?)(?:\.py|/)")
_NAMED = re.compile(r"(?:No module named|cannot import name .* from) '([\w]+)")
#: So many distributions may have to move together.
_TOGETHER = 3
#: Frames of these say where it surfaced, not who is at fault.
_FRAMEWORK = frozenset(
    {"django", "pytest", "_pytest", "pluggy", "pytest_django", "xdist", "unittest", "importlib", "nose"}
)


@dataclass
class Repair:
    """One run of the loop. `hook` is an external program that may edit the checkout; `until` is a monotonic time.

    `baseline` is the proof of the default branch, where there is one.
    """

    made: Made
    leg: Leg
    choice: Choice
    wish: Wish
    until: float
    hook: str = ""
    baseline: Proof | None = None
    tried: set[str] = field(default_factory=set)

    def loop(self, proof: Proof) -> Proof:
        """The last proof; every iteration is in the repairs of what was made.

        What was red before is the squad's to mend: where nothing else is, nothing is tried.
        """
        before = self.baseline
        if before and before.state is not State.PASSED:
            self.until = min(self.until, time.monotonic() + RED_SECONDS)
        for _ in range(ROUNDS):
            if proof.state is State.PASSED or time.monotonic() > self.until:
                break
            if before and _is_as_before(before, proof):
                self._say(f"no more was tried: so it was before the change: {before.state}: {before.why[:200]}")
                break
            better = self._remedy(proof) or self._dependency(proof) or self._external(proof)
            if better is None:
                break
            proof = better
        return proof

    # What is known to help

    def _remedy(self, proof: Proof) -> Proof | None:
        for remedy in remedies(Project(self.made.book.root), self.baseline, proof):
            name = remedy.why.name
            if name in self.tried or not self.choice.has(name) or time.monotonic() > self.until:
                continue
            self.tried.add(name)
            after = self._judged(remedy.files)
            if _better(after, proof):
                for path, data in remedy.files.items():
                    self.made.book.write(path, data, (remedy.why,))
                self.made.book.findings += remedy.findings
                self._say(f"{remedy.why.title}: {', '.join(sorted(remedy.files))}")
                return after
        return None

    # Dependencies

    def _dependency(self, proof: Proof) -> Proof | None:
        """The distribution whose own code fails: its oldest newer release with which fewer things fail."""
        if not self.choice.has("dependencies"):
            return None
        for name, version in self._culprits(proof):
            if name in self.tried or time.monotonic() > self.until:
                continue
            self.tried.add(name)
            better = self._bump(name, version, proof)
            if better is not None:
                return better
        return None

    def _culprits(self, proof: Proof) -> Iterator[tuple[str, str]]:
        installed: dict[str, str] = {
            str(canonicalize_name(name)): version for name, version in proof.built.installed.items()
        }
        if proof.built.culprit:
            name = str(canonicalize_name(proof.built.culprit.partition("==")[0]))
            yield name, proof.built.culprit.partition("==")[2] or installed.get(name, "")
        # What the default branch stumbles over as well is not what the target broke.
        known = _modules(self.baseline) if self.baseline and self.baseline.state is not State.PASSED else ()
        for module in (each for each in _modules(proof) if each not in known):
            name = _distribution(module, installed)
            if name:
                yield name, installed[name]
        # No traceback names these, but reading them says that they cannot work whole.
        for name in dict.fromkeys(each.distribution for each in newly_lost(self.baseline, proof)):
            if name in installed and name.replace("-", "_") not in _FRAMEWORK:
                yield name, installed[name]

    def _bump(self, name: str, version: str, proof: Proof) -> Proof | None:
        newer = self._newer(name, version)
        if not newer:
            return None
        proofs: dict[Version, Proof] = {}

        def works(candidate: Version) -> bool:
            proofs[candidate] = self._with({name: candidate})
            return _better(proofs[candidate], proof)

        found = oldest_that_works(newer, works, most=4)
        if found is not None:
            return self._keep({name: found}, proof, proofs[found])
        along = self._along(name, newer, proofs[newer[-1]], proof)
        if along is None:
            self._say(f"{name} {version}: its newest release fails as well")
            return None
        return self._keep(along[0], proof, along[1])

    def _newer(self, name: str, version: str) -> list[Version]:
        """Releases after this one, in their order; none, with a word in the report, where they cannot be asked for."""
        try:
            known = index.releases(name, resolver(self.made.book, self.leg, self.choice).python)
            at = Version(version or "0")
        except (NoPython, index.IndexAway, InvalidVersion) as error:
            self._say(f"{name} {version}: no newer release could be looked for: {error}")
            return []
        day = self.choice.newest
        found = [each.version for each in known if not (day and each.at and str(each.at)[:10] > day)]
        newer = [each for each in found if each > at]
        if not newer:
            self._say(f"{name}: nothing newer")
        return newer

    def _along(
        self, name: str, first: list[Version], failed: Proof, proof: Proof
    ) -> tuple[dict[str, Version], Proof] | None:
        """Distributions that only help together: what fails once the first is moved is moved as well."""
        wanted, ways = {name: first[-1]}, {name: first}
        for _ in range(_TOGETHER - 1):
            other = next(
                (each for each in self._culprits(failed) if each[0] not in wanted and each[0] not in self.tried), None
            )
            newer = self._newer(*other) if other else []
            if not other or not newer or time.monotonic() > self.until:
                return None
            wanted[other[0]], ways[other[0]] = newer[-1], newer
            failed = self._with(wanted)
            if _better(failed, proof):
                return self._oldest(wanted, ways, failed, proof)
        return None

    def _oldest(
        self, wanted: dict[str, Version], ways: dict[str, list[Version]], found: Proof, proof: Proof
    ) -> tuple[dict[str, Version], Proof]:
        """Of each the oldest release with which it still helps, the others staying as they are."""
        for name, newer in ways.items():
            wanted, found = self._older(name, newer, wanted, found, proof)
        self.tried |= wanted.keys()
        return wanted, found

    def _older(
        self, name: str, newer: list[Version], wanted: dict[str, Version], found: Proof, proof: Proof
    ) -> tuple[dict[str, Version], Proof]:
        proofs = {newer[-1]: found}

        def works(candidate: Version) -> bool:
            if candidate not in proofs:
                proofs[candidate] = self._with({**wanted, name: candidate})
            return _better(proofs[candidate], proof)

        oldest = oldest_that_works(newer, works, most=4)
        return ({**wanted, name: oldest}, proofs[oldest]) if oldest is not None else (wanted, found)

    def _keep(self, wanted: dict[str, Version], proof: Proof, better: Proof) -> Proof | None:
        """Write what helped; where no compiled file pins it, a person has to."""
        book = self.made.book
        before = {name: proof.built.installed.get(name, "") for name in wanted}
        try:
            by = resolver(book, self.leg, self.choice)
        except NoPython:
            return None
        names = {name: str(version) for name, version in wanted.items()}
        moved = move(book, self.leg.target, by, names)
        speak(book, self.leg, self.choice)
        for name, version in names.items():
            if name not in moved:
                self._say(
                    f"{name} {before[name]}: {version} would help, but no compiled file pins it: raise it by hand"
                )
                text = f"{name} {before[name]} does not work on the target; {version} does"
                how = f"require {name}>={version}"
                book.findings.append(Finding("", 0, "dependency", text, how, "", Weight.MUST))
        if not moved:
            return None
        why = f"does not work on the target: {proof.why[:160]}"
        earlier = {bump.name: bump.why for bump in self.made.bumps}
        ours = moved - {"django"}
        self.made.bumps = tuple(
            replace(each, why=f"{each.before} {why}" if each.name in ours else earlier.get(each.name, ""))
            for each in bumps(book)
        )
        steps = ", ".join(f"{name} {before[name]} -> {version}" for name, version in names.items())
        self._say(f"{steps}: {proof.why[:200]}")
        return better

    def _with(self, wanted: Mapping[str, Version]) -> Proof:
        """The proof of a copy of the checkout with these distributions moved."""
        with scratch.folder() as folder:
            copy = folder / "checkout"
            copy_checkout(self.made.book.root, copy)
            book = type(self.made.book)(copy)
            names = {name: str(version) for name, version in wanted.items()}
            try:
                moved = move(book, self.leg.target, resolver(book, self.leg, self.choice), names)
                speak(book, self.leg, self.choice)
            except NoPython as error:
                return Proof(State.UNPROVEN, str(error), self.leg.target)
            extra = tuple(f"{name}=={version}" for name, version in names.items() if name not in moved)
            left = max(self.until - time.monotonic(), 1)
            wish = replace(self.wish, extra=(*self.wish.extra, *extra), seconds=min(self.wish.seconds, left))
            return prove(copy, replace(wish, reruns=0))

    # An external program

    def _external(self, proof: Proof) -> Proof | None:
        """Give the failure to a program of the company, and judge what it did by the same proof.

        Judged is what would be taken over, on top of what is here: never the copy that it worked in, where a test that
        it deleted does not fail either.
        """
        left = self.until - time.monotonic()
        if not self.hook or "hook" in self.tried or left <= 0:
            return None
        root = self.made.book.root
        try:
            # The other half is for judging it.
            done = mend(self.hook, root, proof, self.leg, left / 2)
        except CannotStart as error:
            self.tried.add("hook")
            self._say(f"the external program could not be started: {error}")
            return None
        many = f"{len(done.files)} file{'s' * (len(done.files) != 1)}"
        after = self._judged(done.files) if done.files else proof
        if not done.files or not _better(after, proof):
            self.tried.add("hook")
            what = (
                f"changed {many}, and it did not help" if done.ran.ok else "did not come to a good end: nothing is used"
            )
            self._say(f"the external program ({done.ran.ended}) {what}")
            return None
        because = Because("hook", f"an external program: {split(self.hook)[0]}")
        for path, data in done.files.items():
            self.made.book.write(path, data, (because,))
        self.made.book.findings += done.findings()
        self.made.unproven += done.unproven()
        self._say(f"the external program changed {many}: {after.why[:200]}")
        return after

    def _judged(self, files: Mapping[str, bytes]) -> Proof:
        """The proof of a copy of the checkout with these files in it."""
        with scratch.folder() as folder:
            copy = folder / "checkout"
            copy_checkout(self.made.book.root, copy)
            book = type(self.made.book)(copy)
            for path, data in files.items():
                book.write(path, data, ())
            left = max(self.until - time.monotonic(), 1)
            return prove(copy, replace(self.wish, seconds=min(self.wish.seconds, left)))

    def _say(self, text: str) -> None:
        self.made.repairs.append(text)


def _better(after: Proof, before: Proof) -> bool:
    """Whether it helped: it is green; or it came further; or less fails, and nothing that passed before fails."""
    if after.state is State.PASSED:
        return True
    if not before.built.ok:
        return after.built.ok
    if not after.built.ok:
        return False
    passed_before = {case.id for case in before.tests if not case.red}
    if any(case.id in passed_before for case in after.red):
        return False
    if not before.tests:
        return bool(after.tests) or _first(after) != _first(before)
    return len(after.red) < len(before.red) or len(after.tests) > len(before.tests)


def _is_as_before(before: Proof, after: Proof) -> bool:
    """Whether nothing is wrong but what was, as far as it can be told. What passed before is not asked."""
    if before.state is State.PASSED:
        return False
    if before.built.ok and not before.tests:
        # Where not even the old version could run a test, nothing can be told from what fails on the new one.
        return True
    if not after.built.ok:
        return after.built.why == before.built.why
    compared = compare(before, after)
    return bool(after.tests) and not compared.newly_failing and not compared.gone


def _first(proof: Proof) -> str:
    """What it died of, where no test could run."""
    return (_modules(proof) or ("",))[0] + proof.why[-200:]


def _modules(proof: Proof) -> tuple[str, ...]:
    """Top-level modules of other people's code in what went wrong, the innermost frame first."""
    text = "\n".join([proof.output, *(case.failure.cause for case in proof.red if case.failure)])
    found = [*reversed(_FRAME.findall(text)), *_NAMED.findall(text)]
    return tuple(dict.fromkeys(name for name in found if name.lower() not in _FRAMEWORK))


def _distribution(module: str, installed: dict[str, str]) -> str:
    """The installed distribution that a module is of, by its name: `corsheaders` is django-cors-headers."""
    bare = canonicalize_name(module).replace("-", "")
    spellings = {name: name.replace("-", "") for name in installed}
    for wanted in (bare, f"django{bare}", f"python{bare}", f"py{bare}", f"{bare}python"):
        for name, spelling in spellings.items():
            if spelling == wanted:
                return name
    known = {"rest_framework": "djangorestframework", "yaml": "pyyaml", "social_django": "social-auth-app-django"}
    return known.get(module, "") if known.get(module, "") in installed else ""
