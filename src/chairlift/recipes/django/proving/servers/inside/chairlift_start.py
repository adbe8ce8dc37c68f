"""Runs inside the sandbox: starts servers, then the tests, and tells what became of each server.

Python 3.6 and newer, nothing but the standard library. Arguments: a JSON file that says which servers, and the program
of the tests with its arguments. It ends as the tests do; all servers end with the sandbox.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any, Dict, List, Optional

_SECONDS = 60
_LAST = 600


class NotStarted(Exception):
    """The text is the reason."""


class Server:
    """One server: `process` is there once it runs."""

    def __init__(self, said: Dict[str, Any]) -> None:
        self.said = said
        self.process: Optional[subprocess.Popen] = None  # type: ignore[type-arg]
        self.log = os.path.join(said["folder"], "log")
        self.until = time.monotonic() + _SECONDS
        # What is set for the tests, such as PGUSER, is not for what starts servers.
        self.env = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}

    def start(self) -> None:
        try:
            self._start()
        except (NotStarted, OSError, subprocess.TimeoutExpired) as error:
            self.tell("failed", f"{error} {self.last_words()}".strip())
        else:
            self.tell("up", "")

    def _start(self) -> None:
        for folder in self.said["folders"]:
            os.makedirs(folder, exist_ok=True)
        for argv in self.said["prepare"]:
            self.run(argv, must=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.said["start"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                cwd=self.said["folder"],
                # What a test signals to its own group is not for servers.
                start_new_session=True,
            )
        while not self.ready():
            if self.process.poll() is not None:
                raise NotStarted(f"it ended with {self.process.returncode}:")
            if time.monotonic() > self.until:
                raise NotStarted(f"it was not ready within {_SECONDS} seconds:")
            time.sleep(0.05)
        for argv, text in self.said["after"]:
            # What cannot be made (an extension that is not installed) is for the tests to miss.
            self.run(argv, text)

    def run(self, argv: List[str], text: str = "", must: bool = False) -> int:
        with open(self.log, "ab") as log:
            done = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=log, stderr=log, env=self.env, cwd=self.said["folder"]
            )
            done.communicate(text.encode(), timeout=max(self.until - time.monotonic(), 1))
        if must and done.returncode:
            raise NotStarted(f"{os.path.basename(argv[0])} ended with {done.returncode}:")
        return done.returncode

    def ready(self) -> bool:
        if self.said["ready"]:
            return self.run(self.said["ready"]) == 0
        try:
            socket.create_connection(("127.0.0.1", self.said["port"]), 1).close()
        except OSError:
            return False
        return True

    def ended(self) -> None:
        """Tell of a server that ran, and runs no more."""
        if self.process is not None and self.process.poll() is not None:
            self.tell("died", f"it ended with {self.process.returncode}: {self.last_words()}")

    def last_words(self) -> str:
        try:
            with open(self.log, "rb") as log:
                return log.read()[-_LAST:].decode("utf-8", "replace")
        except OSError:
            return ""

    def tell(self, state: str, why: str) -> None:
        record = {"kind": "server", "state": state, "why": why}
        record.update({name: self.said[name] for name in ("name", "version", "port")})
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        channel.settimeout(10)
        try:
            channel.connect(os.environ["CHAIRLIFT_SOCKET"])
            channel.send(json.dumps(record).encode())
        except OSError:
            pass
        finally:
            channel.close()


def main(path: str, argv: List[str]) -> int:
    with open(path, encoding="utf-8") as file:
        servers = [Server(each) for each in json.load(file)]
    threads = [threading.Thread(target=each.start) for each in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    code = subprocess.call(argv)
    for each in servers:
        each.ended()
    return code


if __name__ == "__main__":
    code = main(sys.argv[1], sys.argv[2:])
    if code < 0 and -code != signal.SIGKILL:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code if code >= 0 else 128 - code)
