"""What a service's own CI has beside its tests: the servers, their versions, and the environment that it sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chairlift.recipes.django.config import jobs, services
from chairlift.recipes.django.config.ci import World
from chairlift.recipes.django.config.declared import Job, Run, Service
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release

#: What belongs to the machine or to the CI itself, and would be wrong or a lie here.
_NOT_OURS = re.compile(
    r"PATH|HOME|USER|SHELL|TMPDIR|TEMP|TMP|LD_\w+|PYTHONHOME|VIRTUAL_ENV|CI|(CI|GITHUB|RUNNER|TRAVIS|GITLAB|CIRCLE|TOX"
    r"|NOX|PIP|UV|POETRY|PIPENV|DOCKER|COMPOSE|CHAIRLIFT|CODECOV|COVERALLS|ACTIONS)(_\w+)?|TOXENV|NOXSESSION|FORCE_COLOR"
)
_EXTENSION = re.compile(r"CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?[\\\"']*([\w-]+)", re.I)


@dataclass(frozen=True)
class Asked:
    """`env` is what the job of CI sets that runs the tests, `source` says which; `services` are that job's servers, and
    then those of compose files. `extensions` are those of PostgreSQL that a script creates.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    services: tuple[Service, ...] = ()
    extensions: tuple[str, ...] = ()
    source: str = ""

    def image(self, pattern: re.Pattern[str]) -> str:
        """The image of the server of a kind, such as `postgres:12`; the first with a version, if one has."""
        found = [each.image for each in self.services if pattern.search(each.image.rpartition("@")[0] or each.image)]
        return next((each for each in found if version(each)), found[0] if found else "")


def version(image: str) -> str:
    """What a tag says: `postgis/postgis:12-3.0` is 12."""
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    found = re.search(r"\d+(\.\d+)*", tag)
    return found[0] if found else ""


def asked(checkout: Path, django: Release) -> Asked:
    """By the job that tests this Django, or else any that runs tests; one with servers first."""
    project = Project(checkout)
    every = [(job, run) for job in jobs.read_all(World(project))[0] for run in job.runs if run.tested]
    every.sort(key=lambda each: (each[1].series != django, not each[0].services))
    extensions = _extensions(project)
    if not every:
        return Asked({}, tuple(services.compose(project)), extensions)
    job, run = every[0]
    # A job may well start a compose file's servers itself.
    beside = (*job.services, *services.compose(project))
    return Asked(_environment(run), beside, extensions, _shown(job))


def _shown(job: Job) -> str:
    return f"the job {job.name} of {job.path}"


def _environment(run: Run) -> dict[str, str]:
    """Without what only the CI knows: its secrets and its own paths."""
    return {
        name: value
        for name, value in run.environment
        if not _NOT_OURS.fullmatch(name) and not re.search(r"\$\{\{|\$\(|`", value)
    }


def _extensions(project: Project) -> tuple[str, ...]:
    """What scripts beside the code create before the tests; the rest are made by migrations."""
    found = []
    for path in project.matching("*.sql", "*.sh", "*.yml", "*.yaml", "Makefile", "tox.ini"):
        found += _EXTENSION.findall((project.read(path) or b"").decode(errors="replace"))
    return tuple(sorted({each.lower() for each in found} - {"if"}))
