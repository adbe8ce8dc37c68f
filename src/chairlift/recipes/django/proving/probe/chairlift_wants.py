"""Runs inside the service's own process and tells which servers it asks for: what its settings say, and what it calls.

Python 3.6 and newer, nothing but the standard library. Nothing is contacted, and every hook calls what it hooks.
"""

import re
import sys
from typing import Any, Dict, List

#: Who tells; it has loaded this, and gives itself.
probe: Any = None

_URL = re.compile(
    r"(?i)\b(rediss?|valkey|memcached?|amqps?|pyamqp|mongodb|kafka|postgres(?:ql)?|postgis|psql|mysql2?)(?:\+\w+)?://([^\s'\"]+)"
)
_PLACE = re.compile(r"^([A-Za-z0-9][\w.-]*):(\d{2,5})$")
_DEEPEST = 6
_MOST = 20000


def tell_database(said: Any, reached: bool) -> None:
    """What one entry of DATABASES says."""
    told = {name.lower(): str(said.get(name) or "") for name in ("ENGINE", "HOST", "PORT", "NAME", "USER", "PASSWORD")}
    options = said.get("OPTIONS") or {}
    test = said.get("TEST") or {}
    socket = str(options.get("unix_socket") or "") if isinstance(options, dict) else ""
    told["host"] = socket or told["host"]
    told["test"] = str(test.get("NAME") or "") if isinstance(test, dict) else ""
    if told["engine"] and probe.once("want", *told.values(), str(reached)):
        probe.tell(kind="want", reached=reached, **told)


def tell_place(host: Any, port: Any, hint: str = "", password: str = "", reached: bool = False) -> None:
    if isinstance(host, bytes):
        host = host.decode("utf-8", "replace")
    if isinstance(host, str) and str(port).isdigit() and probe.once("want", host, str(port), hint, str(reached)):
        probe.tell(
            kind="want", host=host[:250], port=str(port), hint=hint[:200], password=password[:200], reached=reached
        )


# ---- what is called ----


def watch_socket(module: Any) -> None:
    """Note every name that is looked up, and every connection that is tried."""
    look_up, connect = module.getaddrinfo, module.socket.connect

    def getaddrinfo(host, port, *rest, **more):  # type: ignore[no-untyped-def]
        tell_place(host, port, reached=True)
        return look_up(host, port, *rest, **more)

    def connecting(self, address):  # type: ignore[no-untyped-def]
        if isinstance(address, tuple) and len(address) >= 2:
            tell_place(address[0], address[1], reached=True)
        return connect(self, address)

    module.getaddrinfo, module.socket.connect = getaddrinfo, connecting


# ---- what the settings say ----


class Settings:
    """Looks through all settings for whatever names a server."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.left = _MOST

    def tell(self) -> None:
        values: Dict[str, Any] = {}
        for name in dir(self.settings):
            if name.isupper():
                try:
                    values[name] = getattr(self.settings, name)
                except Exception:
                    continue
        databases = values.pop("DATABASES", {})
        for said in databases.values() if isinstance(databases, dict) else ():
            if isinstance(said, dict):
                tell_database(said, False)
        self.walk({name: value for name, value in values.items() if name.endswith(("_HOST", "_PORT", "_URL"))}, "", 0)
        for name, value in values.items():
            self.walk(value, name, 1)

    def walk(self, value: Any, hint: str, depth: int) -> None:
        self.left -= 1
        if self.left < 0 or depth > _DEEPEST:
            return
        if isinstance(value, str):
            self.text(value, hint)
        elif isinstance(value, dict):
            self.mapping(value, hint, depth)
        elif isinstance(value, (list, tuple)):
            if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int):
                tell_place(value[0], value[1], hint)
            for each in value:
                self.walk(each, hint, depth + 1)

    def text(self, value: str, hint: str) -> None:
        for scheme, rest in _URL.findall(value[:2000]):
            credentials, _, place = rest.split("/")[0].split("?")[0].rpartition("@")
            password = credentials.partition(":")[2]
            for each in place.split(","):
                host, _, port = each.partition(":")
                tell_place(host or "localhost", port or 0, scheme.lower(), password)
        for part in value.split(";"):
            found = _PLACE.match(part.strip())
            if found:
                tell_place(found.group(1), found.group(2), hint)

    def mapping(self, value: Dict[Any, Any], hint: str, depth: int) -> None:
        backend = value.get("BACKEND")
        hint = f"{hint} {backend}" if isinstance(backend, str) else hint
        lower = {str(name).lower(): each for name, each in value.items()}
        for name, host in lower.items():
            if name == "host" or name.endswith("_host"):
                port = lower.get(name[:-4] + "port")
                password = lower.get(name[:-4] + "password")
                if isinstance(host, str) and str(port).isdigit():
                    tell_place(host, port, f"{hint} {name}", str(password or ""))
        nested: List[Any] = [each for each in value.values() if isinstance(each, (str, dict, list, tuple))]
        for each in nested:
            self.walk(each, hint, depth + 1)


def install(teller: Any) -> Dict[str, Any]:
    """The hooks that belong to modules."""
    global probe
    probe = teller
    if "socket" in sys.modules:
        watch_socket(sys.modules["socket"])
        return {}
    return {"socket": watch_socket}
