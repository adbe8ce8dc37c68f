"""Marks: fifty projects by one query, as texts that differ as soon as something there does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from chairlift.adapters.gitlab import queries
from chairlift.adapters.gitlab.names import is_project
from chairlift.adapters.gitlab.wire import Wire
from chairlift.core.budget import Lane
from chairlift.marking import is_branch
from chairlift.ports import Watched

#: Projects of one query, and branches: more of either would pass GitLab's limit of a query's complexity.
MOST, _MOST_BRANCHES = 50, 8
#: Merge requests of a project that moved last, for each branch.
_PULLS = 3


class Marks:
    """Remembers the ids of projects, which they keep when they are renamed."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._ids: dict[str, str] = {}

    def of(self, watched: Sequence[Watched]) -> Sequence[str]:
        """In their order; empty for what is not told."""
        self._identify([each.repo for each in watched])
        marks = [""] * len(watched)
        known = [place for place, each in enumerate(watched) if self._ids.get(each.repo)]
        for places in _batches(known, watched):
            nodes = self._asked([watched[place] for place in places])
            for place in places:
                found = nodes.get(self._ids[watched[place].repo])
                marks[place] = _digest(found, watched[place]) if found else ""
        return marks

    def _identify(self, repos: Sequence[str]) -> None:
        unknown = [repo for repo in dict.fromkeys(repos) if repo not in self._ids and is_project(repo)]
        self._ids |= {repo: str(node["id"]) for repo, node in identified(self._wire, unknown).items()}

    def _asked(self, watched: Sequence[Watched]) -> Mapping[str, Any]:
        """By id."""
        branches = _branches(watched)
        variables: dict[str, object] = {f"b{place}": branch for place, branch in enumerate(branches)}
        text = queries.WATCH % {
            "variables": "".join(f", ${name}: String!" for name in variables),
            "trees": " ".join(queries.TREE % {"place": place} for place in range(len(branches))),
        }
        ids = list(dict.fromkeys(self._ids[each.repo] for each in watched))
        variables |= {
            "ids": ids,
            "count": len(ids),
            "branches": branches,
            "most": max(_PULLS * len(branches), 1),
            "me": self._wire.me().name,
        }
        found = self._wire.query(text, variables, Lane.READ, f"{len(watched)} watched projects")
        nodes = {str(node["id"]): node for node in found["projects"]["nodes"] if node}
        for node in nodes.values():
            # Under names of their own, so that a mark does not depend on who else is watched.
            repository = node["repository"] or {}
            node["tips"] = {branch: repository.pop(f"b{place}", None) for place, branch in enumerate(branches)}
        return nodes


def identified(wire: Wire, repos: Sequence[str]) -> Mapping[str, Any]:
    """Of each that answers to this very name its id and full path, by one query for each fifty."""
    nodes: dict[str, Any] = {}
    for start in range(0, len(repos), MOST):
        part = dict(enumerate(repos[start : start + MOST]))
        variables = {f"p{place}": repo for place, repo in part.items()}
        needs = ", ".join(f"${name}: ID!" for name in variables)
        text = queries.IDENTIFY % (needs, " ".join(queries.IDENTIFIED % {"place": place} for place in part))
        found = wire.query(text, variables, Lane.READ, f"{len(part)} projects")
        nodes |= {repo: node for place, repo in part.items() if (node := found.get(f"p{place}"))}
    return nodes


def _batches(places: Sequence[int], watched: Sequence[Watched]) -> Iterator[Sequence[int]]:
    """Those with the same branches together, so that a query asks for few of them."""
    batch: list[int] = []
    for place in sorted(places, key=lambda place: watched[place].branches):
        grown = [*batch, place]
        if batch and (len(grown) > MOST or len(_branches([watched[each] for each in grown])) > _MOST_BRANCHES):
            yield batch
            grown = [place]
        batch = grown
    if batch:
        yield batch


def _branches(watched: Sequence[Watched]) -> list[str]:
    return list(dict.fromkeys(branch for each in watched for branch in each.branches if is_branch(branch)))


def _digest(node: Mapping[str, Any], watched: Watched) -> str:
    own = {
        "repository": node["repository"],
        "archived": node["archived"],
        "tips": {branch: node["tips"].get(branch) for branch in watched.branches},
        "pulls": [each for each in _nodes(node, "mergeRequests") if _is_of(each, watched)],
        "issues": _nodes(node, "issues") if watched.key else [],
    }
    return sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()


def _is_of(pull: Mapping[str, Any], watched: Watched) -> bool:
    return pull["sourceBranch"] in watched.branches and pull["sourceProjectId"] == pull["projectId"]


def _nodes(node: Mapping[str, Any], name: str) -> Sequence[Any]:
    # None where this part of the project is switched off, or not shown to us.
    return [each for each in (node[name] or {}).get("nodes") or () if each]
