"""Says what Django 4.0 cannot read any more: sessions, links and cookies that Django 3.0 or older signed.

https://docs.djangoproject.com/en/4.0/releases/4.0/#features-removed-in-4-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Order of deployment for what older versions signed",
    link=notes((4, 0), "features-removed-in-4-0"),
    breaks=(4, 0),
    items=(245, 246, 247, 248, 249, 250, 317),
    only_flags=True,
)

_SIGNS = ("loads", "Signer", "TimestampSigner")


@fixer.on(ast.Constant, "django.contrib.sessions")
def sessions(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    if looking.leg.current >= (3, 2) or not isinstance(parents[-1], ast.List | ast.Tuple):
        return
    yield looking.source.finding(
        node,
        "Django 4.0 reads no sessions, reset links and messages that 3.0 or older wrote",
        "Run 3.2, without DEFAULT_HASHING_ALGORITHM = 'sha1', for as long as a session lives (SESSION_COOKIE_AGE) and "
        "a link does (PASSWORD_RESET_TIMEOUT) before 4.0; else people are signed out.",
    )


@fixer.on(ast.Call, *_SIGNS)
def signed(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    if looking.leg.current < (3, 2) and looking.source.resolve(node.func) in {
        f"django.core.signing.{n}" for n in _SIGNS
    }:
        yield looking.source.finding(
            node,
            "Values that Django 3.0 or older signed cannot be read by 4.0",
            "Sign stored ones again while 3.2 runs.",
        )
