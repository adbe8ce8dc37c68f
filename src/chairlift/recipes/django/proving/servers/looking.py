"""Asks a service's own settings, in its own interpreter, which servers its tests will want."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chairlift.recipes.django.proving import checks, sandbox
from chairlift.recipes.django.proving.commands import Command, manage
from chairlift.recipes.django.proving.evidence import Built
from chairlift.recipes.django.proving.sandbox import GIVEN
from chairlift.recipes.django.proving.servers.asked import Asked, asked
from chairlift.recipes.django.proving.servers.planning import KINDS, plan
from chairlift.recipes.django.proving.servers.wants import CLIENTS, Want, wants
from chairlift.recipes.django.proving.tests import Inside

#: Loading settings takes no longer.
_SECONDS = 120


def prepare(inside: Inside, command: Command, built: Built) -> tuple[Inside, Command, tuple[str, ...]]:
    """With the servers that the tests will want, and what CI sets for them; and what is to be said of that.

    Where a server is missing that only CI's environment asks for, the tests run without that, and it is said.
    """
    beside = asked(inside.checkout, inside.wish.django)
    full = replace(command, env={**beside.env, **command.env})
    if sandbox.missing() or not any(CLIENTS.search(name) for name in built.installed):
        return inside, full, ()
    made = plan(look(inside, full), beside)
    if made.missing and beside.env:
        bare = plan(look(inside, command), Asked(services=beside.services, extensions=beside.extensions))
        if not bare.missing:
            why = "; ".join(dict.fromkeys(f"{each.want.kind}: {each.why}" for each in made.missing))
            return replace(inside, plan=bare), command, (f"the tests as {beside.source} runs them ({why})",)
    return replace(inside, plan=made), full, ()


def look(inside: Inside, command: Command) -> tuple[Want, ...]:
    """By the first settings that can be loaded, those for tests first. Raises NotSandboxed and CannotStart."""
    path = manage(inside.checkout)
    said = checks.settings_modules(inside.checkout, inside.wish.settings, command, bool(path))
    for module in sorted(said, key=lambda each: not each):
        found = _load(inside, path, module, command.env)
        if found is not None:
            return found
    return ()


def _load(inside: Inside, path: str, module: str, env: Mapping[str, str]) -> tuple[Want, ...] | None:
    env = {name: value for name, value in env.items() if name != "DJANGO_SETTINGS_MODULE" or module}
    bounds = replace(inside.bounds, seconds=min(inside.bounds.seconds, _SECONDS))
    argv = ["python", f"{GIVEN}/probe/chairlift_settings.py", path, module]
    with inside.room(env) as (room, listener):
        sandbox.confine(argv, room, bounds, demand=inside.wish.demand_sandbox)
    loaded = any(each["kind"] == "settings" for each in listener.heard)
    return tuple(replace(each, reached=False) for each in wants(listener.heard)) if loaded else None


def available() -> tuple[str, ...]:
    """Which servers this machine has, for remembering what was proven with them."""
    found = [(name, kind.find()) for name, kind in KINDS.items()]
    return tuple(f"{name} {each.version}" for name, each in found if each)
