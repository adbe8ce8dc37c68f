"""Which servers a service asks for, by what the probe tells of its settings and of what it calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chairlift.programs import plain

#: By the port that each has by default, and by words in an engine, a backend, a setting's name or an address.
_PORTS = {
    5432: "PostgreSQL",
    3306: "MySQL",
    6379: "Redis",
    11211: "memcached",
    5672: "RabbitMQ",
    27017: "MongoDB",
    9200: "Elasticsearch",
    9092: "Kafka",
    1521: "Oracle",
    1433: "SQL Server",
}
_WORDS = (
    (r"postg(res|is)|psql|psycopg|timescale", "PostgreSQL"),
    (r"mysql|mariadb", "MySQL"),
    (r"redis|valkey", "Redis"),
    (r"memcache|pylibmc|libmc", "memcached"),
    (r"amqp|rabbit", "RabbitMQ"),
    (r"mongo", "MongoDB"),
    (r"elastic|opensearch|haystack", "Elasticsearch"),
    (r"kafka", "Kafka"),
    (r"oracle", "Oracle"),
    (r"mssql|sql_server", "SQL Server"),
)
#: The distributions that talk to a server; where none is installed, none can be needed.
CLIENTS = re.compile(
    r"psycopg|mysql|mariadb|redis|memcache|pylibmc|kombu|celery|pika|mongo|elasticsearch|opensearch|oracledb|cx-oracle"
    r"|mssql|pyodbc|kafka|channels|cacheops|huey"
)


@dataclass(frozen=True, order=True)
class Want:
    """One server that is asked for. An empty `host`, or one that begins with a slash, is a socket of this machine.

    `names` are databases that must be there, `gis` says whether they hold places. `reached` is whether it was really
    called, and not only named in the settings.
    """

    kind: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    names: tuple[str, ...] = ()
    gis: bool = False
    reached: bool = False

    @property
    def place(self) -> str:
        return f"{self.host or 'its socket'}:{self.port}" if self.port else self.host or "its socket"


def wants(heard: Iterable[Mapping[str, Any]]) -> tuple[Want, ...]:
    """Each once."""
    told = [each for each in heard if each["kind"] == "want"]
    found = (_database(each) if "engine" in each else _place(each) for each in told)
    return tuple(sorted({each for each in found if each is not None}))


def _database(told: Mapping[str, Any]) -> Want | None:
    said = {name: plain(str(told.get(name) or "")) for name in ("engine", "host", "port", "name", "user", "test")}
    kind = _by_words(said["engine"])
    if kind is None:
        return None
    port = int(said["port"]) if said["port"].isdigit() else _port(kind)
    reached, gis, password = bool(told.get("reached")), "gis" in said["engine"], str(told.get("password") or "")
    # What is called while tests run is the test database, which Django makes itself and wants to be new.
    names = (said["name"],) if said["name"] and not reached and said["name"] != said["test"] else ()
    return Want(kind, said["host"], port, said["user"], password, names, gis, reached)


def _place(told: Mapping[str, Any]) -> Want | None:
    host, hint = plain(str(told.get("host") or "")), str(told.get("hint") or "")
    port = int(told["port"]) if str(told.get("port") or "").isdigit() else 0
    kind = _by_words(hint) or _PORTS.get(port)
    if kind is None or not host:
        return None
    password = str(told.get("password") or "")
    return Want(kind, host, port or _port(kind), password=password, reached=bool(told.get("reached")))


def _by_words(text: str) -> str | None:
    return next((kind for words, kind in _WORDS if re.search(words, text, re.I)), None)


def _port(kind: str) -> int:
    return next(port for port, name in _PORTS.items() if name == kind)
