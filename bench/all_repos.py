"""all-repos from PyPI, which makes the same change without keeping any state, on the same repositories."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.cost import process

RELEASE = "all-repos==1.33.0"


class NotInstalled(Exception):
    """PyPI is not reachable, or does not have the release; the text is uv's."""


class _Pulls(BaseHTTPRequestHandler):
    """As much of GitHub as it asks for: every pull request is accepted, and nothing is kept but their number."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path.endswith("/pulls")
        self.server.opened += 1
        said = json.dumps({"html_url": f"http://localhost/{self.server.opened}"}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _github() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pulls)
    server.opened = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class AllRepos:
    """Installed into a folder of its own, with all repositories cloned: as warm as our mirrors are."""

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self._folder, self._count = folder, len(urls)
        folder.mkdir()
        (folder / "repos.json").write_text(json.dumps({Path(url).stem: url for url in urls}))
        self._env = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        identity = "[user]\nname = Bench\nemail = bench@localhost\n[init]\ndefaultBranch = main\n"
        (folder / ".gitconfig").write_text(identity)
        self._bin = folder / "environment" / "bin"
        uv = shutil.which("uv") or ".tools/bin/uv"
        subprocess.run([uv, "venv", "--quiet", str(self._bin.parent)], check=True)
        install = [uv, "pip", "install", "--quiet", "--python", str(self._bin / "python"), RELEASE]
        ran = subprocess.run(install, capture_output=True, text=True)
        if ran.returncode:
            raise NotInstalled(ran.stderr.strip() or f"uv ended with {ran.returncode}")
        self._configure("http://localhost")
        self._run("all-repos-clone")

    def create(self, branch: str, expression: str) -> float:
        """Processor seconds of changing, pushing and opening pull requests in all repositories."""
        with _github() as github:
            self._configure(f"http://127.0.0.1:{github.server_port}")
            cpu = self._run("all-repos-sed", "-j1", "--branch-name", branch, expression, "*.txt")
            if github.opened != self._count:
                raise RuntimeError(f"all-repos opened {github.opened} of {self._count} pull requests")
        return cpu

    def _configure(self, url: str) -> None:
        config = {
            "output_dir": "clones",
            "source": "all_repos.source.json_file",
            "source_settings": {"filename": str(self._folder / "repos.json")},
            "push": "all_repos.push.github_pull_request",
            "push_settings": {"username": "bench", "api_key": "none", "base_url": url},
        }
        file = self._folder / "all-repos.json"
        file.write_text(json.dumps(config))
        file.chmod(0o600)

    def _run(self, program: str, *arguments: str) -> float:
        config = ["--config-filename", str(self._folder / "all-repos.json")]
        return process([str(self._bin / program), *config, *arguments], self._env, self._folder)
