"""The edits of configuration files for each of the three changes, judged by what they mean afterwards."""

from __future__ import annotations

from packaging.version import Version

from chairlift.recipes.django.config import called, envlists, noxfiles, pins, releasing, workflows
from chairlift.recipes.django.config import jobs as all_jobs
from chairlift.recipes.django.config.declared import Declared, Edited, Job, Kind
from chairlift.recipes.django.config.disagreements import lying
from chairlift.recipes.django.config.work import Work
from chairlift.recipes.django.findings import Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Stage, show


def edits(project: Project, leg: Leg, declared: Declared, exact: Version | None = None) -> Edited:
    """What the change of this leg does to configuration files, and what is left for a person.

    Files that tools write (`Declared.compiled`) are not touched. `exact` is the release that exact pins are raised to;
    without it they become a prefix (`==3.2.*`). Nothing is written: the caller writes the edits.
    """
    work = Work(project, leg, declared)
    library = declared.kind is Kind.LIBRARY
    follow = True
    match leg.stage:
        case Stage.PREPARE:
            if library:
                pins.open_ranges(work)
            _add(work)
        case Stage.UPGRADE if library:
            releasing.release(work)
            follow = _develop(work, exact)
        case Stage.UPGRADE:
            pins.upgrade(work, exact)
            envlists.swap(work)
            called.swap(work)
            workflows.add_named(work)
            workflows.raise_pythons(work)
        case Stage.CLEAN_UP:
            pins.narrow(work)
            envlists.remove(work)
            noxfiles.remove(work)
            workflows.remove(work)
            if library:
                releasing.retire(work)
    jobs, troubles = all_jobs.read_all(work.followed() if leg.stage is Stage.UPGRADE and not library else work.world)
    work.findings += troubles
    _judge(work, jobs)
    findings = tuple(sorted(set(work.findings)))
    return Edited(work.result(), findings, jobs, follow)


def _develop(work: Work, exact: Version | None) -> bool:
    """Only where CI tests every version as before: where these pins are what it tests, they are what keeps the old."""
    changed, reasons, findings = dict(work.changed), dict(work.reasons), list(work.findings)
    tested = {each for job in work.jobs() for each in job.tests}
    pins.develop(work, exact)
    if not tested <= {each for job in all_jobs.read_all(work.followed())[0] for each in job.tests}:
        work.changed, work.reasons, work.findings = changed, reasons, findings
        return False
    return True


def _add(work: Work) -> None:
    envlists.add(work)
    noxfiles.add(work)
    workflows.add(work)


def _judge(work: Work, jobs: tuple[Job, ...]) -> None:
    """What the jobs mean now, compared with what was meant."""
    leg = work.leg
    if leg.stage is not Stage.CLEAN_UP:
        workflows.verdict(work, jobs)
    work.findings += lying(jobs)
    if leg.stage is Stage.CLEAN_UP:
        left = {each for job in jobs for each in job.tests if each < leg.target}
        for each in sorted(left):
            job = next(job for job in jobs if each in job.tests)
            words = f"CI still tests Django {show(each)} in {job.name}"
            work.say(job.path, job.line, "ci-still-old", words, "Take it out by hand.", Weight.LOOK)
