"""Brings together what a service asks for, what its CI has, and which servers this machine can start."""

from __future__ import annotations

import ipaddress
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chairlift.programs import plain
from chairlift.recipes.django.proving.sandbox import GIVEN
from chairlift.recipes.django.proving.servers.asked import Asked, version
from chairlift.recipes.django.proving.servers.kinds import Kind, Server
from chairlift.recipes.django.proving.servers.memcached import Memcached
from chairlift.recipes.django.proving.servers.mysql import MySQL
from chairlift.recipes.django.proving.servers.postgresql import PostgreSQL
from chairlift.recipes.django.proving.servers.redis import Redis
from chairlift.recipes.django.proving.servers.wants import Want

#: Every kind that can be started here. A new one is a file and a place in this line.
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (PostgreSQL(), MySQL(), Redis(), Memcached())}
_START = Path(__file__).parent / "inside" / "chairlift_start.py"
_HOST = re.compile(r"[A-Za-z0-9]([\w.-]{0,250}\w)?")
_SOCKETS = ("/run/", "/var/run/", "/tmp", "/var/tmp", "/box/")
#: PostGIS is a package of its own.
_GIS = ("postgis",)


@dataclass(frozen=True)
class Missing:
    """A server that is asked for and does not run here: why, and what to do."""

    want: Want
    why: str


@dataclass(frozen=True)
class Plan:
    """The servers that are to run, the names under which this machine is to answer, and what is missing."""

    servers: tuple[Server, ...] = ()
    names: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    wants: tuple[Want, ...] = ()
    asked: Asked = field(default_factory=Asked)

    def give(self, folder: Path) -> list[str]:
        """Put what starts them into what the sandbox is given; the words that go before the tests' own."""
        if not self.servers:
            return []
        shutil.copy(_START, folder / _START.name)
        data = [each.kind.steps(each).data(each) for each in self.servers]
        file = folder / "servers.json"
        file.write_text(json.dumps(data))
        # Not everybody's, as there may be passwords; but who runs the tests has to read it.
        file.chmod(0o644)
        return ["python", "-I", "-S", f"{GIVEN}/{_START.name}", f"{GIVEN}/{file.name}"]

    def more(self, wants: Iterable[Want]) -> Plan:
        """With what only showed while the tests ran."""
        return plan([*self.wants, *wants], self.asked)


def plan(wants: Iterable[Want], asked: Asked) -> Plan:
    """One server for each kind and port; what has a kind or place that cannot be answered for is missing."""
    every = tuple(sorted(set(wants)))
    groups: dict[tuple[str, int], list[Want]] = {}
    missing: list[Missing] = []
    for want in every:
        why = _impossible(want)
        if why:
            missing.append(Missing(want, why))
        else:
            groups.setdefault((want.kind, want.port), []).append(want)
    taken: set[int] = set()
    servers = []
    for (name, port), group in groups.items():
        found = KINDS[name].find(version(asked.image(KINDS[name].image)))
        if found is None:
            how = f"no {name} is installed on this machine: apt install {KINDS[name].package}"
            missing += [Missing(want, how) for want in group]
        elif port not in taken:
            taken.add(port)
            servers.append(_server(Server(KINDS[name], found, port), group, asked))
    answered = [want.host for server in servers for want in groups[server.kind.name, server.port]]
    names = sorted({host for host in answered if not _local(host)})
    return Plan(tuple(servers), tuple(names), tuple(missing), every, asked)


def _server(server: Server, group: Sequence[Want], asked: Asked) -> Server:
    beside = [each.env for each in asked.services if server.kind.image.search(each.image)]
    users = [(want.user, want.password) for want in group if want.user or want.password]
    databases = [name for want in group for name in want.names]
    for env in beside:
        user = env.get("POSTGRES_USER") or env.get("MYSQL_USER") or env.get("MARIADB_USER")
        password = env.get("POSTGRES_PASSWORD") or env.get("MYSQL_PASSWORD") or env.get("MARIADB_PASSWORD") or ""
        users += [(user, password)] if user and user not in dict(users) else []
        databases += [env[name] for name in ("POSTGRES_DB", "MYSQL_DATABASE", "MARIADB_DATABASE") if env.get(name)]
    databases = [each for each in databases if "/" not in each and "$" not in each]
    extensions = dict.fromkeys([*(_GIS if any(want.gis for want in group) else ()), *asked.extensions])
    return replace(
        server,
        users=tuple(dict.fromkeys(users)),
        databases=tuple(dict.fromkeys(databases)),
        sockets=tuple(dict.fromkeys(_inside(want.host) for want in group if want.host.startswith("/"))),
        extensions=tuple(extensions),
    )


def _impossible(want: Want) -> str:
    """Why nothing on this machine can answer; empty where something can."""
    if want.kind not in KINDS:
        return f"no {want.kind} is started for tests here: their results with one are not known"
    if not 1024 <= want.port <= 65535:
        return f"the port {want.port} is not for programs without rights"
    if want.host.startswith("/"):
        return "" if want.host.startswith(_SOCKETS) else f"{want.host} cannot be written in a sandbox"
    if _local(want.host):
        return ""
    try:
        address = ipaddress.ip_address(want.host)
    except ValueError:
        return "" if _HOST.fullmatch(want.host) else f"{want.host[:80]!r} is no name of a machine"
    return "" if address.is_loopback else "an address of another machine cannot be answered for: give it a name"


def _inside(path: str) -> str:
    """Where a path really is, so that nothing is made there twice."""
    return re.sub(r"^/var/(run|tmp)(?=/|$)", r"/\1", path).rstrip("/")


def _local(host: str) -> bool:
    return not host or host.startswith("/") or host in ("localhost", "127.0.0.1", "::1", "0.0.0.0")


# ---- what came of them ----


@dataclass(frozen=True)
class Told:
    """What a server's starter tells: "up", "failed" or "died"."""

    name: str
    version: str
    port: int
    state: str
    why: str = ""


def told(heard: Iterable[Mapping[str, Any]]) -> tuple[Told, ...]:
    every = [each for each in heard if each["kind"] == "server" and isinstance(each.get("port"), int)]
    return tuple(
        Told(_said(each, "name"), _said(each, "version"), each["port"], _said(each, "state"), _said(each, "why"))
        for each in every
    )


def _said(record: Mapping[str, Any], name: str) -> str:
    return plain(str(record.get(name) or ""))


def shown(plan: Plan, every: Iterable[Told]) -> tuple[str, ...]:
    """Each server that ran, with its version; and what CI has, where that is another."""
    found = []
    for each in every:
        if each.state != "up":
            continue
        image = plan.asked.image(KINDS[each.name].image) if each.name in KINDS else ""
        what = each.version if each.version.startswith("MariaDB") else f"{each.name} {each.version}"
        found.append(f"{what} on port {each.port}{_instead(each, image)}")
    return tuple(sorted(found))


def _instead(each: Told, image: str) -> str:
    wanted = version(image)
    bare = re.sub(r"^\D+", "", each.version)
    other = ("mariadb" in image.lower()) != each.version.startswith("MariaDB") and each.name == "MySQL"
    same = wanted and f"{bare}.".startswith(f"{wanted}.") and not other
    return f", where CI has {image}" if image and not same and (wanted or other) else ""


def unverified(plan: Plan, every: Iterable[Told], wanted: Iterable[Want]) -> tuple[str, ...]:
    """What is not proven for want of a server: those that tests called, and those that did not stay."""
    reached = {(want.kind, want.host, want.port) for want in wanted if want.reached}
    found = [
        f"what needs {each.want.kind} ({each.want.place}): {each.why}"
        for each in plan.missing
        if (each.want.kind, each.want.host, each.want.port) in reached
    ]
    for each in every:
        if each.state in ("failed", "died"):
            how = "could not be started" if each.state == "failed" else "died while the tests ran"
            found.append(f"what needs {each.name} on port {each.port}: {each.version} {how}: {each.why[-400:]}")
    return tuple(dict.fromkeys(found))
