"""Which namespaces there are for real servers: each makes people and repositories of its own, and removes them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Protocol

from chairlift.ports import Forge
from chairlift.testing.contracts.people import World

#: What `make test-live FORGE=…` may be given; a namespace is made with (url, token).
NAMESPACES = {
    "forgejo": "tests.forges.gitea.world:GiteaNamespace",
    "gitea": "tests.forges.gitea.world:GiteaNamespace",
    "gitlab": "tests.forges.gitlab.world:GitLabNamespace",
}


class LiveWorld(World, Protocol):
    """People around a repository of a real server, which takes its time."""

    def live_forge(self) -> Forge:
        """The adapter, as a user of this world that is Chairlift's own."""
        ...

    def our_comments(self, number: int, keys: Sequence[str]) -> list[str]:
        """Chairlift's own comments under a number, oldest first, without the markers of these keys."""
        ...


class Namespace(Protocol):
    """All that tests make on a server; leaving it removes all of that, whatever has happened."""

    #: What every name that was made there begins with.
    mark: str

    def __enter__(self) -> Namespace: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def live_world(self, folder: Path) -> LiveWorld:
        """Another repository, with the files of START on main."""
        ...


def namespace(forge: str, url: str, token: str) -> Namespace:
    """Raises KeyError with what there is."""
    if forge not in NAMESPACES:
        raise KeyError(f"no namespace for {forge!r}; there are: {', '.join(sorted(NAMESPACES))}")
    module, _, name = NAMESPACES[forge].partition(":")
    return getattr(import_module(module), name)(url, token)
