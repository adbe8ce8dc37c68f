"""Which namespaces there are for real servers: each makes people and repositories of its own, and removes them."""

from __future__ import annotations

from importlib import import_module

from tests.forges.people import Namespace

#: What `make test-live FORGE=…` may be given; a namespace is made with (url, token).
NAMESPACES = {
    "forgejo": "tests.forges.gitea.world:GiteaNamespace",
    "gitea": "tests.forges.gitea.world:GiteaNamespace",
    "gitlab": "tests.forges.gitlab.world:GitLabNamespace",
}


def namespace(forge: str, url: str, token: str) -> Namespace:
    """Raises KeyError with what there is."""
    if forge not in NAMESPACES:
        raise KeyError(f"no namespace for {forge!r}; there are: {', '.join(sorted(NAMESPACES))}")
    module, _, name = NAMESPACES[forge].partition(":")
    made: Namespace = getattr(import_module(module), name)(url, token)
    return made
