"""Finds sitemaps without a protocol: outside of a request it becomes https in Django 5.0.

https://docs.djangoproject.com/en/5.0/releases/5.0/#features-removed-in-5-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import bases, last_name
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Sitemaps that say their protocol",
    link=notes((5, 0), "features-removed-in-5-0"),
    breaks=(5, 0),
    items=(406,),
    only_flags=True,
)


@fixer.on(ast.ClassDef, "Sitemap", "GenericSitemap")
def sitemap(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Finding]:
    if not any(origin.startswith("django.contrib.sitemaps.") for origin in bases(looking.source, node)):
        return
    said = [last_name(target) for each in node.body if isinstance(each, ast.Assign) for target in each.targets]
    if "protocol" not in said and "get_protocol" not in looking.source.segment(node):
        how = 'Set protocol = "https" (or "http") if it is made outside of requests, as by a command.'
        yield looking.source.finding(node, f"{node.name} has no protocol", how)
