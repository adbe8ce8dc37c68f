"""When checks or tests fail on the target: tries what is known to help, and keeps only what is seen to help."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from chairlift.programs import CannotStart, run, split
from chairlift.recipes.django.book import Because
from chairlift.recipes.django.changing import Choice, Made, bumps, move, resolver
from chairlift.recipes.django.dependencies import index
from chairlift.recipes.django.dependencies.bisecting import oldest_that_works
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.proving.evidence import Proof, State, Wish
from chairlift.recipes.django.proving.interpreters import NoPython
from chairlift.recipes.django.proving.prove import prove
from chairlift.recipes.django.releases import Leg

#: Rounds of repair; each mends one cause.
ROUNDS = 6
_FRAME = re.compile(r"site-packages/([\w.-]+?)(?:\.py|/)")
_NAMED = re.compile(r"(?:No module named|cannot import name .* from) '([\w]+)")
#: Frames of these say where it surfaced, not who is at fault.
_FRAMEWORK = frozenset(
    {"django", "pytest", "_pytest", "pluggy", "pytest_django", "xdist", "unittest", "importlib", "nose"}
)


@dataclass
class Repair:
    """One run of the loop. `hook` is an external program that may edit the checkout; `until` is a monotonic time."""

    made: Made
    leg: Leg
    choice: Choice
    wish: Wish
    until: float
    hook: str = ""
    tried: set[str] = field(default_factory=set)

    def loop(self, proof: Proof) -> Proof:
        """The last proof; every iteration is in the repairs of what was made."""
        for _ in range(ROUNDS):
            if proof.state is State.PASSED or time.monotonic() > self.until:
                break
            better = self._dependency(proof) or self._external(proof)
            if better is None:
                break
            proof = better
        return proof

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
        for module in _modules(proof):
            name = _distribution(module, installed)
            if name:
                yield name, installed[name]

    def _bump(self, name: str, version: str, proof: Proof) -> Proof | None:
        try:
            by = resolver(self.made.book, self.leg, self.choice)
            known = index.releases(name, by.python)
            at = Version(version or "0")
        except (NoPython, index.IndexAway, InvalidVersion) as error:
            self._say(f"{name} {version}: no newer release could be looked for: {error}")
            return None
        newest = self.choice.newest
        newer = [
            each for each in known if each.version > at and not (newest and each.at and str(each.at)[:10] > newest)
        ]
        proofs: dict[Version, Proof] = {}

        def works(candidate: Version) -> bool:
            proofs[candidate] = self._with(name, candidate)
            return _better(proofs[candidate], proof)

        found = oldest_that_works([each.version for each in newer], works, most=4)
        if found is None:
            self._say(f"{name} {version}: its newest release fails as well" if newer else f"{name}: nothing newer")
            return None
        moved = move(self.made.book, self.leg.target, by, {name: str(found)})
        if not moved:
            self._say(f"{name} {version}: {found} would help, but no compiled file pins it: raise it by hand")
            text = f"{name} {version} does not work on the target; {found} does"
            self.made.book.findings.append(
                Finding("", 0, "dependency", text, f"require {name}>={found}", "", Weight.MUST)
            )
            return None
        why = f"{version} does not work on the target: {proof.why[:160]}"
        earlier = {bump.name: bump.why for bump in self.made.bumps}
        self.made.bumps = tuple(
            replace(each, why=why if each.name in moved and each.name != "django" else earlier.get(each.name, ""))
            for each in bumps(self.made.book)
        )
        self._say(f"{name} {version} -> {found}: {proof.why[:200]}")
        return proofs[found]

    def _with(self, name: str, version: Version) -> Proof:
        """The proof of a copy of the checkout with this distribution moved."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / "checkout"
            copy_checkout(self.made.book.root, copy)
            book = type(self.made.book)(copy)
            try:
                moved = move(book, self.leg.target, resolver(book, self.leg, self.choice), {name: str(version)})
            except NoPython as error:
                return Proof(State.UNPROVEN, str(error), self.leg.target)
            extra = () if moved else (f"{name}=={version}",)
            left = max(self.until - time.monotonic(), 1)
            wish = replace(self.wish, extra=(*self.wish.extra, *extra), seconds=min(self.wish.seconds, left))
            return prove(copy, replace(wish, reruns=0))

    # An external program

    def _external(self, proof: Proof) -> Proof | None:
        """Give the failure to a program of the company, and judge what it did by the same proof."""
        if not self.hook or "hook" in self.tried:
            return None
        root = self.made.book.root
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            copy, failure = Path(folder) / "checkout", Path(folder) / "failure.json"
            copy_checkout(root, copy)
            failure.write_text(json.dumps(proof.data()))
            left = max(self.until - time.monotonic(), 1)
            try:
                env = {"CHAIRLIFT_FAILURE": str(failure), "CHAIRLIFT_TARGET": ".".join(map(str, self.leg.target))}
                ran = run([*split(self.hook)], cwd=copy, seconds=left, env=env)
            except CannotStart as error:
                self.tried.add("hook")
                self._say(f"the external program could not be started: {error}")
                return None
            changed = [*_differences(root, copy)]
            after = prove(copy, replace(self.wish, seconds=min(self.wish.seconds, left))) if changed else proof
            if not changed or not _better(after, proof):
                self.tried.add("hook")
                self._say(f"the external program ({ran.ended}) changed {len(changed)} files, and it did not help")
                return None
            for path in changed:
                because = Because("hook", f"an external program: {split(self.hook)[0]}")
                self.made.book.write(path, (copy / path).read_bytes(), (because,))
            self._say(f"the external program changed {len(changed)} files: {after.why[:200]}")
            return after

    def _say(self, text: str) -> None:
        self.made.repairs.append(text)


def copy_checkout(root: Path, to: Path) -> None:
    """All but what git and tools keep there."""
    skipped = shutil.ignore_patterns(".git", ".tox", ".venv", "node_modules", "__pycache__", ".mypy_cache")
    shutil.copytree(root, to, symlinks=True, ignore=skipped)


def _differences(root: Path, copy: Path) -> Iterator[str]:
    for file in sorted(copy.rglob("*")):
        path = file.relative_to(copy).as_posix()
        if not file.is_file() or file.is_symlink() or "__pycache__" in path:
            continue
        before = root / path
        if not before.is_file() or before.read_bytes() != file.read_bytes():
            yield path


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
