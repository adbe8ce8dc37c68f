"""Who does what in the demo, and what is left undone on purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Part:
    """One service's part: its level ('' is never chosen), who speaks for it, and the step that its squad leaves undone.

    `second` reviews what the first opened.
    """

    name: str
    level: str
    person: str
    why: str = ""
    docs_by: str = ""
    leaves: str = ""
    second: str = ""


@dataclass(frozen=True)
class Story:
    """One campaign's demo. `mended` is the setting that the project lead adds after the revert."""

    slug: str
    target: str
    folder: str
    services: tuple[Part, ...]
    lead: str
    undone: str
    mended: str


_PARTS = (
    Part("catalogue", "Hands-off", "Ana Alder", "we have no time this quarter"),
    Part("shortlink", "Hands-off", "Ana Alder", "the same"),
    Part("moneta", "Review everything", "Cleo Cedar", "others build on it"),
    Part("ledger", "Trust but verify", "Cleo Cedar", "we deploy on Tuesdays anyway"),
    Part("rota", "DIY", "Gul Ginkgo", "we like to do it ourselves", second="Hugo Hazel"),
    Part("notices", "Review everything", "Eva Elm", "mails must be looked at by a person", leaves="review"),
    Part("wallet", "", "Hugo Hazel"),
)

_DJANGO_3 = Story(
    slug="django-3.2",
    target="3.2",
    folder="django-2.2",
    services=_PARTS,
    lead="Lena Lead",
    undone="Team Plover never reviews the pull request of notices, and Team Wren never chooses a level for wallet.",
    mended='SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"',
)

STORIES = {
    "3.2": _DJANGO_3,
    "5.2": replace(
        _DJANGO_3,
        slug="django-5.2",
        target="5.2",
        folder="django-4.2",
        mended="FORMS_URLFIELD_ASSUME_HTTPS = True",
    ),
}
