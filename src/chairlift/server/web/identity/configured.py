"""The providers that chairlift.toml names, read again when the file has changed."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from chairlift.core.accounts import Account
from chairlift.core.files import FileProblems, Provider
from chairlift.plugins import BadConfiguration
from chairlift.server.outside import FILE, Outside
from chairlift.server.web import clock
from chairlift.server.web.identity.github import GitHub
from chairlift.server.web.identity.openid import OpenId

logger = logging.getLogger("chairlift.sign_in")


class Speaker(Protocol):
    """How a provider is spoken to. Both raise Unavailable or Refused."""

    scope: str

    def door(self) -> tuple[str, str]:
        """Where people are sent, and the issuer by which the answer may name itself; empty where it has none."""

    def account(self, code: str, verifier: str, nonce: str, back: str, now: datetime) -> Account:
        """Who came back with this code."""


def providers() -> Mapping[str, Provider]:
    """By name; none while the file cannot be read, which the log says."""
    file = settings.HOME / FILE
    try:
        state = file.stat()
    except OSError:
        return {}
    return _read(settings.HOME, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _read(home: Path, changed: int, size: int) -> Mapping[str, Provider]:
    try:
        return Outside.of(home, clock.now).installation.sign_in
    except (FileProblems, OSError, ValueError) as error:
        logger.error("nobody can sign in through another site until this is mended: %s", error)
        return {}


def speaker(provider: Provider) -> Speaker:
    """Raises BadConfiguration where the variable with its secret is not set."""
    secret = os.environ.get(provider.secret_env, "")
    if not secret:
        raise BadConfiguration(f"the variable {provider.secret_env} of [sign_in.{provider.name}] is not set")
    return GitHub(provider, secret) if provider.kind == "github" else OpenId(provider, secret)
