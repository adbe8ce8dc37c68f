"""Chooses how each file is read, by its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from chairlift.catalogues import backstage, codeowners, tables
from chairlift.catalogues.claims import Catalogue
from chairlift.core.files import Problem

_LARGEST = 20 << 20
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".md", ".json")
_YAML = (".yaml", ".yml")
#: Folders in which a CODEOWNERS file lies without being theirs.
_HOLDERS = frozenset({".github", ".gitlab", "docs", ".bitbucket"})


@dataclass(frozen=True)
class File:
    """A file as it was given; `service` is which one a CODEOWNERS file is of, where its folder does not say so."""

    name: str
    data: bytes
    service: str = ""


def read(files: Iterable[File]) -> Catalogue:
    """All that they say, in this order."""
    return sum(map(_read, files), Catalogue())


def _read(file: File) -> Catalogue:
    path = PurePath(file.name)
    if len(file.data) > _LARGEST:
        return _unreadable(file, f"this file is larger than {_LARGEST >> 20} MB", "split it, and give all parts")
    kind = path.suffix.lower()
    if kind == ".json" and b'"apiVersion"' in file.data[:5_000]:
        # As Backstage's own API answers; JSON is YAML, too.
        kind = ".yaml"
    if kind in _TABLES:
        return tables.read(file.data, file.name)
    if kind not in _YAML and path.name.upper() != "CODEOWNERS":
        remedy = "give a CSV or XLSX file, a catalog-info.yaml, or a file called CODEOWNERS"
        return _unreadable(file, "no catalogue is read from a file of this name", remedy)
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        return _unreadable(
            file, f"there is a byte that is no UTF-8 (number {error.start + 1})", "save it as UTF-8", line
        )
    if kind in _YAML:
        return backstage.read(text, file.name)
    return codeowners.read(text, file.name, file.service or _folder(path))


def _folder(path: PurePath) -> str:
    names = [part for part in path.parts[:-1] if part not in _HOLDERS]
    return names[-1].strip("/\\") if names else ""


def _unreadable(file: File, what: str, remedy: str, line: int = 1) -> Catalogue:
    return Catalogue(problems=(Problem(file.name, line, what, remedy),))
