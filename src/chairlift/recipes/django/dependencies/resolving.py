"""Resolves requirements with uv: every pin that is there is preferred, and only Django is let go."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chairlift.programs import CannotStart, run
from chairlift.recipes.django.dependencies.locks import Lock, read
from chairlift.recipes.django.releases import Release, show

#: What of our environment uv needs: indexes and caches of the company. It may hold passwords: it is never shown.
PASSED = (
    "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_OFFLINE", "UV_NO_INDEX",
    "UV_INDEX_STRATEGY", "UV_KEYRING_PROVIDER", "UV_NATIVE_TLS", "UV_CONFIG_FILE", "HTTPS_PROXY", "HTTP_PROXY",
    "NO_PROXY", "https_proxy", "http_proxy", "no_proxy", "NETRC",
)  # fmt: skip
#: A URL with a password in it.
_SECRET = re.compile(r"(\w+://)[^/\s@]+@")
_SECONDS = 600


class CannotResolve(Exception):
    """There is no solution, or uv could not look for one: the text is uv's own, without secrets."""


class NotAnswered(CannotResolve):
    """No index could be asked, so whether there is a solution is not known: nothing contradicts anything."""


#: What uv, Poetry, PDM and pip say where an index is away.
_AWAY = re.compile(
    r"error sending request|dns error|tcp connect error|could not connect|timed? ?out|all (?:connection )?attempts"
    r"|max retries exceeded|newconnectionerror|connection (?:refused|reset|aborted)|name resolution|name or service"
    r"|server error|failed to fetch: ",
    re.IGNORECASE,
)
#: What uv says where it may not ask, and its cache does not know.
_UNASKED = re.compile(r"not found in the cache|network was disabled", re.IGNORECASE)
#: Another machine than the index: a repository, or a list of constraints.
_ELSEWHERE = re.compile(r"git operation failed|failed to clone|remote requirements")


def unanswered(text: str) -> str:
    """What a tool says, in our words, where it could not ask the index; empty where it could."""
    if _ELSEWHERE.search(text.lower()):
        return ""
    if _UNASKED.search(text):
        return "the package index was not to be asked, and the cache does not know enough"
    return "the package index did not answer" if _AWAY.search(text) else ""


@dataclass(frozen=True)
class Resolver:
    """`python` is the version to resolve for; `interpreter` one of it, for what must be built, if there is one.

    `exclude_newer` is a date, for a resolution as of then.
    """

    python: Release
    interpreter: Path | None = None
    exclude_newer: str = ""
    passed: tuple[str, ...] = PASSED
    seconds: int = _SECONDS
    extra: tuple[str, ...] = field(default=())

    def compile(
        self,
        root: Path,
        inputs: Sequence[str],
        existing: str,
        constraints: Sequence[str] = (),
        upgrade: Sequence[str] = (),
        hashes: bool = False,
    ) -> Lock:
        """The pins for these input files of the checkout, with those in `existing` preferred but for `upgrade`.

        `constraints` are requirement lines that hold on top. Raises CannotResolve.
        """
        folder = (root / inputs[0]).parent
        # Beside the input, since what it includes is named from there.
        scratch, limits = folder / f".chairlift-{os.getpid()}.txt", folder / f".chairlift-{os.getpid()}.in"
        try:
            scratch.write_text(existing, newline="")
            limits.write_text("\n".join(constraints) + "\n")
            argv = [*uv(), "pip", "compile", "--quiet", *inputs, "-o", str(scratch.relative_to(root))]
            argv += ["--python-version", show(self.python), "--no-header", "--no-strip-extras", "--no-progress"]
            argv += ["--constraint", str(limits.relative_to(root))] if constraints else []
            argv += [word for name in upgrade for word in ("--upgrade-package", name)]
            argv += ["--generate-hashes"] if hashes else []
            argv += ["--annotation-style", "line" if _inline(existing) else "split"]
            argv += ["--python", str(self.interpreter)] if self.interpreter else []
            argv += ["--exclude-newer", self.exclude_newer] if self.exclude_newer else []
            return self._run([*argv, *self.extra], root, scratch)
        finally:
            scratch.unlink(missing_ok=True)
            limits.unlink(missing_ok=True)

    def _run(self, argv: Sequence[str], root: Path, scratch: Path) -> Lock:
        env = {"UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}
        try:
            ran = run(argv, cwd=root, seconds=self.seconds, env=env, also=self.passed, limit=1_000_000, apart=True)
        except CannotStart as error:
            raise CannotResolve(f"uv cannot be started: {error}; install it with 'pip install uv'") from error
        if not ran.ok:
            said = told(ran.tail(3000)) or ran.ended
            raise NotAnswered(said) if unanswered(said) else CannotResolve(said)
        return read(scratch.read_text())


def told(text: str) -> str:
    """What a tool said, without the passwords of addresses."""
    return _SECRET.sub(r"\1…@", text)


def uv() -> list[str]:
    """The uv that is installed beside us, else the one on PATH."""
    beside = Path(sys.executable).parent / "uv"
    return [str(beside)] if beside.exists() else ["uv"]


def _inline(text: str) -> bool:
    """Whether the file says behind each pin why it is there."""
    return bool(re.search(r"^[^#\s][^#\n]*==[^#\n]*\s# via ", text, re.MULTILINE))
