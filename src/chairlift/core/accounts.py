"""Who of the services file somebody is whom another site knows."""

from __future__ import annotations

from dataclasses import dataclass

from chairlift.core.files import Roster
from chairlift.core.upgrade import Person


@dataclass(frozen=True)
class Account:
    """Somebody as a provider knows them. `handle` is only there where the handles of the services file are its own.

    `emails` were verified by it; `unverified` are only shown, so that their owner knows what to mend.
    """

    shown: str
    handle: str = ""
    emails: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def whose(account: Account, roster: Roster) -> tuple[Person, ...]:
    """Everybody in the file whom it names: one, or it lets nobody in.

    Never by a name: anybody may take one. Letters that only look the same, or that grow alike in another case, are
    others: somebody could register them.
    """
    emails, handle = {_exact(each) for each in account.emails if each}, _exact(account.handle)
    return tuple(
        person
        for person in roster.people
        if (person.email and _exact(person.email) in emails)
        or (handle and handle in {_exact(each) for each in person.handles})
    )


def _exact(word: str) -> str:
    return word.lower() if word.isascii() else word
