"""Patches as people read them: by file, in colours, and never cut without saying so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename
from pygments.util import ClassNotFound
from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, PatchedFile, PatchSet

#: Letters of HTML that one page may hold; what is over that is one click away.
BUDGET = 200_000
#: Longer lines are cut: minified files have no others.
LONGEST = 500
#: Larger pieces stay without colours, which no regular expression should be trusted with.
COLOURED = 60_000
_FORMATTER = HtmlFormatter(nowrap=True)
#: Where the mail ends and the patch begins; the words before it may look like one.
_BEGINS = re.compile(r"^---\n(?: .*\n)*\n?(?=diff --git )", re.MULTILINE)
_OCTAL = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


@dataclass(frozen=True)
class Line:
    """One line: `sign` is +, - or a blank; numbers are 0 where the side does not have it."""

    sign: str
    old: int
    new: int
    code: SafeString
    cut: int = 0

    @property
    def side(self) -> str:
        return {"+": "added", "-": "gone"}.get(self.sign, "same")


@dataclass(frozen=True)
class Piece:
    """Lines that follow each other."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class File:
    """One file of a patch. `pieces` is empty where there is nothing to read, or where it is `left` for another page."""

    path: str
    before: str
    added: int
    removed: int
    fate: str
    pieces: tuple[Piece, ...] = ()
    left: bool = False
    size: int = 0


@dataclass(frozen=True)
class Patch:
    """All files; `cut` says that the patch itself ended too early, `broken` why it cannot be read."""

    files: tuple[File, ...] = ()
    cut: bool = False
    broken: str = ""

    @property
    def added(self) -> int:
        return sum(each.added for each in self.files)

    @property
    def removed(self) -> int:
        return sum(each.removed for each in self.files)


@lru_cache(maxsize=16)
def read(text: str) -> Patch:
    """A patch in git's form. What cannot be read is said, never guessed."""
    begins = _BEGINS.search(text)
    text = text[begins.end() :] if begins else text
    cut = text.rfind("\n# Cut after ")
    if cut >= 0:
        # The last file may end in the middle of a line.
        text = text[: max(text.rfind("\ndiff --git ", 0, cut), 0) + 1]
    try:
        files = tuple(_file(each) for each in PatchSet(text))
    except (UnidiffParseError, ValueError) as error:
        return Patch(broken=str(error) or "it is not in the form of a patch")
    return Patch(files, cut=cut >= 0)


def page(patch: Patch, only: int | None = None) -> Patch:
    """As much as a page holds; or, whatever its size, the one file of that number."""
    files: list[File] = []
    room = BUDGET
    for number, each in enumerate(patch.files):
        wanted = each.size <= room if only is None else number == only
        files.append(each if wanted or not each.pieces else replace(each, pieces=(), left=True))
        room -= each.size if wanted and only is None else 0
    return replace(patch, files=tuple(files))


def _file(found: PatchedFile) -> File:
    path, before = _named(found.target_file, "b/"), _named(found.source_file, "a/")
    fate = "changed"
    for name, is_it in (("new", found.is_added_file), ("removed", found.is_removed_file), ("moved", found.is_rename)):
        fate = name if is_it else fate
    if found.is_binary_file:
        fate += ", not text"
    path = before if found.is_removed_file else path
    pieces = tuple(_pieces(path, found))
    size = sum(len(line.code) + 120 for piece in pieces for line in piece.lines)
    return File(path, before if fate == "moved" else "", found.added, found.removed, fate, pieces, size=size)


def _named(name: str, prefix: str) -> str:
    """Git quotes names with letters beyond ASCII, quotes and control characters."""
    if name.startswith('"') and name.rstrip().endswith('"'):
        raw = _OCTAL.sub(_unquoted, name.rstrip()[1:-1].encode("utf-8", "replace"))
        name = raw.decode("utf-8", "replace")
    return name.removeprefix(prefix)


def _unquoted(found: re.Match[bytes]) -> bytes:
    mark = found[1]
    return bytes([int(mark, 8) & 255]) if len(mark) == 3 else _ESCAPES.get(mark, mark)


def _pieces(path: str, found: PatchedFile) -> Iterator[Piece]:
    lexer = _lexer(path)
    for hunk in found:
        place = f"line {hunk.target_start or hunk.source_start}"
        yield Piece(f"{place}: {hunk.section_header}" if hunk.section_header else place, tuple(_lines(hunk, lexer)))


def _lexer(path: str) -> Lexer | None:
    try:
        lexer: Lexer = get_lexer_for_filename(path, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return lexer


def _lines(hunk: Hunk, lexer: Lexer | None) -> Iterator[Line]:
    # Both sides whole: a text over many lines is one only where the lines of the other side are not between.
    texts = [(line, line.value.rstrip("\r\n")) for line in hunk if line.line_type in "+- "]
    old = iter(_coloured([text for line, text in texts if not line.is_added], lexer))
    new = iter(_coloured([text for line, text in texts if not line.is_removed], lexer))
    for line, text in texts:
        code = next(new) if line.is_added else next(old)
        if line.is_context:
            next(new)
        cut = max(len(text) - LONGEST, 0)
        yield Line(line.line_type, line.source_line_no or 0, line.target_line_no or 0, code, cut)


def _coloured(lines: Sequence[str], lexer: Lexer | None) -> list[SafeString]:
    short = [line[:LONGEST] for line in lines]
    text = "\n".join(short)
    if lexer is not None and len(text) <= COLOURED:
        # Pygments ends the last line, too, if it is not empty.
        found = highlight(text, lexer, _FORMATTER).split("\n")
        if len(found) - (not found[-1]) <= len(lines) <= len(found):
            # It escapes what it colours.
            return [mark_safe(each) for each in found]
    return [escape(each) for each in short]
