"""memcached."""

from __future__ import annotations

import re

from chairlift.recipes.django.proving.servers.kinds import Found, Server, Steps, programs, version_of


class Memcached:
    name = "memcached"
    package = "memcached"
    port = 11211
    image = re.compile(r"memcache", re.I)

    def find(self, near: str = "") -> Found | None:
        found = programs(("memcached",))
        version = version_of(found["memcached"]) if found else ""
        return Found(version, found) if found and version else None

    def steps(self, server: Server) -> Steps:
        return Steps(
            start=[server.found["memcached"], "-l", "127.0.0.1", "-p", str(server.port), "-U", "0", "-m", "64"]
        )
