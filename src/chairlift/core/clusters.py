"""Failures of many services by their cause: one thing to mend, then these to run again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_SPACES = re.compile(r"\s+")
#: In this order: what is left after one is looked at by the next.
_VARIABLE = (
    (re.compile(r"0x[0-9a-fA-F]+"), "0x…"),
    (re.compile(r"(?:/[\w.@+-]+)+/"), "…/"),
    (re.compile(r"'[^']*'|\"[^\"]*\""), "'…'"),
    (re.compile(r"\b\d+(?:\.\d+)*\b"), "N"),
)


@dataclass(frozen=True)
class Cluster:
    """One cause: the message without what differs from service to service, an example, and who has it."""

    cause: str
    example: str
    services: tuple[str, ...]


def normalise(message: str, keep_names: bool = True) -> str:
    """What of a failure is the same wherever it happens. Quoted names stay unless said otherwise."""
    text = _SPACES.sub(" ", message).strip()
    for pattern, instead in _VARIABLE:
        if keep_names and instead == "'…'":
            continue
        text = pattern.sub(instead, text)
    return text[:300]


def clusters(failures: Mapping[str, Iterable[str]]) -> tuple[Cluster, ...]:
    """By cause, the one that most services share first. `failures` are messages by service."""
    found: dict[str, dict[str, str]] = {}
    for service, messages in failures.items():
        for message in messages:
            found.setdefault(normalise(message), {}).setdefault(service, message)
    rows = (Cluster(cause, next(iter(who.values())), tuple(sorted(who))) for cause, who in found.items())
    return tuple(sorted(rows, key=lambda each: (-len(each.services), each.cause)))
