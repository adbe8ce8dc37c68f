"""Findings of adapters that are looked at, for those who set them up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chairlift.ports import Finding, Refused, Unavailable


def finding(what: str, ask: Callable[[], str]) -> Finding:
    """What comes of asking: `ask` gives what is worth knowing, and raises Refused or Unavailable."""
    try:
        return Finding(what, note=ask())
    except (Refused, Unavailable) as error:
        return Finding(what, wrong=str(error))


def token(variable: str) -> str:
    """What a token is called, by the variable that holds it."""
    return f"token in {variable}"


@dataclass(frozen=True)
class Account:
    """One account of a forge: what it is called, the question whether it may do its work, and its login."""

    what: str
    ask: Callable[[], str]
    login: Callable[[], str]


def of_accounts(us: Account, reviewer: Account | None) -> list[Finding]:
    """Ours, and the reviewer's where there is one: nobody approves what they opened, so it must be another."""
    found = [finding(us.what, us.ask)]
    if reviewer:
        found.append(finding(reviewer.what, lambda: _another(us, reviewer)))
    return found


def _another(us: Account, reviewer: Account) -> str:
    note, ours = reviewer.ask(), us.login()
    if reviewer.login().casefold() == ours.casefold():
        remedy = "set reviewer_token_env to a variable with the token of another account"
        raise Refused(f"both tokens are of {ours}, and nobody approves what they opened; {remedy}")
    return note
