"""How a service tests itself: the commands of tox, make, its CI or its test runner, and the settings it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chairlift.recipes.django.config import makefile, tox
from chairlift.recipes.django.config.ci import World
from chairlift.recipes.django.config.declared import Job, TestCommand
from chairlift.recipes.django.config.texts import read
from chairlift.recipes.django.releases import Release

_TARGETS = ("test", "tests", "test.unit", "unit", "unittest", "check", "validate", "test-python", "pytest")
SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE[\"']?\]?\s*[,=:]\s*[\"']?([\w.]+)")
_PYTEST = {
    "pytest.ini": "[pytest]",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
    "pyproject.toml": "[tool.pytest",
}
#: Where settings for tests are said, the most certain first.
_SAYERS = (
    "pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
    "conftest.py",
    "Makefile",
    "runtests.py",
    "manage.py",
)


def commands(world: World, jobs: Sequence[Job], current: Release | None) -> Iterator[TestCommand]:
    """Every way that is written down, the surest first."""
    yield from _of_tox(world, current)
    yield from _of_make(world)
    yield from _of_jobs(jobs, current)
    for name, section in _PYTEST.items():
        text = read(world.project, name)
        if text and section in text.text:
            line = text.line(text.text.index(section))
            yield TestCommand(("python -m pytest",), name, line, "pytest", resolved=("python -m pytest",))
            break
    text = read(world.project, "manage.py")
    if text:
        command = "python manage.py test"
        yield TestCommand((command,), "manage.py", 1, "manage.py", resolved=(command,))


def _of_tox(world: World, current: Release | None) -> Iterator[TestCommand]:
    config = tox.find(world.project)
    if config is None:
        return
    best: tuple[bool, TestCommand] | None = None
    for name in (*config.envlist, *config.named):
        machine = world.machine(None, "", {})
        machine.run(f"tox -e {name}")
        tested = [run for run in machine.runs if run.tested]
        if not tested:
            continue
        made = config.env(name, {})
        items = list(config.items(name, "commands"))
        line = config.text.line(items[0].start) if items else 0
        resolved = tuple(dict.fromkeys(run.command for run in tested))
        command = TestCommand(made.commands, config.text.path, line, f"tox -e {name}", made.environment, resolved)
        fits = current is not None and tested[-1].series == current
        if best is None or (fits and not best[0]):
            best = fits, command
    if best:
        yield best[1]


def _of_make(world: World) -> Iterator[TestCommand]:
    made = makefile.find(world.project)
    for target in _TARGETS if made else ():
        machine = world.machine(None, "", {})
        machine.run(f"make {target}")
        tested = [run.command for run in machine.runs if run.tested]
        if made and tested:
            lines = tuple(made.script(target, {}))
            where = made.rules[target].line
            yield TestCommand(lines, made.path, where, f"make {target}", resolved=tuple(dict.fromkeys(tested)))
            return


def _of_jobs(jobs: Sequence[Job], current: Release | None) -> Iterator[TestCommand]:
    found = [(run, job) for job in jobs for run in job.runs if run.tested and run.command]
    found.sort(key=lambda each: each[0].series != current)
    for run, job in found[:1]:
        yield TestCommand((run.command,), job.path, job.line, f"job {job.name}", resolved=(run.command,))


def settings_module(world: World) -> str:
    """The settings that its tests use; empty where nothing says it."""
    named = [path for path in world.project.paths if path in _SAYERS]
    others = [path for path in world.project.matching("manage.py", "wsgi.py", "asgi.py") if path not in _SAYERS]
    workflows = list(world.project.matching(".github/workflows/*", ".gitlab-ci.yml", ".travis.yml"))
    for path in (*sorted(named, key=_SAYERS.index), *workflows, *others):
        text = read(world.project, path)
        if text and (found := SETTINGS.search(text.text)):
            return found[1]
    return ""
