"""What the forge asks of git objects and refs: where branches are, what holds what, and merges without a checkout."""

from __future__ import annotations

from datetime import datetime

import pygit2
from pygit2.enums import SortMode

from chairlift.ports import Refused

METHODS = ("squash", "merge", "rebase")

_MESSAGE_LINES = 20
_MESSAGE_LENGTH = 2_000
_PATCH_LENGTH = 200_000


def is_branch_name(name: str) -> bool:
    """Whether git can have a branch of this name."""
    try:
        return "\0" not in name and pygit2.reference_is_valid_name(f"refs/heads/{name}")
    except ValueError:
        return False


def tip(git: pygit2.Repository, branch: str) -> str | None:
    """The commit of a branch; None when there is no such branch, and for what cannot be the name of one."""
    return resolved(git, f"refs/heads/{branch}")


def resolved(git: pygit2.Repository, ref: str) -> str | None:
    """The commit that a ref leads to, or None."""
    if "\0" in ref:
        # Where a name of C would end.
        return None
    try:
        return str(git.lookup_reference(ref).resolve().target)
    except (KeyError, ValueError):
        return None


def known(git: pygit2.Repository, commit: str) -> bool:
    """Whether this full id is that of a commit here."""
    try:
        return isinstance(git.get(pygit2.Oid(hex=commit)), pygit2.Commit)
    except ValueError:
        return False


def contains(git: pygit2.Repository, commit: str, part: str) -> bool:
    """Whether `part` is `commit` or one of its ancestors."""
    return commit == part or git.descendant_of(commit, part)


def committer(git: pygit2.Repository, commit: str) -> str:
    """The name of whoever made this commit."""
    return _commit(git, commit).committer.name


def landed_as(git: pygit2.Repository, base: str, head: str) -> str:
    """The oldest commit on the first-parent line of `base` that holds `head`: what a push by hand made of it."""
    at = _commit(git, base)
    while at.parents and contains(git, str(at.parents[0].id), head):
        at = at.parents[0]
    return str(at.id)


def conflicted(git: pygit2.Repository, base: str, head: str) -> bool:
    """Whether a merge of the two needs a person."""
    return git.merge_commits(base, head).conflicts is not None


def signature(name: str, at: datetime) -> pygit2.Signature:
    """A committer on this machine; what git cannot hold in a name is left out."""
    plain = " ".join("".join(c if c.isprintable() and c not in "<>" else " " for c in name).split())
    plain = plain.strip(".,:;\"'\\ ")[:200] or "nobody"
    local = "".join(c if c.isascii() and c.isalnum() else "-" for c in plain)
    offset = at.utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    return pygit2.Signature(plain, f"{local}@localhost", int(at.timestamp()), minutes)


def message(subject: str, body: str) -> str:
    """A commit message: the subject on one line, then the first lines of the body."""
    lines = body.replace("\0", "").strip().splitlines()[:_MESSAGE_LINES]
    text = "\n".join([" ".join(subject.replace("\0", "").split()), "", *lines])
    return text[:_MESSAGE_LENGTH].rstrip() + "\n"


def merge(git: pygit2.Repository, onto: str, head: str, method: str, text: str, by: pygit2.Signature) -> str:
    """A commit on top of `onto` that brings `head`; no ref is moved. Refused when that conflicts."""
    index = git.merge_commits(onto, head)
    if index.conflicts is not None:
        sides = [side for sides in index.conflicts for side in sides if side]
        paths = sorted({side.path for side in sides})
        names = ", ".join(paths[:5]) + (", …" if paths[5:] else "")
        raise Refused(f"{head[:10]} conflicts with its base in {names}: merge the base into the branch and push")
    tree = index.write_tree(git)
    if method == "rebase":
        return _rebased(git, onto, head, tree, by)
    parents = [onto, head] if method == "merge" else [onto]
    author = by if method == "merge" else _commit(git, head).author
    return str(git.create_commit(None, author, by, text, tree, parents))


def _rebased(git: pygit2.Repository, onto: str, head: str, wanted: pygit2.Oid, by: pygit2.Signature) -> str:
    walker = git.walk(head, SortMode.TOPOLOGICAL | SortMode.REVERSE)
    walker.hide(onto)
    at = _commit(git, onto)
    for commit in walker:
        if len(commit.parents) > 1:
            continue
        before = commit.parents[0].tree if commit.parents else _nothing(git)
        index = git.merge_trees(before, at.tree, commit.tree)
        if index.conflicts is not None:
            raise Refused(f"commit {str(commit.id)[:10]} conflicts when it is rebased: rebase the branch, or squash")
        tree = index.write_tree(git)
        if tree != at.tree.id:
            words = commit.raw_message.decode(errors="replace")
            at = _commit(git, git.create_commit(None, commit.author, by, words, tree, [at.id]))
    # Merges of the base into the branch are left out above, and with them what was resolved there.
    if at.tree.id != wanted:
        raise Refused(f"a rebase of {head[:10]} would give other files than a merge: use squash or merge")
    return str(at.id)


def move(git: pygit2.Repository, branch: str, old: str, new: str) -> None:
    """Move a branch under git's own lock. Refused when it is no longer at `old`."""
    ref = git.lookup_reference(f"refs/heads/{branch}").resolve()
    moved = Refused(f"branch {branch!r} moved in this very moment: look again and merge once more")
    if str(ref.target) != old:
        raise moved
    try:
        ref.set_target(pygit2.Oid(hex=new))
    except (ValueError, pygit2.GitError) as error:
        if tip(git, branch) != old:
            raise moved from error
        raise


def fork(git: pygit2.Repository, base: str, head: str) -> str:
    """Where the two parted; `head` itself when the base holds it, and nothing when they have no common past."""
    return str(git.merge_base(base, head) or "")


def patch(git: pygit2.Repository, fork: str, head: str) -> str:
    """What was changed since `fork`, as a diff that is cut when it is very long."""
    before = _commit(git, fork).tree if fork else _nothing(git)
    text = before.diff_to_tree(_commit(git, head).tree).patch or ""
    return text if len(text) <= _PATCH_LENGTH else text[:_PATCH_LENGTH] + "\n… the diff is cut here: fetch the branch\n"


def _commit(git: pygit2.Repository, id: str | pygit2.Oid) -> pygit2.Commit:
    return git[id].peel(pygit2.Commit)


def _nothing(git: pygit2.Repository) -> pygit2.Tree:
    return git[git.TreeBuilder().write()].peel(pygit2.Tree)
