"""Finds UUID fields of projects on MariaDB: new columns are of another type there, and old ones do not match.

https://docs.djangoproject.com/en/5.0/releases/5.0/#migrating-existing-uuidfield-on-mariadb-10-7
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="UUIDField on MariaDB 10.7 or newer",
    link=notes((5, 0), "migrating-existing-uuidfield-on-mariadb-10-7"),
    breaks=(5, 0),
    items=(369,),
    only_flags=True,
)


@fixer.on(ast.Call, "UUIDField")
def field(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    if "migrations/" in looking.source.path or not looking.source.resolve(node.func).startswith("django.db.models"):
        return
    if looking.project.once(_on_mariadb):
        how = "Keep CHAR(32) by the subclass that the release notes give, or convert the columns."
        yield looking.source.finding(node, "On MariaDB 10.7 and newer its column becomes UUID", how)


def _on_mariadb(project: Project) -> bool:
    return any(
        b"mariadb" in (project.read(path) or b"").lower()
        for path in project.matching("*.yml", "*.yaml", "Dockerfile*", "*settings*.py", "README*")
    )
