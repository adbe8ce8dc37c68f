"""What an environment of a service's tests is made of, and where environments are kept."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.evidence import Wish
from chairlift.recipes.django.proving.interpreters import Interpreter
from chairlift.recipes.django.proving.wanted import RELEVANT, Wanted

#: Of the way environments are made here: raised when that changes, so that no old one is taken for a new one.
VERSION = 5

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_PASSED = ("SSL_CERT_FILE", "SSL_CERT_DIR", *_PROXIES, *(name.lower() for name in _PROXIES))
_OUR_OWN = ("UV_CACHE_DIR", "UV_PROJECT_ENVIRONMENT", "UV_LINK_MODE", "UV_NO_CACHE", "UV_CONFIG_FILE", "UV_OFFLINE")


@dataclass(frozen=True)
class Store:
    """Where environments are kept, with uv's cache: `most` of them, the longest unused going first.

    What passed in them is remembered in `proofs`, where that is given.
    """

    folder: Path
    most: int = 24
    proofs: Path | None = None

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def environments(self) -> Path:
        return self.folder / "environments"


def default_store() -> Store:
    """In the user's own cache folder."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chairlift" / "proving"
    return Store(folder, proofs=folder / "proofs")


@dataclass(frozen=True)
class Order:
    """All that decides what an environment holds."""

    checkout: Path
    wanted: Wanted
    python: Interpreter
    wish: Wish

    @property
    def key(self) -> str:
        """The same for the same content: of what the checkout says, of the Python, of the indexes."""
        project = Project(self.checkout)
        files = sorted(path for path in project.paths if RELEVANT.search(path))
        parts = [str(VERSION), str(self.python), repr(self.wanted), self.wish.newest, *self.wish.extra]
        parts += [str(self.wish.bump and self.wish.django), *(f"{k}={v}" for k, v in sorted(settings().items()))]
        digest = hashlib.sha256("\0".join(parts).encode())
        for path in files:
            digest.update(b"\0" + path.encode(errors="surrogateescape") + b"\0" + (project.read(path) or b""))
        return digest.hexdigest()[:24]


def settings() -> dict[str, str]:
    """Of our environment, what says where distributions come from. Only installing sees it, tests never do."""
    passed = {name: value for name, value in os.environ.items() if name in _PASSED}
    return passed | {
        name: value
        for name, value in os.environ.items()
        if name.startswith("UV_") and name not in _OUR_OWN and not name.startswith("UV_PYTHON")
    }
