"""The servers that CI jobs and compose files start beside a service: their images, names, and what is set for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chairlift.recipes.django.config import combos, yamls
from chairlift.recipes.django.config.declared import Service
from chairlift.recipes.django.config.texts import read
from chairlift.recipes.django.project import Project

_COMPOSE = ("docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml")
#: What Travis starts by a word of its own; of others it is the word itself.
_TRAVIS = {"postgresql": "postgres", "redis-server": "redis"}
Fill = Callable[[str], str]


def github(said: Any, fill: Fill) -> tuple[Service, ...]:
    """`services:` of a job."""
    found = said.items() if isinstance(said, dict) else ()
    return tuple(
        Service(str(name), fill(str(each.get("image", ""))), _env(each.get("env"), fill))
        for name, each in found
        if isinstance(each, dict)
    )


def gitlab(said: Any, fill: Fill) -> tuple[Service, ...]:
    """`services:` of a job: without an alias, a server is reached by the name of its image."""
    found = []
    for each in said if isinstance(said, list) else ():
        given = each if isinstance(each, dict) else {"name": each}
        image = fill(str(given.get("name", "")))
        name = given.get("alias") or image.partition(":")[0].replace("/", "-")
        found.append(Service(str(name), image, _env(given.get("variables"), fill)))
    return tuple(found)


def travis(job: Mapping[str, Any]) -> tuple[Service, ...]:
    """`services:`, with the versions that `addons:` name."""
    addons = job.get("addons") if isinstance(job.get("addons"), dict) else {}
    assert isinstance(addons, dict)
    names = [*combos.texts(job.get("services")), *(name for name in addons if name in ("postgresql", "mariadb"))]
    found = {}
    for name in names:
        image = _TRAVIS.get(name, name)
        version = addons.get(name)
        found[image] = Service("localhost", f"{image}:{version}" if isinstance(version, str) else image)
    return tuple(found.values())


def circle(said: Any) -> tuple[Service, ...]:
    """All images of a job but the first, in which it runs."""
    found = [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
    return tuple(
        Service(str(each.get("name", "localhost")), str(each.get("image", "")), _env(each.get("environment"), str))
        for each in found[1:]
    )


def compose(project: Project) -> Iterator[Service]:
    """Of every compose file, with the default of each variable (`${TAG:-12}`)."""
    for path in project.matching(*_COMPOSE):
        text = read(project, path)
        try:
            whole = yamls.data(yamls.compose(text.text)) if text else None
        except yamls.NotYaml:
            continue
        named = whole.get("services") if isinstance(whole, dict) else None
        for name, each in named.items() if isinstance(named, dict) else ():
            if isinstance(each, dict) and each.get("image"):
                yield Service(str(name), str(each["image"]), _env(each.get("environment"), str))


def _env(said: Any, fill: Fill) -> dict[str, str]:
    if isinstance(said, list):
        pairs = [str(each).partition("=") for each in said]
        return {name: fill(value) for name, sign, value in pairs if sign}
    return {str(name): fill(str(value)) for name, value in said.items()} if isinstance(said, dict) else {}
