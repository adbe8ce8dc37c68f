"""Every CI that a checkout configures, as jobs: which Django does each of them really install?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chairlift.recipes.django.config import combos, expressions, services, yamls
from chairlift.recipes.django.config.declared import Job
from chairlift.recipes.django.config.machine import Machine
from chairlift.recipes.django.config.texts import Text, read
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release

_VERSION = re.compile(r"(?:^|[^\d.])(\d)\.(\d{1,2})(?:\D|$)")
_IMAGE = re.compile(r"python[:/-]?(?:py)?v?(\d)\.(\d{1,2})")
#: CIs that are seen and not followed.
OTHERS = {
    "azure-pipelines.yml": "Azure Pipelines",
    "Jenkinsfile": "Jenkins",
    "bitbucket-pipelines.yml": "Bitbucket Pipelines",
    ".drone.yml": "Drone",
    ".cirrus.yml": "Cirrus",
    "appveyor.yml": "AppVeyor",
    ".woodpecker.yml": "Woodpecker",
}


@dataclass(frozen=True)
class World:
    """The checkout, and the constraints that are kept elsewhere."""

    project: Project
    fetched: Mapping[str, bytes] = field(default_factory=dict)

    def machine(self, python: Release | None, platform: str, env: Mapping[str, str]) -> Machine:
        return Machine(self.project, self.fetched, python, platform, dict(env))


def version(text: str) -> Release | None:
    """The Python that `3.8`, `'3.8.1'`, `py38` or `python3.8` names."""
    found = re.match(r"(?:py|python|pypy)?-?(\d)\.?(\d{1,2})", text.strip())
    return (int(found[1]), int(found[2])) if found else None


def of_image(image: str) -> Release | None:
    found = _IMAGE.search(image)
    return (int(found[1]), int(found[2])) if found else None


def _line(text: Text, node: yamls.Node | None) -> int:
    return text.line(node.start_mark.index) if node is not None else 0


# GitHub Actions


def github(world: World, text: Text, root: yamls.Node) -> Iterator[Job]:
    whole = yamls.data(root) or {}
    top = whole.get("env") if isinstance(whole.get("env"), dict) else {}
    for name, node in yamls.pairs(yamls.get(root, "jobs")):
        job = yamls.data(node)
        if not isinstance(job, dict):
            continue
        strategy = job.get("strategy")
        matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
        line = _line(text, node) - 1 or 1
        if isinstance(matrix, str):
            yield Job(text.path, line, name, unknown=(f"its matrix is made while it runs: {matrix}",))
            continue
        choices = combos.github(matrix) if isinstance(matrix, dict) else [{}]
        for choice in choices:
            yield _github_job(world, text.path, line, name, job, top or {}, choice)


def _github_job(
    world: World, path: str, line: int, name: str, job: Mapping[str, Any], top: Mapping[str, Any], choice: combos.Choice
) -> Job:
    context = dict(combos.flat("matrix", choice))
    env: dict[str, str] = {"GITHUB_ACTIONS": "true", "CI": "true"}
    for source in (top, job.get("env")):
        _add_env(env, context, source)
    container = job.get("container")
    image = container.get("image", "") if isinstance(container, dict) else str(container or "")
    machine = world.machine(of_image(expressions.fill(image, context)), "gh-actions", env)
    folder = _folder(job)
    if not expressions.holds(str(job.get("if", "true")), context):
        return Job(path, line, name, combos.shown(choice))
    if uses := job.get("uses"):
        machine.unknown.append(f"it calls the workflow {uses}")
    for step in job.get("steps") or []:
        if isinstance(step, dict) and expressions.holds(str(step.get("if", "true")), context):
            _github_step(world, machine, step, dict(context), dict(env), folder)
    unknown = tuple(dict.fromkeys(machine.unknown))
    beside = services.github(job.get("services"), lambda text: expressions.fill(text, context))
    return Job(path, line, name, combos.shown(choice), machine.result(), unknown, beside)


def _folder(job: Mapping[str, Any]) -> str:
    defaults = job.get("defaults")
    run = defaults.get("run") if isinstance(defaults, dict) else None
    return str(run.get("working-directory", "")) if isinstance(run, dict) else ""


def _add_env(env: dict[str, str], context: dict[str, str], source: Any) -> None:
    for key, value in source.items() if isinstance(source, dict) else ():
        env[key] = expressions.fill(str(value), context)
        context[f"env.{key}"] = env[key]


def _github_step(
    world: World, machine: Machine, step: Mapping[str, Any], context: dict[str, str], env: dict[str, str], folder: str
) -> None:
    _add_env(env, context, step.get("env"))
    uses, given = str(step.get("uses", "")), step.get("with")
    given = given if isinstance(given, dict) else {}
    if "setup-python" in uses or "setup-uv" in uses or "setup-poetry" in uses:
        wanted = expressions.fill(str(given.get("python-version", "")), context)
        if file := given.get("python-version-file"):
            found = read(world.project, str(file))
            wanted = found.text if found else ""
        if release := version(wanted.strip().split("\n")[-1] if wanted.strip() else ""):
            machine.python = None
            machine._on(release)
    elif uses.startswith("./"):
        machine.unknown.append(f"it uses the action {uses}")
    if run := step.get("run"):
        place = expressions.fill(str(step.get("working-directory", folder)), context)
        machine.run(expressions.fill(str(run), context), "" if place == "." else place.removeprefix("./"), env)


# GitLab

_GITLAB_WORDS = {
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache",
    "before_script", "after_script", "spec",
}  # fmt: skip


def gitlab(world: World, text: Text, root: yamls.Node) -> Iterator[Job]:
    whole = _with_includes(world, yamls.data(root) or {})
    default = whole.get("default") if isinstance(whole.get("default"), dict) else {}
    assert isinstance(default, dict)
    shared = ("image", "services", "before_script", "variables")
    globals_: combos.Choice = {key: whole[key] for key in shared if key in whole}
    lines = {key: _line(text, value) - 1 or 1 for key, value in yamls.pairs(root)}
    for name, job in whole.items():
        if name in _GITLAB_WORDS or name.startswith(".") or not isinstance(job, dict):
            continue
        made = combos.merged(_extended(job, whole), combos.merged(default, globals_))
        parallel = made.get("parallel")
        matrix = parallel.get("matrix") if isinstance(parallel, dict) else None
        choices = [one for part in matrix if isinstance(part, dict) for one in combos.product(part)] if matrix else [{}]
        for choice in choices:
            variables = made.get("variables") if isinstance(made.get("variables"), dict) else {}
            env = {key: str(_variable(value)) for key, value in {**(variables or {}), **choice}.items()}
            machine = world.machine(of_image(_expanded(_image(made.get("image")), env)), "gitlab", env)
            scripts = combos.texts([made.get("before_script"), made.get("script")])
            machine.run("\n".join(scripts))
            unknown = tuple(dict.fromkeys(machine.unknown))
            beside = services.gitlab(made.get("services"), lambda said, env=env: _expanded(said, env))  # type: ignore[misc]
            yield Job(text.path, lines.get(name, 1), name, combos.shown(choice), machine.result(), unknown, beside)


def _variable(value: Any) -> Any:
    return value.get("value", "") if isinstance(value, dict) else value


def _image(value: Any) -> str:
    return str(value.get("name", "")) if isinstance(value, dict) else str(value or "")


def _expanded(text: str, env: Mapping[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda found: env.get(found[1], ""), text)


def _with_includes(world: World, whole: dict[str, Any], seen: set[str] | None = None) -> dict[str, Any]:
    """With the files that it includes, each once."""
    seen = set() if seen is None else seen
    wanted = whole.get("include")
    for each in wanted if isinstance(wanted, list) else [wanted]:
        name = each.get("local") if isinstance(each, dict) else each
        text = read(world.project, str(name).lstrip("/")) if isinstance(name, str) and name not in seen else None
        if text:
            seen.add(str(name))
            try:
                inner = yamls.data(yamls.compose(text.text))
            except yamls.NotYaml:
                continue
            if isinstance(inner, dict):
                whole = combos.merged(whole, _with_includes(world, inner, seen))
    return whole


def _extended(
    job: Mapping[str, Any], whole: Mapping[str, Any], known: dict[str, combos.Choice] | None = None
) -> combos.Choice:
    """With all that it extends; each job is looked into once, also where they go round."""
    known = {} if known is None else known
    made = dict(job)
    names = made.pop("extends", [])
    below: combos.Choice = {}
    for name in names if isinstance(names, list) else [names]:
        other = whole.get(name) if isinstance(name, str) else None
        if isinstance(other, dict):
            if name not in known:
                known[name] = {}
                known[name] = _extended(other, whole, known)
            below = combos.merged(known[name], below)
    return combos.merged(made, below)


# Travis


def travis(world: World, text: Text, root: yamls.Node) -> Iterator[Job]:
    whole = yamls.data(root) or {}
    matrix = whole.get("jobs") or whole.get("matrix") or {}
    matrix = {"include": matrix} if isinstance(matrix, list) else matrix
    env = whole.get("env")
    shared: list[Any] = []
    if isinstance(env, dict) and ("global" in env or "jobs" in env or "matrix" in env):
        common = env.get("global")
        shared = common if isinstance(common, list) else [common]
        env = env.get("jobs") or env.get("matrix")
    axes = {"python": whole.get("python"), "env": env, "os": whole.get("os"), "dist": whole.get("dist")}
    axes = {key: value for key, value in axes.items() if value is not None}
    expands = isinstance(axes.get("python"), list) or "env" in axes or not matrix.get("include")
    excluded = [each for each in matrix.get("exclude") or [] if isinstance(each, dict)]
    choices = [each for each in combos.product(axes) if not any(part.items() <= each.items() for part in excluded)]
    first = {key: value[0] if isinstance(value, list) and value else value for key, value in axes.items()}
    included = [{**first, **each} for each in matrix.get("include") or [] if isinstance(each, dict)]
    line = _line(text, yamls.get(root, "script")) or 1
    for choice in [*(choices if expands else []), *included]:
        job = {**whole, **choice}
        known = {"TRAVIS": "true", "CI": "true"}
        for part in [*shared, choice.get("env")]:
            known.update(_travis_env(part))
        python = str(choice.get("python", ""))
        known["TRAVIS_PYTHON_VERSION"] = python
        machine = world.machine(version(python), "travis", known)
        install = combos.texts(job.get("install"))
        if "install" not in job and world.project.read("requirements.txt") is not None:
            install = ["pip install -r requirements.txt"]
        phases = [job.get("before_install"), install, job.get("before_script"), job.get("script")]
        machine.run("\n".join(combos.texts(phases)))
        name = str(choice.get("name") or choice.get("stage") or "test")
        shown = tuple((key, str(value)) for key, value in choice.items() if key in ("python", "env"))
        unknown = tuple(dict.fromkeys(machine.unknown))
        yield Job(text.path, line, name, shown, machine.result(), unknown, services.travis(job))


def _travis_env(value: Any) -> dict[str, str]:
    if isinstance(value, list):
        return {key: each for part in value for key, each in _travis_env(part).items()}
    if isinstance(value, dict):
        return {} if "secure" in value else {str(key): str(each) for key, each in value.items()}
    found = re.findall(r"(?<!\w)(\w+)=(\"[^\"]*\"|'[^']*'|\S*)", str(value or ""))
    return {key: each.strip("\"'") for key, each in found}


Reader = Callable[[World, Text, yamls.Node], Iterator[Job]]


def not_yaml(path: str, error: yamls.NotYaml) -> Finding:
    return Finding(
        path,
        0,
        "ci-unreadable",
        str(error),
        "Mend the file; until then nobody knows what it tests.",
        weight=Weight.MUST,
    )
