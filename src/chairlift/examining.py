"""Findings of adapters that are looked at, for those who set them up."""

from __future__ import annotations

from collections.abc import Callable

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


def must_be_another(reviewer: str, us: str) -> None:
    """Raises Refused where the account that is to approve is the one that opens."""
    if reviewer.casefold() == us.casefold():
        remedy = "set reviewer_token_env to a variable with the token of another account"
        raise Refused(f"both tokens are of {us}, and nobody approves what they opened; {remedy}")
