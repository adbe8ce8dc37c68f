"""Workspaces on git: a warm mirror per repository, and checkouts that borrow its objects.

The git command does transport, pygit2 everything else. Under `root` each repository has a folder with `git` (the
mirror) and `trees` (the checkouts that are open now). All locks are flocks, so that they end with their process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import ConfigLevel, RepositoryInitFlag

from chairlift import trees
from chairlift.commits import Committer, Signing
from chairlift.gitcommand import Git, Remote, Unknown
from chairlift.mirrors import ID, Mirror, locked
from chairlift.ports import Refused, Unavailable, Written
from chairlift.programs import CannotStart, plain

for _level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
    pygit2.settings.search_path[_level] = ""

# No checkout can be called so, as slugs do not begin with a dot.
_GIT_DIR = ".gitdir"
_MOST_OF_OTHERS = 100
# What a mail cannot carry unharmed: line ends that `git am` strips, and bytes that are no text.
_NO_MAIL = re.compile("[\0\r\udc80-\udcff]")


@dataclass(frozen=True)
class Settings:
    """Where the mirrors lie, as whom commits are made, and how much of time (seconds) and space (bytes) is too much.

    `pass_env` names what git may see of our environment, such as SSH_AUTH_SOCK, GIT_SSH_COMMAND or https_proxy.
    `max_bytes` holds for one fetch, for the files of one checkout and for one file of a change. Commits are signed with
    `signing_key`, if there is one: an SSH key's file, or with `signing` "openpgp" the id of a key that gpg has.
    """

    root: Path = Path("git")
    name: str = "Chairlift"
    email: str = "chairlift@localhost"
    look_seconds: int = 60
    seconds: int = 1800
    max_bytes: int = 2 << 30
    max_patch: int = 1_000_000
    pass_env: tuple[str, ...] = ()
    signing: str = "ssh"
    signing_key: str = ""


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn what goes wrong on our own side into Unavailable or Refused."""
    try:
        yield
    except (trees.TooMuch, trees.Malformed) as error:
        raise Refused(f"the repository cannot be worked on: {error}; change that, or raise max_bytes") from error
    except CannotStart as error:
        raise Refused(str(error)) from error
    except (OSError, pygit2.GitError, KeyError) as error:
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)
        if full:
            raise Unavailable(f"the disk of the workspace is full ({error}); free some space") from error
        if isinstance(error, OSError):
            raise Unavailable(f"the workspace cannot be used ({error}); is its root there, and writable?") from error
        remedy = "delete the mirror's folder under root: it is made anew"
        raise Refused(f"the repository or its mirror is damaged ({error}); {remedy}") from error


class GitWorkspace:
    """Fulfils `chairlift.ports.Workspace`; threads and processes may share one root."""

    def __init__(self, settings: Settings, keys: Callable[[str], str] = lambda url: "") -> None:
        """`keys` gives the header that opens an address, anew for each call, as keys come to their end."""
        self._settings, self._keys = settings, keys
        self._root = settings.root.absolute()
        signing = Signing(settings.signing_key, settings.signing, tuple(settings.pass_env))
        self._committer = Committer(settings.name, settings.email, signing)
        self._git = Git(tuple(settings.pass_env), settings.seconds, settings.max_bytes)
        self._known_tree = functools.lru_cache(maxsize=50_000)(self._tree)

    @_told()
    def heads(self, url: str) -> Mapping[str, str]:
        """One `git ls-remote`; a branch called 'HEAD' is not seen."""
        mirror = self._mirror(url)
        remote = mirror.remote
        what = ("ls-remote", "--symref", "--", remote.url, "HEAD", "refs/heads/*")
        ran = self._git.run(mirror.home, remote, *what, seconds=self._settings.look_seconds)
        if ran.truncated:
            raise Refused(f"{remote.url} has too many branches; remove those that nobody needs")
        default, branches = "", {}
        for line in ran.out.split("\n"):
            target, _, name = line.partition("\t")
            if name == "HEAD" and target.startswith("ref: refs/heads/"):
                default = target.removeprefix("ref: refs/heads/")
            elif name.startswith("refs/heads/"):
                branches[name.removeprefix("refs/heads/")] = target
        if not branches:
            raise Refused(f"{remote.url} is empty; push a first commit to it")
        if default not in branches:
            raise Refused(f"{remote.url} has no default branch; point its HEAD to a branch that exists")
        return {**branches, "HEAD": default}

    @_told()
    def fetch(self, url: str, commit: str) -> None:
        """Brings all branches along that are new; of the files, those of this commit."""
        mirror = self._mirror(url)
        mirror.bring(commit)
        mirror.fill(commit)

    @contextlib.contextmanager
    def checkout(self, url: str, commit: str) -> Iterator[Path]:
        """A folder with a git directory of its own, so that whatever runs in it cannot harm the mirror.

        Files are the very bytes of the commit: no filter and no line-end rule takes part.
        """
        with _told():
            self.fetch(url, commit)
            mirror = self._mirror(url)
            place, lock = _place(mirror.home / "trees")
        try:
            with _told():
                path = place / mirror.remote.slug
                _furnish(mirror, place / _GIT_DIR, path, commit, self._settings.max_bytes)
            yield path
        finally:
            trees.remove(place)
            os.close(lock)

    @_told()
    def commit(self, url: str, path: Path, base: str, message: str) -> Written | None:
        """By Chairlift, one second after `base`. Ignored files and nested repositories do not count."""
        mirror = self._mirror(url)
        repo = mirror.open()
        if path.is_symlink() or not path.is_dir():
            raise Refused("the checkout is gone; let the recipe change what is in its folder, not the folder")
        rules = pygit2.Repository(str(path.parent / _GIT_DIR))
        parent = mirror.commit(base)

        def ignored(name: bytes) -> bool:
            return rules.path_is_ignored(name.decode(errors="replace"))

        tree = trees.pack(repo, parent.tree_id, path, ignored, self._settings.max_bytes)
        return None if tree == parent.tree_id else self._write(repo, parent, tree, message)

    @_told()
    def push(self, url: str, commit: str, branch: str, ours: frozenset[str], there: str | None = None) -> None:
        """Make the remote branch this commit, with a lease on what was seen there a moment before."""
        mirror = self._mirror(url)
        remote = mirror.remote
        if branch[:1] == "-" or not (branch.isprintable() and pygit2.reference_is_valid_name(f"refs/heads/{branch}")):
            raise Refused(f"{branch!r} cannot be the name of a branch; choose plainer slugs")
        mirror.commit(commit)
        if there is None:
            there = self.heads(url).get(branch, "")
        if there == commit:
            return
        if there and there not in ours:
            raise Refused(
                f"{branch} holds {there[:10]} by {self._author(url, there)}, which Chairlift did not push; "
                "merge or remove that branch, or take the work on by hand"
            )
        name = f"refs/heads/{branch}"
        lease = f"--force-with-lease={name}:{there}"
        self._git.run(
            mirror.home, remote, "push", "--quiet", "--no-verify", lease, "--", remote.url, f"{commit}:{name}"
        )

    def tree(self, url: str, commit: str) -> str:
        """The id of the commit's tree; it never changes, so each is read once."""
        return self._known_tree(url, commit)

    @_told()
    def _tree(self, url: str, commit: str) -> str:
        mirror = self._mirror(url)
        mirror.bring(commit)
        return str(mirror.commit(commit).tree_id)

    @_told()
    def contains(self, url: str, commit: str, part: str) -> bool:
        """False, too, for what is no full commit id: a deployer may report anything."""
        if not (ID.fullmatch(commit) and ID.fullmatch(part)):
            return False
        mirror = self._mirror(url)
        try:
            mirror.bring(commit)
        except Unknown:
            return False
        return commit == part or _descends(mirror.home / "git", commit, part)

    @_told()
    def rebase(self, url: str, head: str, ours: frozenset[str], onto: str) -> str | None:
        """At most as many as a person reads: of more it is None, too."""
        mirror = self._mirror(url)
        mirror.bring(head)
        mirror.bring(onto)
        theirs: list[pygit2.Commit] = []
        at = mirror.commit(head)
        while str(at.id) not in ours:
            if len(at.parents) != 1 or len(theirs) == _MOST_OF_OTHERS:
                return None
            theirs.append(at)
            at = at.parents[0]
        mirror.fill(onto)
        mirror.fill_changed(str(at.id), *(str(each.id) for each in reversed(theirs)))
        return self._stacked(mirror.open(), mirror.commit(onto), theirs[::-1])

    @_told()
    def revert(self, url: str, commit: str, onto: str, message: str) -> Written:
        """Of a merge, all that it brought to its first parent. Refused, too, when nothing is left to undo."""
        mirror = self._mirror(url)
        mirror.bring(commit)
        mirror.bring(onto)
        repo = mirror.open()
        bad, top = mirror.commit(commit), mirror.commit(onto)
        if not bad.parents:
            raise Refused(f"{commit[:10]} is the first commit of its repository; it cannot be reverted")
        # All of the one that the new tree is made of: libgit2 names no file in a tree that it does not have.
        mirror.fill(onto)
        mirror.fill_changed(str(bad.parents[0].id), commit, onto)
        index = repo.revert_commit(bad, top, 1 if len(bad.parents) > 1 else 0)
        if index.conflicts is not None:
            paths = sorted({side.path for sides in index.conflicts for side in sides if side})
            some = plain(", ".join(paths[:3])) + (" and more" if len(paths) > 3 else "")
            raise Refused(f"{commit[:10]} cannot be reverted on {onto[:10]}: {some} changed since; revert it by hand")
        tree = index.write_tree(repo)
        if tree == top.tree_id:
            raise Refused(f"{commit[:10]} is undone in {onto[:10]} already; close the revert")
        return self._write(repo, top, tree, message)

    @_told()
    def patch(self, url: str, base: str, commit: str) -> str:
        """In binary form where a mail would harm the text. Cut after `max_patch` characters, and says so."""
        mirror = self._mirror(url)
        home, remote = mirror.home, mirror.remote
        mirror.bring(base)
        mirror.bring(commit)
        mirror.fill_changed(base, commit)
        most = self._settings.max_patch
        write = ("format-patch", "--stdout", "--binary", "--full-index", "--no-signature", f"{base}..{commit}")
        ran = self._git.run(home, remote, *write, limit=2 * most)
        if _NO_MAIL.search(ran.out):
            every = f"core.attributesFile={home / 'all-binary'}"
            ran = self._git.run(home, remote, "-c", every, *write, limit=2 * most)
        text = ran.out.encode(errors="replace").decode()
        if len(text) <= most:
            return text
        return f"{text[:most]}\n# Cut after {most:,} characters: run the recipe, or fetch {commit[:10]}.\n"

    def _mirror(self, url: str) -> Mirror:
        return Mirror.of(self._root, Remote.parse(url, self._keys), self._git)

    def _stacked(self, repo: pygit2.Repository, tip: pygit2.Commit, theirs: Sequence[pygit2.Commit]) -> str | None:
        for each in theirs:
            index = repo.merge_trees(each.parents[0].tree, tip.tree, each.tree)
            if index.conflicts is not None:
                return None
            tree = index.write_tree(repo)
            if tree == tip.tree_id:
                continue
            try:
                made = self._committer.commit(repo, each.author, each.commit_time, each.message, tree, [tip.id])
            except (ValueError, pygit2.GitError):
                # Names that libgit2 cannot write are left to people.
                return None
            tip = repo[made].peel(pygit2.Commit)
        return str(tip.id)

    def _author(self, url: str, commit: str) -> str:
        mirror = self._mirror(url)
        mirror.bring(commit)
        # From the very bytes, as libgit2 cannot read every name that people push.
        _, data = mirror.open().odb.read(commit)
        found = re.search(rb"^author ([^<\n]*)", data, re.MULTILINE)
        return plain(found[1].decode(errors="replace")).strip()[:80] if found else "nobody"

    def _write(self, repo: pygit2.Repository, parent: pygit2.Commit, tree: pygit2.Oid, message: str) -> Written:
        text = message.replace("\0", "").encode(errors="replace").decode()
        commit = self._committer.commit(repo, None, parent.commit_time + 1, text, tree, [parent.id])
        stats = repo.diff(str(parent.tree_id), str(tree)).stats
        return Written(str(commit), str(tree), stats.files_changed, stats.insertions, stats.deletions)


@functools.lru_cache(maxsize=10_000)
def _descends(git: Path, commit: str, part: str) -> bool:
    repo = pygit2.Repository(str(git))
    return part in repo and repo.descendant_of(commit, part)


def _place(folder: Path) -> tuple[Path, int]:
    """A new locked folder for a checkout, and its lock; those whose process has died are removed first."""
    with locked(folder):
        for left in folder.iterdir():
            lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                trees.remove(left)
            os.close(lock)
        place = Path(tempfile.mkdtemp(dir=folder, prefix=""))
        lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return place, lock


def _furnish(mirror: Mirror, git: Path, path: Path, commit: str, most: int) -> None:
    """Make a git directory that borrows the mirror's objects and tags, with the files of the commit at `path`."""
    path.mkdir()
    flags = RepositoryInitFlag.MKPATH | RepositoryInitFlag.NO_DOTGIT_DIR
    pygit2.init_repository(str(git), flags=flags, workdir_path=str(path))
    (git / "objects" / "info" / "alternates").write_text(f"{mirror.home / 'git' / 'objects'}\n")
    lender = mirror.open()
    tags = (ref for ref in lender.references.iterator() if ref.name.startswith("refs/tags/"))
    lines = (f"{tag.target} {tag.name}\n" for tag in tags if isinstance(tag.target, pygit2.Oid))
    (git / "packed-refs").write_text("".join(lines), encoding="utf-8", errors="surrogateescape")
    (git / "HEAD").write_text(f"{commit}\n")
    tree = mirror.commit(commit).tree
    trees.unpack(lender, tree.id, path, most)
    index = pygit2.Index(str(git / "index"))
    index.read_tree(tree)
    index.write()
