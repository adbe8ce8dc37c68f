"""One Python file, read and parsed once: its text, tree, places, and what its names stand for."""

from __future__ import annotations

import ast
import bisect
import codecs
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from functools import cached_property

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.walking import statements

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class NotPython(Exception):
    """The file cannot be read as Python 3; the text says why."""


class Source:
    """`text` is the file exactly (line ends and all); offsets everywhere are characters of it.

    Raises NotPython when its encoding is unknown, or lies; the tree raises it when the syntax is not Python 3's.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.data = path, data
        self.encoding = _encoding(path, data)
        try:
            self.text = data.decode(self.encoding)
        except UnicodeDecodeError as error:
            raise NotPython(f"{path} is not {self.encoding}: {error}") from error

    @classmethod
    def of(cls, text: str, path: str = "example.py") -> Source:
        return cls(path, text.encode())

    def encoded(self, text: str) -> bytes:
        return text.encode(self.encoding)

    @cached_property
    def tree(self) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # As bytes a cookie is obeyed, which would be wrong for any other encoding than the one they are in.
                return ast.parse(self.data if self.encoding in ("utf-8", "ascii") else self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise NotPython(f"{self.path} is not Python 3: {error}") from error

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node, outer before inner: several rules want to see all of them."""
        return tuple(ast.walk(self.tree))

    # Places

    @cached_property
    def lines(self) -> list[str]:
        """With their ends; split where Python splits, not at form feeds and their like.

        The mark of byte order stands before the first of them: as for Python it is part of no line, and nothing may
        be put before it.
        """
        return [found[0] for found in _LINE.finditer(self.text, len(self.mark)) if found[0]] or [""]

    @property
    def mark(self) -> str:
        """The mark of byte order, where the file begins with one."""
        return "\ufeff" if self.text.startswith("\ufeff") else ""

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], len(self.mark)
        for line in self.lines:
            starts.append(at)
            at += len(line)
        return starts

    def offset(self, line: int, column: int) -> int:
        """Of a line (from 1) and a column in bytes of UTF-8, as the tree counts."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if not text.isascii():
            column = len(text.encode()[:column].decode(errors="ignore"))
        return (self._starts[line - 1] if line <= len(self._starts) else len(self.text)) + column

    def line_of(self, offset: int) -> int:
        return max(bisect.bisect_right(self._starts, offset), 1)

    def end_of_line(self, line: int) -> int:
        """Behind the end of a line (from 1), where the next one starts."""
        return self.offset(line, 0) + len(self.lines[line - 1])

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where the node starts and ends."""
        at = node.lineno, node.col_offset, node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
        return self.offset(at[0], at[1]), self.offset(at[2], at[3])

    def segment(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    @property
    def newline(self) -> str:
        first = self.lines[0]
        return first[len(first.rstrip("\r\n")) :] or "\n"

    @cached_property
    def tokens(self) -> list[tokenize.TokenInfo]:
        """Only where the tree does not say enough. Raises NotPython."""
        try:
            return list(tokenize.generate_tokens(io.StringIO(self.text).readline))
        except (tokenize.TokenError, SyntaxError) as error:
            raise NotPython(f"{self.path} cannot be split into tokens: {error}") from error

    # Names

    @cached_property
    def imports(self) -> dict[str, str]:
        """Local name -> dotted origin, of every import anywhere in the file. Relative imports keep their dots.

        A name that is bound to two different things has no origin.
        """
        found: dict[str, str] = {}
        for node in statements(self.tree):
            for name, origin in _bound(node):
                found[name] = origin if found.get(name, origin) == origin else ""
        return found

    def resolve(self, node: ast.AST) -> str:
        """The dotted origin of a name or attribute, such as "django.dispatch.Signal"; empty where it is not imported.

        `import django.dispatch` then `django.dispatch.Signal`, `from django import dispatch as d` then `d.Signal`,
        and `from django.dispatch import Signal as S` then `S` are all the same.
        """
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        origin = self.imports.get(node.id, "")
        return ".".join([origin, *reversed(parts)]) if origin else ""

    # Edits and findings

    def replace(self, node: ast.AST, text: str, group: int = 0) -> Edit:
        start, end = self.span(node)
        return Edit(start, end, text, group=group)

    def finding(self, node: ast.AST, text: str, how: str = "", weight: Weight = Weight.LOOK, link: str = "") -> Finding:
        return Finding(self.path, getattr(node, "lineno", 0), "", text, how, link, weight)

    def is_single_string(self, node: ast.AST) -> bool:
        """A plain literal of one piece: no f-string, no bytes, no implicit concatenation."""
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            return False
        try:
            return bool(ast.literal_eval(self.segment(node)) == node.value and _one_piece(self.segment(node)))
        except (SyntaxError, ValueError):
            return False


def _one_piece(text: str) -> bool:
    try:
        kinds = [token.type for token in tokenize.generate_tokens(io.StringIO(text).readline)]
    except (tokenize.TokenError, SyntaxError):
        return False
    return kinds.count(tokenize.STRING) == 1


def _encoding(path: str, data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        # Kept as the first character, or writing would drop it.
        return "utf-8"
    try:
        return cookie(data) or "utf-8"
    except SyntaxError as error:
        raise NotPython(f"{path}: {error}") from error


def cookie(data: bytes) -> str:
    """The encoding that the first two lines name, if they do. Raises SyntaxError where there is none of that name."""
    end = data.find(b"\n", data.find(b"\n") + 1)
    head = data[: end + 1] if end >= 0 else data
    return tokenize.detect_encoding(io.BytesIO(head).readline)[0] if b"coding" in head else ""


def _bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            # `import a.b` binds `a`, and `a.b` is then reached through it.
            yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        dot = "" if module.endswith(".") else "."
        for alias in node.names:
            if alias.name != "*":
                yield alias.asname or alias.name, f"{module}{dot}{alias.name}"
