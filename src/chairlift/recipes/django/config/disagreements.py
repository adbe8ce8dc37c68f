"""Where what a service says of its Django does not agree: with itself, or with what really happens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chairlift.recipes.django.config import jobs as all_jobs
from chairlift.recipes.django.config import tokens, yamls
from chairlift.recipes.django.config.declared import Evidence, Job, Kind, Role
from chairlift.recipes.django.config.texts import read
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release, show


def disagreements(
    project: Project, kind: Kind, current: Release | None, evidence: Sequence[Evidence], jobs: Sequence[Job]
) -> Iterator[Finding]:
    if kind is Kind.APPLICATION and current:
        yield from _within_production(current, evidence)
        yield from _with_ci(current, evidence, jobs)
    yield from lying(jobs)
    yield from _broken(jobs)
    yield from _numbers(project)


def _pins(evidence: Sequence[Evidence]) -> list[Evidence]:
    """What production installs: what tools wrote, or else what is written by hand."""
    production = [each for each in evidence if each.role is Role.PRODUCTION and each.series and each.specifier]
    return [each for each in production if each.compiled] or production


def _within_production(current: Release, evidence: Sequence[Evidence]) -> Iterator[Finding]:
    for each in _pins(evidence):
        if each.series and each.series != current:
            words = f"it says Django {show(each.series)}, and production is on {show(current)} elsewhere"
            yield Finding(each.path, each.line, "pins-disagree", words, "Say the same Django everywhere.")


def _with_ci(current: Release, evidence: Sequence[Evidence], jobs: Sequence[Job]) -> Iterator[Finding]:
    tested = {series for job in jobs for series in job.tests}
    if not tested or current in tested:
        return
    place = next((each for each in _pins(evidence) if each.series == current), None)
    what = ", ".join(show(each) for each in sorted(tested))
    words = f"CI tests Django {what}, and production is on {show(current)}"
    first = next(job for job in jobs if job.tests)
    where = f" ({place.path}, line {place.line})" if place else ""
    yield Finding(first.path, first.line, "ci-disagrees", words + where, "Let CI test what production runs.")


def lying(jobs: Sequence[Job]) -> Iterator[Finding]:
    """A job or environment whose name or matrix says one series, and that installs another one."""
    for job in jobs:
        for run in job.runs:
            said = tokens.series_in(run.env) or _said(job.values)
            if said and run.series and not run.conflict and said != run.series:
                last = f" (by {run.why[-1]})" if run.why else ""
                words = f"{run.env or job.name} is named for Django {show(said)}, and installs {show(run.series)}{last}"
                how = "Look which command installs Django last; green here proves nothing about the other version."
                yield Finding(job.path, job.line, "ci-installs-another", words, how)


def _said(values: Sequence[tuple[str, str]]) -> Release | None:
    """The series that a choice of the matrix names, with its word or by the name of its axis."""
    for key, value in values:
        bare = f"django {value}" if re.search(r"(?i)django|\bdj\b", key) and re.match(r"\d", value) else value
        if found := tokens.series_in(bare):
            return found
    return None


def _broken(jobs: Sequence[Job]) -> Iterator[Finding]:
    for job in jobs:
        for run in job.runs:
            if run.conflict:
                words = f"{run.env or job.name} cannot install Django: {run.conflict}"
                yield Finding(job.path, job.line, "ci-conflict", words, "Make the requirements agree.")


def _numbers(project: Project) -> Iterator[Finding]:
    """3.10 without quotes is 3.1 to a CI."""
    for path, _ in all_jobs.files(project):
        text = read(project, path)
        try:
            root = yamls.compose(text.text) if text else None
        except yamls.NotYaml:
            continue
        for node in yamls.walk(root):
            bare = isinstance(node, yamls.ScalarNode) and not node.style and re.fullmatch(r"3\.[123]0", node.value)
            if text and bare:
                words = f"{node.value} without quotes is the number {yamls.scalar(node)}"
                how = f"Write '{node.value}'."
                yield Finding(path, text.line(node.start_mark.index), "yaml-number", words, how)
