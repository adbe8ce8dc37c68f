"""Finds templates, styles and scripts that are laid over the admin's own, where its HTML or events changed.

https://docs.djangoproject.com/en/5.1/releases/5.1/#miscellaneous
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, notes, show
from chairlift.recipes.django.text_rules import Text, TextRule

#: What to look for, in which files, since when, and what changed.
_CHANGES: tuple[tuple[str, str, Release, str], ...] = (
    (r"formset:(added|removed)", ".js .html", (4, 1), "the events of inline forms are the browser's: event.target"),
    (r"#(site-name|branding)\b|\bh1#site-name", ".css .js", (5, 0), "the site's header is a <div>, not an <h1>"),
    (r"\bdiv#(content|header|main)\b", ".css .js", (5, 0), "the main areas are <main> and <header>, not <div>"),
    (r"\bdiv#changelist-filter\b", ".css .js", (5, 1), "the filter is a <nav>, not a <div>"),
    (r"\bdiv#footer\b|#content\s+#footer\b", ".css .js", (5, 1), "the footer is a <footer>, below #main"),
    (r"\bcollapse\.js\b", ".py .js .html", (5, 1), "collapse.js is gone"),
    (r"fieldset\.collapse(d)?\b|\.collapse-toggle\b", ".css .js", (5, 1), "what opens and closes is a <details>"),
    (
        r"{%\s*extends\s+[\"']admin/(base|base_site|change_list|change_form|index)\.html[\"']\s*%}",
        ".html",
        (5, 0),
        "blocks and landmarks of the admin's templates changed",
    ),
)


def read(text: Text, project: Project, leg: Leg) -> Iterator[Finding]:
    ending = "." + text.path.rpartition(".")[2]
    for pattern, endings, since, what in _CHANGES:
        if ending not in endings.split() or not leg.current < since <= leg.target:
            continue
        found = re.search(pattern, text.text)
        if found:
            how = "Compare with the admin's own file of the new version, and look at the page."
            yield text.finding(found.start(), f"In the admin of Django {show(since)} {what}", how)


rule = TextRule(
    __name__,
    title="Templates, styles and scripts over the admin's own",
    link=notes((5, 1), "miscellaneous"),
    patterns=("*.html", "*.css", "*.js", "*.py"),
    literals=("formset:", "#", "collapse", "admin/"),
    read=read,
    items=(281, 376, 377, 438, 439, 440, 441),
    only_flags=True,
)
