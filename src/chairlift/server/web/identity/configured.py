"""The providers that chairlift.toml names, read again when the file has changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from chairlift.core.accounts import Account
from chairlift.core.files import Provider
from chairlift.plugins import BadConfiguration
from chairlift.server.web import installation
from chairlift.server.web.identity.github import GitHub
from chairlift.server.web.identity.openid import OpenId


class Speaker(Protocol):
    """How a provider is spoken to. Both raise Unavailable or Refused."""

    scope: str

    def door(self) -> tuple[str, str]:
        """Where people are sent, and the issuer by which the answer may name itself; empty where it has none."""

    def account(self, code: str, verifier: str, nonce: str, back: str, now: datetime) -> Account:
        """Who came back with this code."""


def providers() -> Mapping[str, Provider]:
    """By name; none while the file cannot be read, which the log says."""
    try:
        return installation.now().sign_in
    except installation.Unreadable:
        return {}


def speaker(provider: Provider) -> Speaker:
    """Raises BadConfiguration where the variable with its secret is not set."""
    secret = os.environ.get(provider.secret_env, "")
    if not secret:
        raise BadConfiguration(f"the variable {provider.secret_env} of [sign_in.{provider.name}] is not set")
    return GitHub(provider, secret) if provider.kind == "github" else OpenId(provider, secret)
