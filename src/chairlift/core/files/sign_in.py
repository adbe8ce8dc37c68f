"""Where people sign in: the `[sign_in.NAME]` tables of the installation file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from chairlift.core.files.parts import VARIABLE
from chairlift.core.reading import Table, quoted

KINDS = ("openid", "github", "gitlab")
#: It stands in addresses that are registered elsewhere.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HOMES = {"github": "https://github.com", "gitlab": "https://gitlab.com"}
_TITLES = {"github": "GitHub", "gitlab": "GitLab"}
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Provider:
    """Who says who somebody is. `url` is its issuer, or the address of the forge; the secret is in a variable.

    `handles`: the handles of the services file are names there. `squads` maps what it says in `claim` to squads.
    """

    name: str
    kind: str
    title: str
    url: str
    client_id: str
    secret_env: str
    handles: bool = False
    claim: str = ""
    squads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def squads_of(self, claimed: tuple[str, ...]) -> tuple[str, ...]:
        """The squads that these groups mean; what no line of the file names means nothing."""
        return tuple(dict.fromkeys(squad for each in claimed for squad in self.squads.get(each, ())))


def sign_in(root: Table) -> Mapping[str, Provider]:
    """All that the file has. Two that both own the handles would let one person in as another."""
    table = root.table("sign_in")
    found = {name: _provider(name, table.table(name), table) for name in table.data}
    owners = [name for name, each in found.items() if each.handles]
    for name in owners[1:]:
        what = f"{quoted(name)} and {quoted(owners[0])} both say handles = true"
        table.problem(
            name, what, "a handle may be another person's elsewhere: say it of one, e-mail does for the others"
        )
    return found


def _provider(name: str, table: Table, around: Table) -> Provider:
    if not _NAME.fullmatch(name):
        around.problem(name, f"{quoted(name)} cannot stand in an address", "use at most 40 of a-z, 0-9 and '-'")
    kind = table.word("kind", (name, *KINDS) if name in KINDS else KINDS)
    claim = table.name("squads_claim") if kind != "github" else ""
    squads = table.table("squads")
    mapped = {value: squads.names(value) for value in squads.data}
    if mapped and kind == "openid" and not claim:
        table.problem("squads", f"{table} has squads, and no squads_claim", 'add squads_claim = "groups"')
    return Provider(
        name=name,
        kind=kind,
        title=table.name("title") or _TITLES.get(kind, name),
        url=_address(table, kind),
        client_id=table.text("client_id", required=True),
        secret_env=_variable(table),
        handles=table.flag("handles") if kind != "openid" else False,
        claim=claim or ("groups" if kind == "gitlab" else ""),
        squads=mapped,
    )


def _address(table: Table, kind: str) -> str:
    """The secret goes there, and who is who comes from there: never unencrypted, but on this machine."""
    key = "issuer" if kind == "openid" else "url"
    example = '"https://login.example.org"'
    found = table.text(key, kind == "openid", example) or _HOMES.get(kind, "")
    try:
        parts = urlsplit(found)
        good = bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
        good = good and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE))
    except ValueError:
        good = False
    if found and not good:
        table.problem(key, f"{key} {quoted(found)} is no address with https://", f"write {key} = {example}")
    return found if kind == "openid" else found.rstrip("/")


def _variable(table: Table) -> str:
    found = table.name("secret_env", required=True)
    if found and not VARIABLE.fullmatch(found):
        remedy = 'write secret_env = "CHAIRLIFT_SIGN_IN_SECRET", and put the secret into that variable'
        table.problem("secret_env", f"secret_env {quoted(found)} is no name of a variable", remedy)
    return found
