"""Loads template tags of other distributions by the names that a release gave them, where the checkout pins it.

https://docs.djangoproject.com/en/stable/howto/upgrade-version/#dependencies
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.dependencies import spoken
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Stage
from chairlift.recipes.django.templates import TEMPLATES
from chairlift.recipes.django.text_rules import Text, TextRule

_LOAD = re.compile(r"{%-?\s*load\s+(?P<names>[^%]*?)-?%}")


def read(text: Text, project: Project, leg: Leg) -> Iterator[Edit]:
    renamed = {old: new for each in project.once(spoken.passed) for old, new in each.loads.items()}
    for tag in _LOAD.finditer(text.text) if renamed else ():
        for word in re.finditer(r"[\w.]+", tag["names"]):
            if word[0] in renamed:
                start = tag.start("names") + word.start()
                yield Edit(start, start + len(word[0]), renamed[word[0]])


rule = TextRule(
    __name__,
    title="libraries of template tags of other distributions that a release which comes along renamed",
    link="https://docs.djangoproject.com/en/stable/howto/upgrade-version/#dependencies",
    patterns=TEMPLATES,
    literals=tuple(sorted({old for each in spoken.releases() for old in each.loads})),
    read=read,
    stages=(Stage.UPGRADE,),
)
