"""A person's clone of a repository that a server lets in to by a token."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from tests.localforge.clone import Clone, git


class AuthorizedClone(Clone):
    """Shows a token to the server, by git's environment; of a repository that may still be empty."""

    def __init__(self, url: str, path: Path, login: str, token: str) -> None:
        key = base64.b64encode(f"{login}:{token}".encode()).decode()
        super().__init__(
            url,
            path,
            GIT_CONFIG_COUNT="1",
            GIT_CONFIG_KEY_0="http.extraHeader",
            GIT_CONFIG_VALUE_0=f"Authorization: Basic {key}",
        )

    def commit(self, branch: str, files: Mapping[str, str]) -> str:
        if git("branch", "--remotes", cwd=self.path).strip():
            return super().commit(branch, files)
        for name, text in files.items():
            (self.path / name).write_text(text)
        git("add", "--all", cwd=self.path)
        git("commit", "--quiet", "--message", "start", cwd=self.path)
        return git("rev-parse", "HEAD", cwd=self.path).strip()
