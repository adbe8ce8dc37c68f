"""The contract of forges that let git in: for the test of an adapter, beside that of forges."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.ports import Keyring, Refused
from chairlift.testing.contracts.people import World


class KeyringContract:
    """What every forge does that is reached with a token; it shares the fixtures of `ForgeContract`."""

    def test_it_lets_git_in(self, forge: Keyring) -> None:
        assert isinstance(forge, Keyring)

    def test_git_pushes_with_the_key_and_keeps_it_nowhere(self, forge: Keyring, world: World, tmp_path: Path) -> None:
        url, mirrors = self._address(forge, world), tmp_path / "mirrors"
        workspace = GitWorkspace(Settings(mirrors), forge.git_authorization)
        base = workspace.heads(url)["main"]
        with workspace.checkout(url, base) as path:
            (path / "new.txt").write_text("new\n")
            written = workspace.commit(url, path, base, "Change\n")
        assert written
        workspace.push(url, written.commit, "work", frozenset())
        assert world.tip("work") == written.commit
        kind, _, key = forge.git_authorization(url).partition(" ")
        assert kind == "Basic"
        token = base64.b64decode(key).partition(b":")[2]
        kept = [file.read_bytes() for file in mirrors.rglob("*") if file.is_file() and "objects" not in file.parts]
        assert kept
        assert not [text for text in kept for secret in (key.encode(), token) if secret in text]

    def test_git_gets_the_key_for_no_other_host(self, forge: Keyring, world: World) -> None:
        here = self._address(forge, world).removesuffix(f"/{world.repo}.git")
        for url in (
            f"{here}.evil.test/team/shop.git",
            f"{here}@evil.test/x",
            f"http://evil.test/{here}/x",
            "",
            "/a/path",
        ):
            assert forge.git_authorization(url) == "", url

    def test_without_the_key_git_is_refused(self, forge: Keyring, world: World, tmp_path: Path) -> None:
        with pytest.raises(Refused):
            GitWorkspace(Settings(tmp_path / "mirrors")).heads(self._address(forge, world))

    def _address(self, forge: Keyring, world: World) -> str:
        url: str = forge.git_url(world.repo)  # type: ignore[attr-defined]
        return url
