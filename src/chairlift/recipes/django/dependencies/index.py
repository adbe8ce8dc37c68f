"""Which releases a distribution has, and since when, from the package index's own JSON (PEP 691 and 700)."""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from chairlift.recipes.django.releases import Release, show

_ACCEPT = "application/vnd.pypi.simple.v1+json"
_SECONDS = 30
#: A list of releases is some megabytes at most.
_LARGEST = 64 << 20


class IndexAway(Exception):
    """The index does not answer, or not in JSON; the text names it without its password."""


@dataclass(frozen=True, order=True)
class Released:
    """One release that this Python can have; `at` is when its first file came, None where the index does not say."""

    version: Version
    at: datetime | None = None


def urls(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The indexes that uv would ask, in its order."""
    given = os.environ if environment is None else environment
    default = given.get("UV_DEFAULT_INDEX") or given.get("UV_INDEX_URL") or "https://pypi.org/simple"
    more = (given.get("UV_INDEX") or given.get("UV_EXTRA_INDEX_URL") or "").split()
    # An index may have a name in front: `internal=https://…`.
    return tuple(url.partition("=")[2] if "=" in url.partition("://")[0] else url for url in (*more, default))


def releases(name: str, python: Release, indexes: tuple[str, ...] = ()) -> tuple[Released, ...]:
    """Final releases that are not yanked and run on this Python, oldest first. Raises IndexAway."""
    problems = []
    for url in indexes or urls():
        try:
            page = _ask(f"{url.rstrip('/')}/{canonicalize_name(name)}/")
        except IndexAway as error:
            problems.append(str(error))
            continue
        found = _read(page, python)
        if found:
            return found
    if problems:
        raise IndexAway("; ".join(problems))
    return ()


def _ask(url: str) -> Mapping[str, Any]:
    parts = urllib.parse.urlsplit(url)
    shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    request = urllib.request.Request(shown, headers={"Accept": _ACCEPT, "User-Agent": "chairlift"})
    if parts.username:
        words = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(words.encode()).decode()}")
    if parts.scheme not in ("http", "https"):
        raise IndexAway(f"{shown} is no index that can be asked: give one that begins with https://")
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            page = json.loads(answer.read(_LARGEST))
    except (OSError, ValueError) as error:
        raise IndexAway(f"{shown} does not answer in JSON: {error}") from error
    if not isinstance(page, dict):
        raise IndexAway(f"{shown} answers with something else than a list of files")
    return page


def _read(page: Mapping[str, Any], python: Release) -> tuple[Released, ...]:
    found: dict[Version, datetime | None] = {}
    for file in page.get("files") or ():
        version = _version(str(file.get("filename", "")))
        if version is None or version.is_prerelease or file.get("yanked") or not _runs(file, python):
            continue
        at = _when(file.get("upload-time"))
        before = found.get(version)
        found[version] = min(at, before) if at and before else at or before
    return tuple(Released(version, found[version]) for version in sorted(found))


def _version(filename: str) -> Version | None:
    try:
        return parse_wheel_filename(filename)[1] if filename.endswith(".whl") else parse_sdist_filename(filename)[1]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None


def _runs(file: Mapping[str, Any], python: Release) -> bool:
    try:
        return Version(f"{show(python)}.99") in SpecifierSet(str(file.get("requires-python") or ""))
    except InvalidSpecifier:
        return True


def _when(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
