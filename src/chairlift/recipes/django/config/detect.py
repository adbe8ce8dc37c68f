"""Finds every way in which a service says its Django, and whether they agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from chairlift.recipes.django.config import jobs as all_jobs
from chairlift.recipes.django.config import locks, makefile, pythons, requirements, testing
from chairlift.recipes.django.config.ci import World
from chairlift.recipes.django.config.compiled import compiled
from chairlift.recipes.django.config.declared import Declared, Evidence, Fetch, Job, Kind, Python, Role
from chairlift.recipes.django.config.disagreements import disagreements
from chairlift.recipes.django.config.manifests import CONDA, Manifests
from chairlift.recipes.django.config.specifiers import CLAUSE, PARTS, combined, newest, specifier
from chairlift.recipes.django.config.texts import read
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import SERIES, Release

#: In scripts: `Django==2.2.24`, within quotes or not.
MENTION = re.compile(r"(?i)(?<![\w.-])(django(?:\[[\w,-]*\])?\s*)((?:(?:===|~=|==|!=|<=|>=|<|>)\s*\d[\w.*]*\s*,?\s*)+)")
CLASSIFIER = re.compile(r"Framework :: Django :: (\d+\.\d+)")
SCRIPTS = (*makefile.NAMES, "*.mk", "*.sh", *pythons.DOCKERFILES)
_TESTING = re.compile(
    r"(?i)(?:^|[^a-z])(tests?|testing|dev|devel|develop|development|ci|tox|travis|github|quality|lint|linting|docs?|local|tools?"
    r"|build|pip|pip-tools)(?:$|[^a-z])"
)
_PUBLISHES = re.compile(
    r"pypi-publish|twine upload|provider: pypi|poetry publish|flit publish|uv publish|python-semantic-release"
)


def detect(project: Project, fetch: Fetch | None = None) -> Declared:
    """Everything that configuration says. `fetch` gets constraints that are kept elsewhere (`-c https://…`).

    Without it, or where the address is away, a copy in the checkout is taken; without one, a finding says so.
    """
    fetched = _fetched(project, fetch)
    world = World(project, fetched)
    jobs, findings = all_jobs.read_all(world)
    written = compiled(project)
    tools = frozenset(each.path for each in written)
    evidence, troubles = _evidence(project, fetched, tools, jobs)
    kind, why = _kind(project)
    current = _current(project, kind, evidence, jobs)
    tests = tuple(testing.commands(world, jobs, current))
    found = [*findings, *troubles, *too_large(project), *disagreements(project, kind, current, evidence, jobs)]
    if current is None:
        words = "no configuration file says which Django this is on"
        found.append(Finding("", 0, "no-django", words, "Say it in a requirements file.", weight=Weight.MUST))
    return Declared(
        current,
        kind,
        why,
        evidence,
        _pythons(project, jobs),
        tests[0] if tests else None,
        tests,
        testing.settings_module(world),
        written,
        jobs,
        tuple(sorted(set(found))),
        fetched,
    )


#: Read here by name, where nothing else says that it was not.
_CONFIGURATION = (
    *(*requirements.LISTS, *CONDA, *locks.LOCKS, *SCRIPTS),
    *("setup.cfg", "pyproject.toml", "Pipfile", "tox.ini"),
)


def too_large(project: Project) -> Iterator[Finding]:
    """Configuration that was passed over for its size: nobody knows what it says of Django."""
    for path in project.matching(*_CONFIGURATION):
        if project.is_too_large(path):
            many = (project.root / path).stat().st_size / 1_000_000
            text = f"left alone: {many:,.0f} MB are too much for a file of configuration, so it was not read"
            yield Finding(path, 0, "too-large", text, "see to it by hand", weight=Weight.MUST)


def _fetched(project: Project, fetch: Fetch | None) -> dict[str, bytes]:
    """What stands behind every address that requirements include, and behind those that these include."""
    fetched: dict[str, bytes] = {}
    away: set[str] = set()
    while fetch is not None:
        wanted = {each.target for each in requirements.addresses(project, fetched)} - fetched.keys() - away
        if not wanted:
            break
        for address in sorted(wanted):
            try:
                fetched[address] = fetch(address)
            except OSError:
                away.add(address)
    return fetched


def role_of(path: str) -> Role:
    """By the words of its path: what is not for work on it runs it."""
    return Role.TEST if _TESTING.search(path.rsplit(".", 1)[0]) else Role.PRODUCTION


def _evidence(
    project: Project, fetched: Mapping[str, bytes], tools: frozenset[str], jobs: Sequence[Job]
) -> tuple[tuple[Evidence, ...], list[Finding]]:
    found: list[Evidence] = []
    findings: list[Finding] = []
    for path in (*requirements.files(project), *fetched):
        some, troubles = _of_list(project, path, fetched, path in tools)
        found += some
        findings += troubles
    for place in Manifests(project).places:
        role = Role.TEST if place.development else Role.METADATA if place.metadata else Role.PRODUCTION
        series = newest(place.asked) if place.asked is not None else None
        found.append(Evidence(place.path, place.line, place.comparisons, role, series))
    for lock in locks.locked(project):
        asked = specifier(lock.version)
        series = newest(asked) if asked is not None else None
        found.append(Evidence(lock.path, lock.line, f"=={lock.version}", Role.PRODUCTION, series, compiled=True))
    found += _of_scripts(project)
    for job in jobs:
        for run in job.runs:
            if run.series:
                found.append(Evidence(job.path, job.line, run.specifier, Role.CI, run.series))
    return tuple(sorted(set(found), key=_order)), findings


def _order(each: Evidence) -> tuple[str, int, str, str]:
    return each.path, each.line, each.specifier, each.role


def _of_list(
    project: Project, path: str, fetched: Mapping[str, bytes], tool: bool
) -> tuple[list[Evidence], list[Finding]]:
    """A requirements file: its own lines of Django, each with the limits of all that it includes."""
    gathered = requirements.gather(project, path, fetched)
    limits = [asked for line in gathered.constrained if (asked := requirements.requirement(line.text)) is not None]
    found = []
    for line in gathered.required:
        if line.path != path or line.name != "django":
            continue
        asked = requirements.requirement(line.text)
        if asked is None:
            words = f"{line.text} names no version of Django: nobody knows which one it is"
            gathered.findings.append(Finding(path, line.line, "no-version", words, "Pin a release."))
        parts = PARTS.fullmatch(line.text)
        series = newest(combined([asked, *limits])) if asked is not None else None
        text = parts[2].strip() if parts and asked is not None else line.text
        role = Role.PRODUCTION if path in fetched else role_of(path)
        found.append(Evidence(path, line.line, text, role, series, tool))
    if not gathered.files and project.read(path) is not None:
        words = "it is no text in UTF-8: it was not read"
        gathered.findings.append(Finding(path, 0, "unreadable", words, "Save it as UTF-8.", weight=Weight.MUST))
    return found, gathered.findings


def _of_scripts(project: Project) -> Iterator[Evidence]:
    """Dockerfiles, Makefiles and shell scripts that name a version."""
    for path in project.matching(*SCRIPTS):
        text = read(project, path)
        docker = "docker" in path.lower() or "containerfile" in path.lower()
        for found in MENTION.finditer(text.text) if text else ():
            asked = specifier(found[2].strip().rstrip(","))
            role = Role.PRODUCTION if docker else Role.TEST
            series = newest(asked) if asked is not None else None
            yield Evidence(path, text.line(found.start()) if text else 0, found[2].strip(), role, series)


def _kind(project: Project) -> tuple[Kind, str]:
    """A library has metadata and is published, or at least says which Djangos it is for."""
    texts = {name: text.text for name in ("setup.py", "setup.cfg", "pyproject.toml") if (text := read(project, name))}
    packaged = [
        name
        for name, text in texts.items()
        if re.search(
            {"setup.py": r"\bsetup\(", "setup.cfg": r"(?m)^\[metadata\]"}.get(name, r"(?m)^\[(project|tool\.poetry)\]"),
            text,
        )
    ]
    if not packaged or any("package-mode = false" in text for text in texts.values()):
        return Kind.APPLICATION, "it has no metadata of a package"
    for path in project.matching(
        ".github/workflows/*", ".travis.yml", ".gitlab-ci.yml", ".circleci/*", *makefile.NAMES
    ):
        text = read(project, path)
        if text and _PUBLISHES.search(text.text):
            return Kind.LIBRARY, f"{packaged[0]} describes a package, and {path} publishes it"
    for name, body in texts.items():
        if name in packaged and "Framework :: Django" in body:
            return Kind.LIBRARY, f"{name} says which Django it is a package for"
    served = [path for path in project.matching("wsgi.py", "asgi.py", "Procfile") if not _TESTING.search(path)]
    if served or _runs(project):
        return Kind.APPLICATION, f"{served[0] if served else 'manage.py'} runs it"
    return Kind.LIBRARY, f"{packaged[0]} describes a package, and nothing runs it"


def _runs(project: Project) -> bool:
    """Whether a manage.py runs more than a package's tests."""
    text = read(project, "manage.py")
    settings = testing.SETTINGS.search(text.text) if text else None
    return text is not None and not (settings and _TESTING.search(settings[1].split(".")[0]))


def _current(project: Project, kind: Kind, evidence: Sequence[Evidence], jobs: Sequence[Job]) -> Release | None:
    """Production's series; of a library the oldest that it is tested on, or claims."""
    if kind is Kind.LIBRARY:
        return min(_supported(project, jobs), default=None) or _lowest(
            evidence, Role.METADATA, Role.TEST, Role.PRODUCTION
        )
    for chosen in (
        [each for each in evidence if each.role is Role.PRODUCTION and each.compiled],
        [each for each in evidence if each.role is Role.PRODUCTION and CLAUSE.search(each.specifier)],
    ):
        if found := _lowest(chosen, Role.PRODUCTION):
            return found
    return (
        _lowest(evidence, Role.METADATA) or _lowest(evidence, Role.PRODUCTION) or _lowest(evidence, Role.CI, Role.TEST)
    )


def _supported(project: Project, jobs: Sequence[Job]) -> set[Release]:
    tested = {series for job in jobs for series in job.tests}
    if tested:
        return tested
    claimed: set[Release] = set()
    for name in ("setup.py", "setup.cfg", "pyproject.toml"):
        text = read(project, name)
        for found in CLASSIFIER.finditer(text.text) if text else ():
            major, minor = found[1].split(".")
            claimed.add((int(major), int(minor)))
    return claimed & {each.release for each in SERIES}


def _lowest(evidence: Sequence[Evidence], *roles: Role) -> Release | None:
    return min((each.series for each in evidence if each.role in roles and each.series), default=None)


def _pythons(project: Project, jobs: Sequence[Job]) -> tuple[Python, ...]:
    found = {Python(each.release, each.path, each.line, each.exact) for each in pythons.places(project)}
    found |= {Python(run.python, job.path, job.line) for job in jobs for run in job.runs if run.python}
    return tuple(sorted(found))
