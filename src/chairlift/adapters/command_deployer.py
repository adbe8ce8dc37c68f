"""Deploys by any program that releases a commit, and another that says what runs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chairlift.command_line import TRY_AGAIN, CommandLine, Surroundings, failed, read_instant, read_json, shown
from chairlift.core.upgrade import Deployment
from chairlift.ports import Refused, Unavailable

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Settings:
    """The two commands; each argument may hold placeholders, for example `{service}`.

    `deploy` ({service}, {environment}, {commit}) releases that commit; exit code 75 means "try again soon", any other
    but 0 that it failed. `running` ({service}, {environment}) prints `{"commit": "<full id>", "since": "<ISO instant
    with zone>"}`, more keys as it likes, or nothing or `null` where nothing runs. A commit alone is not enough: the
    watch over errors begins at `since`.
    """

    deploy: str
    running: str
    seconds: int = 600
    pass_env: tuple[str, ...] = ()


class CommandDeployer:
    """Fulfils `chairlift.ports.Deployer`. Raises Refused for a command that cannot work."""

    def __init__(self, settings: Settings) -> None:
        self._deploy = CommandLine.parse(settings.deploy, ("service", "environment", "commit"))
        self._running = CommandLine.parse(settings.running, ("service", "environment"))
        self._surroundings = Surroundings(settings.seconds, settings.pass_env)

    def running(self, service: str, environment: str) -> Deployment | None:
        """What the program says runs now; None when it says nothing."""
        argv = self._running.filled({"service": service, "environment": environment})
        ran = self._surroundings.run(argv)
        if not ran.ok:
            raise Unavailable(failed(argv, ran))
        try:
            return _deployment(ran.out, environment)
        except ValueError as error:
            remedy = 'print {"commit": "<full id>", "since": "<ISO instant with zone>"}, or nothing'
            raise Refused(f"{shown(argv)} does not say what runs: {error}; {remedy}") from error

    def deploy(self, service: str, environment: str, commit: str) -> None:
        """Release this commit, unless it runs already: then `since` would move, and the watch begin anew."""
        present = self.running(service, environment)
        if present and present.commit == commit:
            return
        argv = self._deploy.filled({"service": service, "environment": environment, "commit": commit})
        ran = self._surroundings.run(argv)
        if ran.code == TRY_AGAIN:
            raise Unavailable(failed(argv, ran))
        if not ran.ok:
            raise Refused(failed(argv, ran))


def _deployment(out: str, environment: str) -> Deployment | None:
    answer = read_json(out) if out.strip() else None
    if answer is None:
        return None
    if not isinstance(answer, dict):
        raise ValueError("it is not a JSON object")
    commit = answer.get("commit")
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        raise ValueError("'commit' is not the full id of a commit")
    try:
        since = read_instant(answer.get("since"))
    except ValueError as error:
        raise ValueError(f"'since' is no instant: {str(error)[:80]}") from error
    return Deployment(environment, commit, since)
