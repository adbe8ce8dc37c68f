"""Makes commits under one name, signed where a forge asks for it: by ssh-keygen or gpg, as git does it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pygit2

from chairlift.ports import Refused
from chairlift.programs import CannotStart, plain, run

KINDS = ("ssh", "openpgp")
_SECONDS = 60
_SIGNATURE = re.compile(r"-----BEGIN [A-Z ]*SIGNATURE-----\n[!-~ \n]*\n-----END [A-Z ]*SIGNATURE-----\n?")


@dataclass(frozen=True)
class Signing:
    """With what commits are signed: the file of an SSH key, or the id of a key that gpg has. No `key`, no signature.

    `pass_env` names what the program may see of our environment, such as SSH_AUTH_SOCK or GNUPGHOME.
    """

    key: str = ""
    kind: str = "ssh"
    pass_env: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises Refused for what cannot be one."""
        if self.kind not in KINDS:
            raise Refused(f"signing is {self.kind!r}: write one of {', '.join(KINDS)}")
        if self.key and self.kind == "ssh" and not Path(self.key).expanduser().is_absolute():
            raise Refused(f"signing_key {self.key!r} is no absolute path: give that of the SSH key, such as ~/.ssh/key")
        if self.key.startswith("-"):
            raise Refused(f"signing_key {self.key!r} begins with '-': give the id of a key that gpg has")

    def sign(self, text: str, home: Path) -> str:
        """The armoured signature of a commit's text. Raises Refused with the program's own words."""
        if self.kind == "ssh":
            argv = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(Path(self.key).expanduser())]
        else:
            argv = ["gpg", "--batch", "--no-tty", "--detach-sign", "--armor", "--local-user", self.key]
        remedy = "check signing_key, and that the key needs no passphrase or its agent is in pass_env"
        try:
            ran = run(argv, cwd=home, seconds=_SECONDS, also=self.pass_env, stdin=text.encode(), apart=True)
        except CannotStart as error:
            raise Refused(f"commits cannot be signed: {error}") from error
        if not ran.ok or not _SIGNATURE.fullmatch(ran.out):
            said = plain(" ".join(ran.err.split()))[:300] or f"{argv[0]} ended with {ran.code}"
            raise Refused(f"the commit cannot be signed: {said}; {remedy}")
        return ran.out


@dataclass(frozen=True)
class Committer:
    """Who commits."""

    name: str
    email: str
    signing: Signing

    def at(self, seconds: int) -> pygit2.Signature:
        """The committer at so many seconds since 1970."""
        return pygit2.Signature(self.name, self.email, seconds, 0)

    def commit(
        self,
        repo: pygit2.Repository,
        author: pygit2.Signature | None,
        seconds: int,
        message: str,
        tree: pygit2.Oid,
        parents: Sequence[pygit2.Oid],
    ) -> pygit2.Oid:
        """Writes one, under a reference that keeps it from being collected as garbage before it is pushed.

        Without an `author` it is the committer. Raises Refused, and ValueError or GitError for names that libgit2
        cannot write.
        """
        who = self.at(seconds)
        if self.signing.key:
            # It is a text, whatever the stubs of pygit2 1.21 say.
            text = str(repo.create_commit_string(author or who, who, message, tree, list(parents)))
            made = repo.create_commit_with_signature(text, self.signing.sign(text, Path(repo.path)), "gpgsig")
        else:
            made = repo.create_commit(None, author or who, who, message, tree, list(parents))
        repo.references.create(f"refs/chairlift/{made}", made, force=True)
        return made
