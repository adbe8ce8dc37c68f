"""CircleCI: workflows, matrices of parameters, commands and executors, as jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chairlift.recipes.django.config import combos, services, yamls
from chairlift.recipes.django.config.ci import World, of_image
from chairlift.recipes.django.config.declared import Job
from chairlift.recipes.django.config.machine import Machine
from chairlift.recipes.django.config.texts import Text

_HOLE = re.compile(r"<<\s*([\w.-]+)\s*>>")
_DEEPEST = 6


def circle(world: World, text: Text, root: yamls.Node) -> Iterator[Job]:
    whole = yamls.data(root) or {}
    jobs = whole.get("jobs") if isinstance(whole.get("jobs"), dict) else {}
    assert isinstance(jobs, dict)
    nodes = dict(yamls.pairs(yamls.get(root, "jobs")))
    pipeline = {f"pipeline.parameters.{key}": _default(value) for key, value in (whole.get("parameters") or {}).items()}
    for name, given in _wanted(whole, jobs):
        job = jobs.get(name)
        if not isinstance(job, dict):
            continue
        line = text.line(nodes[name].start_mark.index) - 1 or 1
        matrix = given.get("matrix") if isinstance(given.get("matrix"), dict) else {}
        assert isinstance(matrix, dict)
        excluded = [each for each in matrix.get("exclude") or [] if isinstance(each, dict)]
        choices = [each for each in combos.product(matrix.get("parameters") or {}) if each not in excluded]
        for choice in choices:
            known = {key: _default(value) for key, value in (job.get("parameters") or {}).items()}
            known.update({key: str(value) for key, value in {**given, **choice}.items() if key in known})
            context = {**pipeline, **{f"parameters.{key}": value for key, value in known.items()}}
            made = _made(whole, job, context)
            machine = _ran(world, whole, made)
            unknown = tuple(dict.fromkeys(machine.unknown))
            beside = services.circle(made.get("docker"))
            yield Job(text.path, line, name, combos.shown(choice), machine.result(), unknown, beside)


def _default(parameter: Any) -> str:
    return str(parameter.get("default", "")) if isinstance(parameter, dict) else ""


def _wanted(whole: Mapping[str, Any], jobs: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The jobs that workflows start, with what they give them; without workflows, `build`."""
    workflows = whole.get("workflows")
    found = False
    for workflow in workflows.values() if isinstance(workflows, dict) else ():
        for each in (workflow.get("jobs") or []) if isinstance(workflow, dict) else ():
            found = True
            if isinstance(each, dict):
                yield from ((name, given if isinstance(given, dict) else {}) for name, given in each.items())
            else:
                yield str(each), {}
    if not found:
        yield from ((name, {}) for name in jobs)


def _fill(value: Any, context: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _HOLE.sub(lambda found: context.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_fill(each, context) for each in value]
    return {key: _fill(each, context) for key, each in value.items()} if isinstance(value, dict) else value


def _made(whole: Mapping[str, Any], job: Mapping[str, Any], context: Mapping[str, str]) -> Mapping[str, Any]:
    """The job with its parameters, in its executor."""
    made: combos.Choice = _fill(dict(job), context)
    executor = made.get("executor")
    name, given = (executor.get("name"), executor) if isinstance(executor, dict) else (executor, {})
    under = (whole.get("executors") or {}).get(name) if name else None
    if isinstance(under, dict):
        known = {f"parameters.{key}": _default(value) for key, value in (under.get("parameters") or {}).items()}
        known.update({f"parameters.{key}": str(value) for key, value in given.items()})
        made = combos.merged(made, _fill(under, known))
    return made


def _ran(world: World, whole: Mapping[str, Any], made: Mapping[str, Any]) -> Machine:
    docker = made.get("docker")
    first = docker[0] if isinstance(docker, list) and docker and isinstance(docker[0], dict) else {}
    image = str(first.get("image", ""))
    said = [each for each in (first.get("environment"), made.get("environment")) if isinstance(each, dict)]
    known_env = {key: str(value) for each in said for key, value in each.items()}
    machine = world.machine(of_image(image), "circle", {"CI": "true", **known_env})
    _steps(machine, whole, made.get("steps"), 0)
    return machine


def _steps(machine: Machine, whole: Mapping[str, Any], steps: Any, depth: int) -> None:
    commands = whole.get("commands") or {}
    for step in steps if isinstance(steps, list) and depth < _DEEPEST else ():
        name, given = next(iter(step.items())) if isinstance(step, dict) and step else (step, {})
        if name == "run":
            run = given if isinstance(given, dict) else {"command": given}
            env = run.get("environment") if isinstance(run.get("environment"), dict) else {}
            folder = str(run.get("working_directory", "")).removeprefix("~/project").strip("/")
            machine.run(str(run.get("command", "")), folder, {key: str(each) for key, each in (env or {}).items()})
        elif name in ("when", "unless") and isinstance(given, dict):
            _steps(machine, whole, given.get("steps"), depth + 1)
        elif isinstance(command := commands.get(name), dict):
            known = {f"parameters.{key}": _default(value) for key, value in (command.get("parameters") or {}).items()}
            known.update(
                {f"parameters.{key}": str(value) for key, value in given.items()} if isinstance(given, dict) else {}
            )
            _steps(machine, whole, _fill(command.get("steps"), known), depth + 1)
        elif isinstance(name, str) and "/" in name:
            machine.unknown.append(f"it calls {name} of an orb")
