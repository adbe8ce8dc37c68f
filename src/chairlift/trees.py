"""Git trees as folders and back, byte for byte: no filter, line-end rule or attribute of the repository takes part."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pygit2

_TREE, _LINK, MODULE = 0o040000, 0o120000, 0o160000
_FILE, _PROGRAM = 0o100644, 0o100755
_DEEPEST = 200

#: The mode and the id of what a tree holds.
Entry = tuple[int, pygit2.Oid]
#: By name; names are bytes, as they may hold anything but a slash.
Entries = Mapping[bytes, Entry]


class TooMuch(Exception):
    """The tree is larger or deeper than allowed."""


class Malformed(Exception):
    """The tree has an entry that must not become a file, such as '..' or '.git'."""


def unpack(repo: pygit2.Repository, tree: pygit2.Oid, folder: Path, most: int) -> None:
    """Write the files of a tree into a folder that is empty.

    Links are made and never followed; a submodule is an empty folder. Raises TooMuch beyond `most` bytes in all,
    Malformed, and OSError.
    """
    written = 0
    for path, mode, oid in _walk(repo, tree, os.fsencode(folder), 0):
        if mode in (_TREE, MODULE):
            os.mkdir(path)
            continue
        written += repo.odb.read_header(oid)[1]
        if written > most:
            raise TooMuch(f"its files are larger than {most:,} bytes")
        data = repo[oid].read_raw()
        if mode == _LINK:
            os.symlink(data, path)
            continue
        permissions = 0o777 if mode & 0o100 else 0o666
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, permissions), "wb") as file:
            file.write(data)


def pack(
    repo: pygit2.Repository, base: pygit2.Oid | None, folder: Path, ignored: Callable[[bytes], bool], most: int
) -> pygit2.Oid:
    """Store a folder as a tree and return its id.

    Files that `base` has not are left out where `ignored` says so of their path (folders end in a slash). Submodules
    stay as they are in `base`; nested repositories, sockets and the like do not count. Raises TooMuch beyond `most`
    bytes in one file, and OSError.
    """
    packer = _Packer(repo, ignored, most)
    return packer.folder(os.fsencode(folder), b"", base) or repo.TreeBuilder().write()


@dataclass(frozen=True)
class _Packer:
    repo: pygit2.Repository
    ignored: Callable[[bytes], bool]
    most: int

    def folder(self, at: bytes, inside: bytes, old: pygit2.Oid | None) -> pygit2.Oid | None:
        """The tree of one folder, None when nothing in it counts; `inside` is its path, ending in a slash."""
        before = entries(self.repo, old) if old else {}
        found = {name: entry for name, entry in before.items() if entry[0] == MODULE}
        for item in _scan(at):
            entry = None if _is_git(item.name) else self.entry(item, inside + item.name, before.get(item.name))
            if entry:
                found[item.name] = entry
        for name, (mode, oid) in before.items():
            # A folder that is gone may have held a submodule.
            if mode == _TREE and name not in found:
                tree = self.folder(os.path.join(at, name), inside + name + b"/", oid)
                found |= {name: (_TREE, tree)} if tree else {}
        if old and found == before:
            return old
        return _write(self.repo, found) if found else None

    def entry(self, item: os.DirEntry[bytes], path: bytes, was: Entry | None) -> Entry | None:
        """One name in a folder, where `base` has `was`; None when it does not count."""
        if not item.is_dir(follow_symlinks=False):
            return None if was is None and self.ignored(path) else _blob(self.repo, item, was, self.most)
        if was and was[0] == MODULE:
            return was
        known = was[1] if was and was[0] == _TREE else None
        if known is None and (self.ignored(path + b"/") or os.path.lexists(item.path + b"/.git")):
            return None
        tree = self.folder(item.path, path + b"/", known)
        return (_TREE, tree) if tree else None


def entries(repo: pygit2.Repository, tree: pygit2.Oid) -> Entries:
    """What a tree holds, not looking into folders."""
    found = repo[tree]
    assert isinstance(found, pygit2.Tree)
    return {entry.raw_name or b"": (entry.filemode, entry.id) for entry in found}


def files(repo: pygit2.Repository, tree: pygit2.Oid) -> Iterator[pygit2.Oid]:
    """What the files of a tree hold, its folders' too; neither folders nor other repositories."""
    return (oid for _, mode, oid in _walk(repo, tree, b"", 0) if mode not in (_TREE, MODULE))


def remove(folder: Path) -> None:
    """Delete a folder with all that is in it, also what was made read-only; what still resists is left."""
    try:
        shutil.rmtree(folder)
    except OSError:
        for at, folders, _ in os.walk(os.fsencode(folder)):
            for name in folders:
                if not os.path.islink(os.path.join(at, name)):
                    os.chmod(os.path.join(at, name), stat.S_IRWXU)
        shutil.rmtree(folder, ignore_errors=True)


def _walk(repo: pygit2.Repository, tree: pygit2.Oid, at: bytes, depth: int) -> Iterator[tuple[bytes, int, pygit2.Oid]]:
    """Every entry as path, mode and id; a folder comes before what it holds."""
    if depth > _DEEPEST:
        raise TooMuch(f"its folders are nested more than {_DEEPEST} deep")
    for name, (mode, oid) in entries(repo, tree).items():
        if name in (b"", b".", b"..") or b"/" in name or _is_git(name):
            raise Malformed(f"it holds a file called {name.decode(errors='replace')!r}")
        path = os.path.join(at, name)
        yield path, mode, oid
        if mode == _TREE:
            yield from _walk(repo, oid, path, depth + 1)


def _scan(folder: bytes) -> list[os.DirEntry[bytes]]:
    try:
        return list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_git(name: bytes) -> bool:
    return name.lower() == b".git"


def _blob(repo: pygit2.Repository, item: os.DirEntry[bytes], was: Entry | None, most: int) -> Entry | None:
    status = item.stat(follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        mode, data = _LINK, os.readlink(item.path)
    elif stat.S_ISREG(status.st_mode):
        if status.st_size > most:
            raise TooMuch(f"{os.fsdecode(item.name)!r} is larger than {most:,} bytes")
        mode = _PROGRAM if status.st_mode & 0o100 else _FILE
        with open(item.path, "rb") as file:
            data = file.read()
    else:
        return None
    digest = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).digest()
    return mode, was[1] if was and was[1].raw == digest else repo.create_blob(data)


def _write(repo: pygit2.Repository, found: Entries) -> pygit2.Oid:
    # By hand, since a TreeBuilder takes no name that is not UTF-8.
    ordered = sorted(found.items(), key=lambda item: item[0] + (b"/" if item[1][0] == _TREE else b""))
    data = b"".join(b"%o %s\0%s" % (mode, name, oid.raw) for name, (mode, oid) in ordered)
    return repo.write(pygit2.enums.ObjectType.TREE, data)
