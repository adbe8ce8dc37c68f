"""What is believed of a delivery of a forge's webhook, and what those who check one promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Sent:
    """All that is believed of a webhook's delivery: the forge's id of it, and the repository that it tells of."""

    delivery: str
    repo: str


@runtime_checkable
class Hook(Protocol):
    """Knows whether a delivery is of the forge; found by the forge's kind, as `chairlift.hooks`."""

    def __call__(self, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Sent:
        """`headers` have their names in lower case. Refused where the signature does not fit, or is too old."""
        ...
