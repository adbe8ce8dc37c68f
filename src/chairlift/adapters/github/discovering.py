"""Which repositories there are: all of an organisation, or those that a search or a topic finds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chairlift.adapters.github import queries
from chairlift.adapters.github.errors import Gone
from chairlift.adapters.github.names import is_repository, parts
from chairlift.adapters.github.wire import Wire
from chairlift.core.budget import Lane
from chairlift.core.listing import Listed
from chairlift.ports import Refused

_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,49}", re.ASCII)
#: GitHub shows no more of what a search finds.
_MOST_FOUND = 1000
#: Names of one query.
_AT_ONCE = 50
#: Where GitHub looks for CODEOWNERS: the first of them counts.
_PLACES = ("hidden", "root", "docs")


def repositories(wire: Wire, owner: str, topic: str, words: str) -> Sequence[Listed]:
    """By name. Raises Refused for an owner that is not there, and for a search that finds too much."""
    if not _OWNER.fullmatch(owner):
        raise Refused(f"{owner[:100]!r} is no organisation or user of GitHub: write its name as it is in addresses")
    if topic and not _TOPIC.fullmatch(topic):
        raise Refused(f"{topic[:100]!r} is no topic of GitHub: small letters, digits and hyphens")
    if not topic and not words:
        found = _all(wire, queries.REPOSITORIES, {"owner": owner}, owner, "repositoryOwner")
    else:
        text = " ".join(
            part for part in (f"user:{owner}", f"topic:{topic}" if topic else "", "fork:true", words) if part
        )
        found = _all(wire, queries.SEARCH, {"text": text}, f"a search for {words or topic!r}", "search")
    listed = sorted((_listed(each) for each in found), key=lambda each: each.repo.casefold())
    # Words may name another owner: GitHub then finds those of both.
    return [each for each in listed if each.repo.partition("/")[0].casefold() == owner.casefold()]


def present_names(wire: Wire, repos: Sequence[str]) -> Iterator[str]:
    """What each is called now; empty where it is not to be seen."""
    for start in range(0, len(repos), _AT_ONCE):
        places = {
            place: repo for place, repo in enumerate(repos[start : start + _AT_ONCE], start) if is_repository(repo)
        }
        named = _named(wire, places) if places else {}
        for place in range(start, min(start + _AT_ONCE, len(repos))):
            yield str((named.get(f"r{place}") or {}).get("nameWithOwner", ""))


def _named(wire: Wire, places: Mapping[int, str]) -> Mapping[str, Any]:
    variables: dict[str, str] = {}
    for place, repo in places.items():
        variables[f"o{place}"], variables[f"n{place}"] = parts(repo)
    needs = ", ".join(f"${name}: String!" for name in variables)
    chosen = "".join(queries.NAMED % {"place": place} for place in places)
    return wire.of_each(f"query Names({needs}) {{{chosen}}}", variables, Lane.READ, f"{len(places)} repositories")


def _all(wire: Wire, query: str, variables: Mapping[str, str], what: str, field: str) -> Iterator[Any]:
    after = None
    while True:
        found = wire.query(query, {**variables, "after": after}, Lane.READ, what)[field]
        if found is None:
            raise Gone(f"there is no {what}, or {wire.who} may not see it: check the name")
        if found.get("repositoryCount", 0) > _MOST_FOUND:
            count = found["repositoryCount"]
            raise Refused(f"{what} finds {count} repositories, of which GitHub shows {_MOST_FOUND}: narrow it down")
        page = found.get("repositories", found)
        # A node is empty where the account may not see what it stands for.
        yield from (node for node in page["nodes"] if node)
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _listed(node: Mapping[str, Any]) -> Listed:
    return Listed(
        repo=node["nameWithOwner"],
        default_branch=(node["defaultBranchRef"] or {}).get("name", ""),
        archived=node["isArchived"],
        fork=node["isFork"],
        language=(node["primaryLanguage"] or {}).get("name", ""),
        topics=tuple(each["topic"]["name"] for each in node["repositoryTopics"]["nodes"]),
        owners=next((text for place in _PLACES if (text := (node[place] or {}).get("text"))), ""),
        catalog=(node["catalog"] or {}).get("text") or "",
    )
