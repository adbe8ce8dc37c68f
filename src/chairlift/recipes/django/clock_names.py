"""How a file may spell Python's own UTC."""

from __future__ import annotations

from chairlift.recipes.django.edits import add_import, add_module
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.moves import free, rebound
from chairlift.recipes.django.source import Source


def utc(source: Source, together: int) -> tuple[str, list[Edit]]:
    """How this file may spell Python's UTC, and the import that it needs for that; empty where all names are taken."""
    for local, origin in source.imports.items():
        if origin in {"datetime", "datetime.timezone"} and not rebound(source, local):
            return (f"{local}.utc" if origin == "datetime.timezone" else f"{local}.timezone.utc"), []
    if free(source, "datetime", "datetime"):
        return "datetime.timezone.utc", [*add_module(source, "datetime", together)]
    if free(source, "dt_timezone", "datetime.timezone"):
        # `datetime` is the class here, and `timezone` most likely Django's.
        return "dt_timezone.utc", [*add_import(source, "datetime", "timezone as dt_timezone", together)]
    return "", []
