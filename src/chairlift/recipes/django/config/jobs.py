"""All jobs of all CI files of a checkout, and what could not be read of them."""

from __future__ import annotations

from chairlift.recipes.django.config import ci, yamls
from chairlift.recipes.django.config.ci import OTHERS, Reader, World
from chairlift.recipes.django.config.circle import circle
from chairlift.recipes.django.config.declared import Job
from chairlift.recipes.django.config.texts import Text, read
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.project import Project

READERS: tuple[tuple[str, Reader], ...] = (
    (".github/workflows/*.yml", ci.github),
    (".github/workflows/*.yaml", ci.github),
    (".gitlab-ci.yml", ci.gitlab),
    (".travis.yml", ci.travis),
    (".circleci/config.yml", circle),
)


def files(project: Project) -> list[tuple[str, Reader]]:
    found = [
        (path, reader)
        for pattern, reader in READERS
        for path in project.matching(pattern)
        if path.count("/") == pattern.count("/")
    ]
    return found


def read_file(world: World, path: str, reader: Reader) -> tuple[tuple[Job, ...], tuple[Finding, ...]]:
    """The jobs of one CI file."""
    text = read(world.project, path)
    if text is None:
        return (), (ci.not_yaml(path, yamls.NotYaml("it is no text in UTF-8, or too large")),)
    return of_text(world, text, reader)


def of_text(world: World, text: Text, reader: Reader) -> tuple[tuple[Job, ...], tuple[Finding, ...]]:
    try:
        root = yamls.compose(text.text)
    except yamls.NotYaml as error:
        return (), (ci.not_yaml(text.path, error),)
    if not isinstance(root, yamls.MappingNode):
        return (), ()
    try:
        return tuple(reader(world, text, root)), ()
    except RecursionError:
        return (), (ci.not_yaml(text.path, yamls.NotYaml("what it calls is too deep to be followed")),)


def read_all(world: World) -> tuple[tuple[Job, ...], tuple[Finding, ...]]:
    """Every job, and findings for files that could not be read or whose CI is not followed here."""
    jobs: list[Job] = []
    findings: list[Finding] = []
    for path, reader in files(world.project):
        some, troubles = read_file(world, path, reader)
        jobs += some
        findings += troubles
    for path, name in OTHERS.items():
        if world.project.read(path) is not None:
            words = f"{name} is set up here, and is not followed: nobody knows which Django it tests"
            findings.append(Finding(path, 0, "ci-not-followed", words, "Add the new Django to it by hand."))
    return tuple(jobs), tuple(findings)
