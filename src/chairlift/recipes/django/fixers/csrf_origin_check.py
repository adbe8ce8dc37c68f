"""Finds settings under which the check of the Origin header, new in Django 4.0, refuses requests that were fine.

https://docs.djangoproject.com/en/4.0/releases/4.0/#configuring-it-may-now-be-required
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.settings_rules import statement_of

fixer = Fixer(
    __name__,
    title="CSRF_TRUSTED_ORIGINS where subdomains share a cookie",
    link=notes((4, 0), "configuring-it-may-now-be-required"),
    breaks=(4, 0),
    items=(181,),
    only_flags=True,
)


@fixer.on(ast.Name, "CSRF_COOKIE_DOMAIN", "SESSION_COOKIE_DOMAIN")
def shared(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Finding]:
    said = statement_of(node, parents)
    if said is None or said.value is None or "CSRF_TRUSTED_ORIGINS" in looking.source.text:
        return
    if isinstance(said.value, ast.Constant) and not str(said.value.value or "").startswith("."):
        return
    yield looking.source.finding(
        node,
        f"{node.id} is shared with other hosts, and CSRF_TRUSTED_ORIGINS is not set here",
        "Django 4.0 checks the Origin header: list the hosts that post to this service, as https://*.example.com.",
    )
