"""Runs the git command against a remote, with no configuration but ours, and says in one line what went wrong."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chairlift.ports import Refused, Unavailable
from chairlift.programs import Limits, Ran, plain, run

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
}
_CONFIG = (
    "core.hooksPath=/dev/null",
    "safe.directory=*",
    # An unpacking that is killed leaves a commit without its files; a pack is there as a whole or not at all.
    "fetch.unpackLimit=1",
    "gc.autoDetach=false",
)
_UNSAFE = re.compile(r"^-|^\w[\w+.-]*::|[\x00-\x1f\x7f]|^$")


class Unknown(Refused):
    """The remote has no such commit."""


@dataclass(frozen=True)
class Remote:
    """A repository's address without the secret in it, which git gets by its environment, as others see arguments."""

    url: str
    authorization: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str, authorization: Callable[[str], str] = lambda url: "") -> Remote:
        """`authorization` gives the header for an address that has no login of its own; empty where it knows none.

        Raises Refused for what git would take for an option or a program.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = None
        if parts is None or _UNSAFE.search(url):
            shown = url.rpartition("@")[2]
            raise Refused(f"{shown!r} is no address of a repository; give an https, ssh or file address, or a path")
        login, _, host = parts.netloc.rpartition("@")
        if parts.scheme not in ("http", "https"):
            return cls(url)
        if not login:
            known = authorization(url)
            return cls(url, f"Authorization: {known}" if known else "")
        user, _, password = login.partition(":")
        token = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
        return cls(parts._replace(netloc=host).geturl(), f"Authorization: Basic {token}")

    @property
    def slug(self) -> str:
        """Its last name, as a folder that any program can live with."""
        name = self.url.rstrip("/").removesuffix(".git").rpartition("/")[2]
        return re.sub(r"[^A-Za-z0-9_.]+", "-", name).strip("-.")[:40] or "repository"

    @property
    def folder(self) -> str:
        """The slug, and what keeps equal slugs apart."""
        return f"{self.slug}-{hashlib.sha256(self.url.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Git:
    """How git runs: what it may see of our environment, for how many seconds, and how large a fetch may be in bytes."""

    pass_env: tuple[str, ...]
    seconds: float
    max_bytes: int

    def run(
        self, home: Path, remote: Remote, *argv: str, seconds: float = 0, limit: int = 1 << 26, stdin: str = ""
    ) -> Ran:
        """Run git on the mirror in `home`. Raises Unavailable, Refused or Unknown unless it ends well."""
        seconds = seconds or self.seconds
        config = [word for setting in _CONFIG for word in ("-c", setting)]
        ran = run(
            ["git", "--git-dir", str(home / "git"), *config, *argv],
            cwd=home,
            home=home,
            seconds=seconds,
            env=self._environment(remote),
            also=self.pass_env,
            stdin=stdin.encode(),
            limit=limit,
            apart=True,
            raw=True,
            limits=Limits(file_bytes=self.max_bytes),
        )
        if not ran.ok:
            raise self._explained(remote, ran)
        return ran

    def _environment(self, remote: Remote) -> dict[str, str]:
        environment = {name: value for name, value in _ENVIRONMENT.items() if name not in self.pass_env}
        if remote.authorization:
            key = f"http.{remote.url}.extraHeader"
            environment |= {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": key,
                "GIT_CONFIG_VALUE_0": remote.authorization,
            }
        return environment

    def _explained(self, remote: Remote, ran: Ran) -> Exception:
        if ran.timed_out:
            return Unavailable(f"{remote.url} does not answer: git was {ran.ended}; is its host up?")
        said = [line for line in plain(ran.err).splitlines() if line.strip()]
        words = next((line for line in said if line.startswith(("fatal:", "error:", " !"))), said[-1] if said else "")
        words = words.strip()[:300] or ran.ended
        for pattern, kind, remedy in _CAUSES:
            if re.search(pattern, ran.err):
                return kind(f"{remote.url}: {words}; {remedy}")
        return Unavailable(f"{remote.url}: {words}; is its host up?")


_CAUSES: tuple[tuple[str, type[Exception], str], ...] = (
    (r"No space left|[Dd]isk quota", Unavailable, "a disk is full: free some space"),
    (r"not our ref|unadvertised object|find remote ref", Unknown, "the commit is gone: was the branch force-pushed?"),
    (r"stale info|fetch first|cannot lock ref|non-fast-forward", Unavailable, "the branch moved meanwhile: look again"),
    (r"remote rejected|hook declined|protected branch", Refused, "let Chairlift's account push to this branch"),
    (
        r"Authentication failed|could not read (Username|Password)|error: 40[13]|dubious ownership"
        r"|[Pp]ermission denied|insufficient permission|unable to create temporary",
        Refused,
        "give Chairlift's account access to it",
    ),
    (
        r"not appear to be a git repo|not found|does not exist|No such file",
        Refused,
        "no repository is there: mend its address in the services file",
    ),
)
