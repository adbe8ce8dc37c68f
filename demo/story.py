"""The stories that the demo can tell: who chooses what and why, and what is left undone on purpose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """How one service and the `person` of its squad behave.

    Without a `level` the squad never chooses. `leaves` is the step at which the service is left in the end; else it gets
    through. `docs_by` is the date for which the squad promises documentation of how to deploy.
    """

    name: str
    person: str
    level: str = ""
    why: str = ""
    docs_by: str = ""
    leaves: str = ""


@dataclass(frozen=True)
class Story:
    """One campaign: its services are in `services/FOLDER`."""

    target: str
    slug: str
    folder: str
    services: tuple[Role, ...]
    lead: str = "Noor Haddad"
    undone: str = (
        "Fell never says that it tested wallet, and Beck never chooses a level for rota; "
        "and shortlink got worse in production, so Chairlift reverted its upgrade, and the lead has to find out why."
    )


ROLES = (
    Role("catalogue", "Tomas Reyes", "Hands-off", "We are two people; just tell us when."),
    Role("moneta", "Ada Nyström", "Trust but verify", "We release it ourselves."),
    Role("ledger", "Wei Lin", "DIY", "Nobody else touches the books."),
    Role("wallet", "Sara Okafor", "Review everything", "It holds money.", leaves="test"),
    Role("notices", "Jonas Weber", "Hands-off", "We write the documentation first.", docs_by="2099-12-31"),
    Role("shortlink", "Priya Nair", "Hands-off", "It is small, and well documented.", leaves="test"),
    Role("rota", "Mika Laine"),
)

STORIES = {
    "3.2": Story("3.2", "django-3.2", "django-2.2", ROLES),
    "5.2": Story("5.2", "django-5.2", "django-4.2", ROLES),
}
