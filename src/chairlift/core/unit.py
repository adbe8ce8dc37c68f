"""Long work as a value: what is asked for, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Unit:
    """Long work, named by what makes it immutable: the same name is the same result, for ever.

    `kind` is plan, verify, deploy or look back; `inputs` must hold everything that the result depends on.
    """

    kind: str
    name: str
    service: str
    inputs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a unit stands: `state` is running, done or failed; `result` is plain data; `why` says what went wrong."""

    state: str
    result: Mapping[str, object] = field(default_factory=dict)
    why: str = ""
