"""Commits that are signed: git itself finds the signature good, whatever made the commit."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.ports import Refused
from tests.adapters.git.world import git


def program(name):
    if not shutil.which(name):
        pytest.skip(f"{name} is not there: install {'openssh-client' if name == 'ssh-keygen' else 'gnupg'}")
    return name


@pytest.fixture
def ssh(tmp_path, root):
    """A workspace with an SSH key, and what git needs to know the key by."""
    key = tmp_path / "key"
    subprocess.run([program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"chairlift@localhost {key.with_suffix('.pub').read_text()}")
    workspace = GitWorkspace(Settings(root=root, signing_key=str(key)))
    return workspace, ("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={allowed}"), {}


@pytest.fixture
def gpg(tmp_path, root, monkeypatch):
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    make = [program("gpg"), "--batch", "--passphrase", "", "--quick-generate-key", "chairlift@localhost", "ed25519"]
    subprocess.run(make, check=True, capture_output=True)
    keyed = Settings(root=root, signing="openpgp", signing_key="chairlift@localhost", pass_env=("GNUPGHOME",))
    yield GitWorkspace(keyed), (), {"GNUPGHOME": str(home)}
    subprocess.run(["gpgconf", "--kill", "all"], check=False)


def changed(workspace, world):
    """A commit of the workspace on main."""
    base = world.tip("main")
    with workspace.checkout(world.url, base) as path:
        (path / "app.py").write_text("print('two')\n")
        return workspace.commit(world.url, path, base, "Change\n\nné 🚀\n").commit


def good(signer, world, commit):
    """Raises where git does not find it good."""
    _, config, environment = signer
    git(*config, "verify-commit", commit, cwd=world.path, **environment)


@pytest.mark.parametrize("kind", ["ssh", "gpg"])
def test_git_finds_the_signature_good(kind, world, request):
    signer = request.getfixturevalue(kind)
    workspace = signer[0]
    commit = changed(workspace, world)
    workspace.push(world.url, commit, "work", frozenset())
    good(signer, world, commit)
    text = git("cat-file", "commit", commit, cwd=world.path)
    assert text.endswith("Change\n\nné 🚀\n")
    assert workspace.contains(world.url, commit, world.tip("main"))


def test_reverts_and_what_is_made_again_are_signed(ssh, world):
    workspace = ssh[0]
    first = changed(workspace, world)
    workspace.push(world.url, first, "work", frozenset())
    theirs = world.push("work", {"more.txt": "theirs\n"}, parents=(first,))
    base = world.push("main", {"README": "moved\n"})
    undone = workspace.revert(world.url, base, base, "Revert").commit
    again = workspace.rebase(world.url, theirs, frozenset({first}), undone)
    workspace.push(world.url, again, "again", frozenset())
    for commit in (undone, again):
        good(ssh, world, commit)
    author = git("log", "-1", "--format=%an", again, cwd=world.path).strip()
    assert author == git("log", "-1", "--format=%an", theirs, cwd=world.path).strip()


def test_without_a_key_nothing_is_signed(workspace, world):
    commit = changed(workspace, world)
    workspace.push(world.url, commit, "work", frozenset())
    assert "gpgsig" not in git("cat-file", "commit", commit, cwd=world.path)


@pytest.mark.parametrize(
    ("signing", "key", "why"),
    [
        ("ssh", "key", "no absolute path"),
        ("openpgp", "--output=x", "begins with '-'"),
        ("x509", "/key", "write one of ssh, openpgp"),
    ],
)
def test_a_key_that_cannot_be_one(root, signing, key, why):
    with pytest.raises(Refused, match=why):
        GitWorkspace(Settings(root=root, signing=signing, signing_key=key))


@pytest.mark.parametrize(("signing", "key"), [("ssh", "/no/such/key"), ("openpgp", "nobody@example.org")])
def test_a_key_that_is_not_there_is_said_and_nothing_is_written(root, world, signing, key):
    workspace = GitWorkspace(Settings(root=root, signing=signing, signing_key=key))
    program("gpg")
    with pytest.raises(Refused, match=r"the commit cannot be signed: .*check signing_key"):
        changed(workspace, world)


def test_a_key_with_a_passphrase_asks_nobody(tmp_path, root, world):
    key = tmp_path / "locked"
    subprocess.run([program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "secret", "-f", str(key)], check=True)
    workspace = GitWorkspace(Settings(root=root, signing_key=str(key)))
    with pytest.raises(Refused, match="needs no passphrase or its agent is in pass_env"):
        changed(workspace, world)
    assert "SSH_ASKPASS" not in os.environ
