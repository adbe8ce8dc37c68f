"""Who operates this installation: people of the services file whom `chairlift.toml` names."""

from __future__ import annotations

from chairlift.core.files import Roster
from chairlift.server.web import installation


def now(roster: Roster) -> frozenset[str]:
    """Their names. Who is taken out of either file is none from then on; a file that cannot be read names nobody."""
    try:
        found = (roster.person(who) for who in installation.now().operators)
    except installation.Unreadable:
        return frozenset()
    return frozenset(person.name for person in found if person)
