"""MariaDB or MySQL, whichever this machine has: to Django they are one engine."""

from __future__ import annotations

import re
from pathlib import Path

from chairlift.recipes.django.proving.servers.kinds import Found, Server, Steps, programs, version_of

_SOCKET = "/run/mysqld/mysqld.sock"
_TOOLS = ("mariadb|mysql", "mariadb-admin|mysqladmin")
_SETTINGS = (
    *("--bind-address=*", "--character-set-server=utf8mb4", "--max-allowed-packet=64M", "--skip-name-resolve"),
    *("--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--innodb-use-native-aio=0"),
    *("--performance-schema=OFF", "--skip-log-bin"),
)
_ZONES = "/usr/share/zoneinfo"


class MySQL:
    """Users have the passwords that the settings say: where it takes everybody, MySQL listens to nobody."""

    name = "MySQL"
    package = "mariadb-server"
    port = 3306
    image = re.compile(r"mysql|mariadb|percona", re.I)

    def find(self, near: str = "") -> Found | None:
        mariadb = programs(("mariadbd|mysqld", "mariadb-install-db|mysql_install_db", *_TOOLS))
        if mariadb and (version := version_of(mariadb["mariadbd"])):
            return Found(f"MariaDB {version}", mariadb)
        mysql = programs(("mysqld", *_TOOLS))
        if mysql and (version := version_of(mysql["mysqld"])):
            return Found(version, mysql)
        return None

    def steps(self, server: Server) -> Steps:
        data, found = f"{server.folder}/data", server.found
        sockets = (_SOCKET if server.port == self.port else f"/run/mysqld/{server.port}.sock", *server.sockets)
        client = ["--no-defaults", f"--socket={sockets[0]}", "-u", "root"]
        if "mysqld" in found.programs:
            prepare = [[found["mysqld"], "--no-defaults", "--initialize-insecure", f"--datadir={data}"]]
            start = [found["mysqld"], "--loose-mysqlx=OFF"]
        else:
            made = (f"--datadir={data}", "--skip-test-db", "--skip-name-resolve")
            prepare = [
                [found["mariadb-install-db"], "--no-defaults", "--auth-root-authentication-method=normal", *made]
            ]
            start = [found["mariadbd"]]
        where = [f"--datadir={data}", f"--port={server.port}", f"--socket={sockets[0]}", f"--tmpdir={server.folder}"]
        others = [each for each in dict.fromkeys(["/tmp/mysql.sock", *sockets[1:]]) if each != sockets[0]]
        links = [["ln", "-sf", sockets[0], each] for each in others]
        return Steps(
            start=[start[0], "--no-defaults", *where, *_SETTINGS, *start[1:]],
            prepare=[*prepare, *links],
            ready=[found["mariadb-admin"], *client, "--silent", "ping"],
            after=[*self._zones(found, client), ([found["mariadb"], *client, "--force"], _sql(server))],
            folders=sorted({str(Path(each).parent) for each in sockets}),
        )

    def _zones(self, found: Found, client: list[str]) -> list[tuple[list[str], str]]:
        """Zones of time, without which every query that cuts a time off at a day fails; images have them."""
        reader = programs(("mariadb-tzinfo-to-sql|mysql_tzinfo_to_sql",))
        if not reader or not Path(_ZONES).is_dir():
            return []
        script = '"$0" "$1" 2>/dev/null | { shift; "$@"; }'
        argv = [reader["mariadb-tzinfo-to-sql"], _ZONES, found["mariadb"], *client, "--force", "mysql"]
        return [(["/bin/sh", "-c", script, *argv], "")]


def _sql(server: Server) -> str:
    lines = []
    for user, password in dict.fromkeys([*server.users, *((name, "") for name in ("root", "sandbox"))]):
        for host in ("%", "localhost", "127.0.0.1", "::1"):
            who = f"{_text(user)}@'{host}'"
            lines.append(f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY {_text(password)};")
            lines.append(f"GRANT ALL PRIVILEGES ON *.* TO {who} WITH GRANT OPTION;")
            if user == "root" and password:
                lines.append(f"ALTER USER {who} IDENTIFIED BY {_text(password)};")
    lines += [f"CREATE DATABASE IF NOT EXISTS {_name(each)};" for each in server.databases]
    # Last, as our own client has no password.
    return "\n".join([*sorted(lines, key=lambda line: line.startswith("ALTER")), ""])


def _text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _name(text: str) -> str:
    return "`" + text.replace("`", "``") + "`"
