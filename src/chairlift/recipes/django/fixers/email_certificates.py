"""Finds mail by TLS: from Django 4.2 on the host and certificate of the server are verified.

https://docs.djangoproject.com/en/4.2/releases/4.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import constant
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="SMTP servers whose certificate is looked at",
    link=notes((4, 2), "miscellaneous"),
    breaks=(4, 2),
    items=(343,),
    only_flags=True,
)


@fixer.on(ast.Name, "EMAIL_USE_TLS", "EMAIL_USE_SSL")
def setting(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Finding]:
    said = parents[-1]
    if isinstance(said, ast.Assign) and node in said.targets and not constant(said.value, False):
        how = "See that the name in EMAIL_HOST is that of the certificate, and that its issuer is trusted."
        yield looking.source.finding(node, "The mail server's certificate is verified from Django 4.2 on", how)
