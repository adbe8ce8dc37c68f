"""Finds adapters and recipes by entry point, ours exactly as anyone's, and builds them from configuration."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

#: role -> entry-point group.
GROUPS = {
    "forge": "chairlift.forges",
    "workspace": "chairlift.workspaces",
    "deployer": "chairlift.deployers",
    "monitor": "chairlift.monitors",
    "notifier": "chairlift.notifiers",
    "spreadsheet": "chairlift.spreadsheets",
    "recipe": "chairlift.recipes",
}


class BadConfiguration(Exception):
    """Something in a configuration that no adapter can be built from; the text names the cause and the remedy."""


@lru_cache(maxsize=128)
def load(role: str, kind: str) -> Any:
    """The class that answers this role. Raises BadConfiguration with what is installed."""
    found = entry_points(group=GROUPS[role], name=kind)
    for entry in found:
        return entry.load()
    installed = ", ".join(sorted(entry.name for entry in entry_points(group=GROUPS[role]))) or "none"
    raise BadConfiguration(f"no {role} called {kind!r}; installed: {installed}")


def build(role: str, config: Mapping[str, object], home: Path, clock: Callable[[], datetime], **offered: object) -> Any:
    """An adapter from its table: `kind` chooses it, everything else is its Settings.

    Relative paths are the home's. The clock as `now`, and what else is offered, go to constructors that ask for it:
    `budget` to forges, `keys` (the header that opens an address) to workspaces.
    """
    kind = str(config.get("kind", ""))
    if not kind:
        raise BadConfiguration(f'this {role} has no kind: write kind = "…"; installed: {", ".join(installed(role))}')
    cls = load(role, kind)
    settings_class = getattr(sys.modules[cls.__module__], "Settings", None)
    wanted = inspect.signature(cls).parameters
    arguments: dict[str, Any] = {name: value for name, value in {"now": clock, **offered}.items() if name in wanted}
    given = {key: value for key, value in config.items() if key != "kind"}
    if settings_class is not None and "settings" in wanted:
        arguments["settings"] = _settings(settings_class, f"{role} {kind!r}", given, home)
    elif given:
        raise BadConfiguration(f"{role} {kind!r} has no settings, but was given {', '.join(sorted(given))}")
    return cls(**arguments)


def installed(role: str) -> list[str]:
    return sorted(entry.name for entry in entry_points(group=GROUPS[role]))


def _settings(cls: Any, what: str, given: Mapping[str, object], home: Path) -> Any:
    hints = typing.get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls)}
    unknown = sorted(set(given) - set(fields))
    if unknown:
        raise BadConfiguration(f"{what} has no setting {unknown[0]!r}; it has: {', '.join(sorted(fields))}")
    missing = [
        name
        for name, field in fields.items()
        if name not in given and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise BadConfiguration(f"{what} needs the setting {missing[0]!r}: add it to its table")
    # The places that adapters keep things in are relative to the home, whether they were configured or not.
    paths = {
        name: home / field.default
        for name, field in fields.items()
        if hints[name] is Path and name not in given and isinstance(field.default, Path)
    }
    return cls(
        **paths, **{name: _convert(value, hints[name], f"{what}: {name}", home) for name, value in given.items()}
    )


def _convert(value: object, hint: Any, what: str, home: Path) -> object:
    if hint is Path and isinstance(value, str):
        # One place has one name: what is kept under it is found by whatever way somebody writes it.
        return (home / Path(value).expanduser()).resolve()
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise BadConfiguration(f"{what} must be a list of texts, not {value!r}")
        return tuple(value)
    plain = {str: "a text", int: "a whole number", bool: "true or false"}
    if hint in plain and (not isinstance(value, hint) or (hint is int and isinstance(value, bool))):
        raise BadConfiguration(f"{what} must be {plain[hint]}, not {value!r}")
    return value
