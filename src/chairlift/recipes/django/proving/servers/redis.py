"""Redis, or Valkey where a machine has that."""

from __future__ import annotations

import re

from chairlift.recipes.django.proving.servers.kinds import Found, Server, Steps, programs, version_of


class Redis:
    name = "Redis"
    package = "redis-server"
    port = 6379
    image = re.compile(r"redis|valkey|keydb", re.I)

    def find(self, near: str = "") -> Found | None:
        found = programs(("redis-server|valkey-server",))
        version = version_of(found["redis-server"]) if found else ""
        return Found(version, found) if found and version else None

    def steps(self, server: Server) -> Steps:
        start = [server.found["redis-server"], "--port", str(server.port), "--bind", "127.0.0.1", "-::1"]
        start += ["--dir", server.folder, "--save", "", "--appendonly", "no", "--databases", "64"]
        # It refuses a password where it has none.
        password = next((password for _, password in server.users if password), "")
        start += ["--requirepass", password] if password else ["--protected-mode", "no"]
        return Steps(start=start)
