"""Marks: fifty repositories by one query, as texts that differ as soon as something there does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from chairlift.adapters.github import queries
from chairlift.adapters.github.names import is_branch, is_repository, parts
from chairlift.adapters.github.wire import Wire
from chairlift.core.budget import Lane
from chairlift.ports import Watched

#: Repositories of one query.
MOST = 50


def marks(wire: Wire, watched: Sequence[Watched]) -> Iterator[str]:
    for start in range(0, len(watched), MOST):
        yield from _marks(wire, watched[start : start + MOST])


def _marks(wire: Wire, watched: Sequence[Watched]) -> Iterator[str]:
    places = {place: each for place, each in enumerate(watched) if is_repository(each.repo)}
    data = _asked(wire, places) if places else {}
    for place in range(len(watched)):
        found = data.get(f"r{place}")
        yield _digest(found) if found else ""


def _asked(wire: Wire, places: dict[int, Watched]) -> Any:
    variables: dict[str, str] = {}
    chosen = []
    for place, each in places.items():
        variables[f"o{place}"], variables[f"n{place}"] = parts(each.repo)
        inner = [queries.MARKED_ISSUES] if each.key else []
        for number, branch in enumerate(each.branches):
            if is_branch(branch):
                name = f"{place}_{number}"
                variables[f"h{name}"], variables[f"b{name}"] = f"refs/heads/{branch}", branch
                inner.append(queries.MARKED_BRANCH % {"branch": number, "variable": name})
        chosen.append(queries.MARKED % {"place": place, "parts": "".join(inner)})
    needs = ", ".join(f"${name}: String!" for name in variables)
    used = any("...Mark" in part for part in chosen)
    text = f"query Marks({needs}) {{{''.join(chosen)}}}" + (queries.MARK if used else "")
    what = f"{len(places)} watched repositories"
    # What is only half told would be a mark that hides something.
    return wire.of_each(text, variables, Lane.READ, what)


def _digest(found: dict[str, Any]) -> str:
    if issues := found.pop("issues", None):
        found["ours"] = [node for node in issues["nodes"] if node["viewerDidAuthor"]]
    for pulls in found.values():
        if isinstance(pulls, dict) and "nodes" in pulls:
            pulls["nodes"] = [node for node in pulls["nodes"] if not node["isCrossRepository"]]
    return sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
