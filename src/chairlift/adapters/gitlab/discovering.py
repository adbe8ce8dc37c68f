"""Which projects there are: all of a group with its subgroups, or of a user, or those that a search or topic finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from chairlift.adapters.gitlab import queries
from chairlift.adapters.gitlab.errors import Missing
from chairlift.adapters.gitlab.marks import identified
from chairlift.adapters.gitlab.names import group, is_project, place
from chairlift.adapters.gitlab.wire import Wire
from chairlift.core.budget import Lane
from chairlift.core.listing import Listed
from chairlift.ports import Refused

_AT_ONCE = 50
_CATALOG = "catalog-info.yaml"
#: Where GitLab looks: the first of them counts.
_OWNERS = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


def projects(wire: Wire, owner: str, topic: str, words: str) -> Sequence[Listed]:
    """By name. Raises Refused for an owner that is not there."""
    asked = {"order_by": "id", "sort": "asc", **({"search": words} if words else {})}
    listed = [
        each
        for each in _listed(wire, group(owner), asked)
        # Not every server narrows a list to a topic, and one that does not says nothing of it.
        if (not topic or topic in (each.get("topics") or ())) and not each.get("marked_for_deletion_on")
    ]
    more = dict(_looked_at(wire, [int(each["id"]) for each in listed]))
    found = (_shown(each, more.get(int(each["id"]), {})) for each in listed)
    return sorted(found, key=lambda each: each.repo.casefold())


def present_names(wire: Wire, repos: Sequence[str]) -> Sequence[str]:
    """What each is called now; empty where it is not to be seen. GraphQL knows no old names, and REST does."""
    there = identified(wire, [repo for repo in dict.fromkeys(repos) if is_project(repo)])
    return [str(there[repo]["fullPath"]) if repo in there else _moved_to(wire, repo) for repo in repos]


def _moved_to(wire: Wire, repo: str) -> str:
    if not is_project(repo):
        return ""
    try:
        return str(wire.get(place(repo), Lane.READ)["path_with_namespace"])
    except Missing:
        return ""


def _listed(wire: Wire, owner: str, asked: Mapping[str, str]) -> Sequence[Any]:
    of = quote(owner, safe="")
    try:
        # Not those that other groups share with this one.
        asked_of_group = {**asked, "include_subgroups": "true", "with_shared": "false"}
        return wire.every(f"groups/{of}/projects", Lane.READ, asked_of_group)
    except Missing:
        if "/" in owner:
            raise
    try:
        return wire.every(f"users/{of}/projects", Lane.READ, asked)
    except Missing:
        raise Refused(f"there is no group or user {owner!r}, or we may not see it: check the name") from None


def _looked_at(wire: Wire, ids: Sequence[int]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for start in range(0, len(ids), _AT_ONCE):
        part = [f"gid://gitlab/Project/{id}" for id in ids[start : start + _AT_ONCE]]
        found = wire.query(queries.LOOK, {"ids": part}, Lane.READ, f"{len(part)} projects")
        for node in found["projects"]["nodes"]:
            if node:
                yield int(str(node["id"]).rpartition("/")[2]), node


def _shown(project: Mapping[str, Any], more: Mapping[str, Any]) -> Listed:
    languages = sorted(more.get("languages") or (), key=lambda each: -float(each.get("share") or 0))
    blobs = ((more.get("repository") or {}).get("blobs") or {}).get("nodes") or ()
    texts = {str(blob["path"]): str(blob.get("rawTextBlob") or "") for blob in blobs if blob}
    # The first of them counts for GitLab.
    return Listed(
        repo=str(project["path_with_namespace"]),
        default_branch="" if project.get("empty_repo") else str(project.get("default_branch") or ""),
        archived=bool(project.get("archived")),
        fork=bool(project.get("forked_from_project")),
        language=str(languages[0]["name"]) if languages else "",
        topics=tuple(project.get("topics") or ()),
        owners=next((texts[path] for path in _OWNERS if path in texts), ""),
        catalog=texts.get(_CATALOG, ""),
    )
