"""What the author of a recipe tests with: files before, files after, and that running it twice is running it once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from chairlift.ports import Applied, Recipe

_SECONDS = 60


def check_changes(
    recipe: Recipe, settings: Mapping[str, object], before: Mapping[str, str], after: Mapping[str, str]
) -> Applied:
    """The recipe makes `after` of `before` (texts by path; all files count), and nothing more when it runs again.

    Returns what it said in its first run. Raises AssertionError with the difference, and RecipeFailed.
    """
    assert dict(before) != dict(after), "this is a case for check_unchanged"
    return _check(recipe, settings, before, after)


def check_unchanged(recipe: Recipe, settings: Mapping[str, object], files: Mapping[str, str]) -> Applied:
    """The recipe leaves these files alone, twice."""
    return _check(recipe, settings, files, files)


def _check(
    recipe: Recipe, settings: Mapping[str, object], before: Mapping[str, str], after: Mapping[str, str]
) -> Applied:
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder)
        write_files(checkout, before)
        said = recipe.apply(checkout, settings, _SECONDS)
        _compare(read_files(checkout), after, "after one run")
        recipe.apply(checkout, settings, _SECONDS)
        _compare(read_files(checkout), after, "after a second run")
    return said


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Put these texts at these paths, with the line ends that they have."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def read_files(folder: Path) -> dict[str, str]:
    """Every file below the folder, by its path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes().decode() for path in paths}


def _compare(found: Mapping[str, str], wanted: Mapping[str, str], when: str) -> None:
    for name in sorted(found.keys() | wanted.keys()):
        assert name in found, f"{name} is missing {when}"
        assert name in wanted, f"{name} was added, {when}: {found[name]!r}"
        assert found[name] == wanted[name], f"{name} {when}: {found[name]!r}, not {wanted[name]!r}"
