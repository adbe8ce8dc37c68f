"""PostgreSQL, which Debian keeps outside of PATH, several versions beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from chairlift.recipes.django.proving.servers.kinds import Found, Server, Steps, numbers, programs, version_of

_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
_NEEDED = ("initdb", "postgres", "psql", "pg_isready")
#: For tests that are thrown away: nothing has to survive, and little is to be used.
_SETTINGS = {
    "listen_addresses": "*",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "96MB",
    "min_wal_size": "32MB",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "autovacuum": "off",
}
#: Where clients look when no host is said.
_SOCKETS = ("/run/postgresql", "/tmp")


class PostgreSQL:
    """Trusts everybody, and everybody may do everything: tests create databases and extensions."""

    name = "PostgreSQL"
    package = "postgresql"
    port = 5432
    image = re.compile(r"postg(res|is)|timescale", re.I)

    def find(self, near: str = "") -> Found | None:
        """Of several the one of the same major version, else the next newer one, else the newest."""
        every = sorted(self._all(), key=lambda each: numbers(each.version))
        wanted = numbers(near)[:1]
        same = [each for each in every if numbers(each.version)[:1] == wanted]
        newer = [each for each in every if numbers(each.version)[:1] > wanted] if wanted else []
        return next(iter([*same, *newer, *reversed(every)]), None)

    def _all(self) -> Iterator[Found]:
        for pattern in _FOLDERS:
            for folder in Path("/").glob(pattern[1:]):
                if (found := programs(_NEEDED, (str(folder),))) and (version := version_of(found["postgres"])):
                    yield Found(version, found)
        if (found := programs(_NEEDED)) and (version := version_of(found["postgres"])):
            yield Found(version, found)

    def steps(self, server: Server) -> Steps:
        data, found = f"{server.folder}/data", server.found
        init = [found["initdb"], "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N", "--locale=C.UTF-8"]
        if numbers(found.version) >= (15,):
            # Images sort as people do in English, and so do tests that were written on them.
            init += ["--locale-provider=icu", "--icu-locale=en-US"]
        sockets = tuple(dict.fromkeys([*_SOCKETS, *server.sockets]))
        settings = {**_SETTINGS, "unix_socket_directories": ",".join(sockets)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        psql = [found["psql"], "-h", "/tmp", "-p", str(server.port), "-U", "postgres", "-q", "-X"]
        return Steps(
            start=[found["postgres"], "-D", data, "-p", str(server.port), *options],
            prepare=[init],
            ready=[found["pg_isready"], "-q", "-h", "/tmp", "-p", str(server.port)],
            after=[
                ([*psql, "-d", "template1"], "".join(f"CREATE EXTENSION {_name(e)};\n" for e in server.extensions)),
                ([*psql, "-d", "postgres"], _sql(server)),
            ],
            folders=sockets,
        )


def _sql(server: Server) -> str:
    # Without a user, a client is who it runs as.
    users = dict.fromkeys(["sandbox", "root", *(user for user, _ in server.users)])
    lines = [f"CREATE ROLE {_name(user)} SUPERUSER LOGIN;" for user in users if user != "postgres"]
    databases = dict.fromkeys(each for each in server.databases if each not in ("postgres", "template1", "template0"))
    return "\n".join([*lines, *(f"CREATE DATABASE {_name(each)};" for each in databases), ""])


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
