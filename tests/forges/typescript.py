"""Reads the declarations of types that npm packages ship (`.d.ts`), of which only what is asked for is parsed.

A type is a tuple of its kind and its parts: ('name', 'Maybe', [of]), ('text', 'opened'), ('number', 3), ('list', of),
('object', {name: (type, optional)}), ('union', [of]), ('both', [of]), ('at', of, index).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

Type = tuple[Any, ...]
_COMMENT = re.compile(r"/\*.*?\*/|(?m:^\s*//[^\n]*$)", re.DOTALL)
_TOKEN = re.compile(r"\s*(?:([A-Za-z_$][\w$]*)|('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(\d+)|(=>|\.\.\.|.))")
_DECLARED = re.compile(r"^(?:export )?(?:declare )?(?:type|interface|class) ([A-Za-z_$][\w$]*)", re.MULTILINE)


class Declarations:
    """All that a file declares, by name."""

    def __init__(self, text: str) -> None:
        self._text = _COMMENT.sub("", text)
        self._parsed: dict[str, Type] = {}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {found[1]: found.start() for found in reversed([*_DECLARED.finditer(self._text)])}

    @property
    def names(self) -> list[str]:
        return list(self._places)

    def type(self, name: str) -> Type:
        """What a name stands for; what an interface extends is put together with its own. Raises KeyError."""
        if name not in self._parsed:
            reader = Reader(self._text, self._places[name])
            self._parsed[name] = reader.declaration()
        return self._parsed[name]

    def methods(self, name: str, method: str) -> list[tuple[list[tuple[str, Type, bool]], Type]]:
        """Each way to call a method of a class: its parameters as (name, type, optional), and what it returns."""
        start = self._places[name]
        end = self._text.index("\n}", start)
        found = []
        for match in re.finditer(rf"^    {method}(?=[<(])", self._text[start:end], re.MULTILINE):
            found.append(Reader(self._text, start + match.end()).signature())
        if not found:
            raise KeyError(f"{name} has no method {method}")
        return found


class Reader:
    """Reads types from a place in a text."""

    def __init__(self, text: str, at: int) -> None:
        self._text, self._at = text, at

    def _peek(self) -> str:
        match = _TOKEN.match(self._text, self._at)
        return match[0].strip() if match else ""

    def _next(self) -> str:
        match = _TOKEN.match(self._text, self._at)
        assert match, "the file ends within a type"
        self._at = match.end()
        return match[0].strip()

    def _take(self, *tokens: str) -> bool:
        if self._peek() in tokens:
            self._next()
            return True
        return False

    def _must(self, token: str) -> None:
        found = self._next()
        assert found == token, f"{found!r} where {token!r} should be, before {self._text[self._at : self._at + 60]!r}"

    def declaration(self) -> Type:
        while (word := self._next()) not in ("type", "interface", "class"):
            assert word in ("export", "declare"), word
        self._next()
        self._skip_generics()
        if word == "type":
            self._must("=")
            return self.type()
        parents = []
        if self._take("extends"):
            parents.append(self._both())
            while self._take(","):
                parents.append(self._both())
        own = self._primary()
        return ("both", [*parents, own]) if parents else own

    def signature(self) -> tuple[list[tuple[str, Type, bool]], Type]:
        self._skip_generics()
        self._must("(")
        parameters = []
        while not self._take(")"):
            name = self._next()
            if name == "{":
                # Options that are taken apart.
                name = "options"
                while self._next() != "}":
                    pass
            optional = self._take("?")
            self._must(":")
            parameters.append((name, self.type(), optional))
            self._take(",")
        self._must(":")
        return parameters, self.type()

    def _skip_generics(self) -> None:
        if self._peek() != "<":
            return
        depth = 0
        while True:
            token = self._next()
            depth += (token == "<") - (token == ">")
            if not depth:
                return

    def type(self) -> Type:
        self._take("|")
        parts = [self._both()]
        while self._take("|"):
            parts.append(self._both())
        if self._take("extends"):
            # A condition, of which only a compiler knows how it ends: either may be.
            self.type()
            self._must("?")
            parts = [self.type()]
            self._must(":")
            parts.append(self.type())
        return parts[0] if len(parts) == 1 else ("union", parts)

    def _both(self) -> Type:
        self._take("&")
        parts = [self._postfix()]
        while self._take("&"):
            parts.append(self._postfix())
        return parts[0] if len(parts) == 1 else ("both", parts)

    def _postfix(self) -> Type:
        found = self._primary()
        while self._peek() == "[":
            self._next()
            if self._take("]"):
                found = ("list", found)
            else:
                found = ("at", found, self.type())
                self._must("]")
        return found

    def _primary(self) -> Type:
        token = self._next()
        if token == "(":
            found = self.type()
            self._must(")")
            return found
        if token == "{":
            return self._object()
        if token[0] in "'\"":
            return ("text", token[1:-1])
        if token.isdigit():
            return ("number", int(token))
        if token in ("keyof", "readonly"):
            return self._postfix()
        inner = []
        if self._take("<"):
            while not self._take(">"):
                inner.append(self.type())
                self._take(",")
        return ("name", token, inner)

    def _object(self) -> Type:
        members: dict[str, tuple[Type, bool]] = {}
        while not self._take("}"):
            name = self._next()
            if name == "[":
                # Any name at all.
                while self._next() != "]":
                    pass
                name = "*"
            optional = self._take("?")
            self._must(":")
            members[name.strip("'\"")] = (self.type(), optional)
            self._take(";", ",")
        return ("object", members)
