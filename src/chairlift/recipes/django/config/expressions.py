"""The expressions of GitHub Actions: `${{ matrix.x }}` in texts, and conditions such as `matrix.db == 'x' && …`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HOLE = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_TOKEN = re.compile(r"\s*(&&|\|\||==|!=|<=|>=|<|>|!|\(|\)|,|'(?:[^']|'')*'|[\w.*-]+(?:\[[^\]]*\])*)")
_UNKNOWN = None

Value = str | bool | None


def fill(text: str, context: Mapping[str, str]) -> str:
    """The text with its expressions replaced; those of unknown value stay as they are.

    `context` holds names such as `matrix.django`; a name of the matrix that is not there is empty.
    """

    def value(found: re.Match[str]) -> str:
        known = evaluate(found[1], context)
        return found[0] if known is _UNKNOWN else str(known).lower() if isinstance(known, bool) else known

    return _HOLE.sub(value, text)


def holds(condition: str, context: Mapping[str, str]) -> bool:
    """Whether a step with this `if` runs; what is not known is taken to."""
    bare = condition.strip()
    if hole := _HOLE.fullmatch(bare):
        bare = hole[1]
    known = evaluate(bare, context)
    return known is _UNKNOWN or known is True or (isinstance(known, str) and known != "")


def evaluate(text: str, context: Mapping[str, str]) -> Value:
    """None for what is not known."""
    tokens, at = [], 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if not found:
            return _UNKNOWN
        tokens.append(found[1])
        at = found.end()
    reader = _Reader(tokens, context)
    try:
        known = reader.either()
    except IndexError:
        return _UNKNOWN
    return known if reader.at == len(tokens) else _UNKNOWN


class _Reader:
    def __init__(self, tokens: list[str], context: Mapping[str, str]) -> None:
        self.tokens, self.context, self.at = tokens, context, 0

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def either(self) -> Value:
        left = self.both()
        while self._next() == "||":
            self.at += 1
            right = self.both()
            left = left if left not in (_UNKNOWN, False, "") else right if left is not _UNKNOWN else _UNKNOWN
        return left

    def both(self) -> Value:
        left = self.compared()
        while self._next() == "&&":
            self.at += 1
            right = self.compared()
            if left in (False, "") or right in (False, ""):
                left = False
            elif left is _UNKNOWN or right is _UNKNOWN:
                left = _UNKNOWN
            else:
                left = right
        return left

    def compared(self) -> Value:
        left = self.one()
        while self._next() in ("==", "!="):
            sign = self._next()
            self.at += 1
            right = self.one()
            if left is _UNKNOWN or right is _UNKNOWN:
                left = _UNKNOWN
            else:
                left = (str(left).lower() == str(right).lower()) == (sign == "==")
        return left

    def one(self) -> Value:
        token = self.tokens[self.at]
        self.at += 1
        if token == "!":
            value = self.one()
            return _UNKNOWN if value is _UNKNOWN else value in (False, "")
        if token == "(":
            value = self.either()
            self.at += 1
            return value
        if self._next() == "(":
            return self._call(token)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token in ("true", "false"):
            return token == "true"
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            return token
        name = re.sub(r"\[['\"]?([^\]'\"]*)['\"]?\]", r".\1", token)
        return self.context.get(name, "" if name.startswith("matrix.") else _UNKNOWN)

    def _call(self, name: str) -> Value:
        self.at += 1
        given = []
        while self._next() != ")":
            given.append(self.either())
            if self._next() == ",":
                self.at += 1
        self.at += 1
        if any(each is _UNKNOWN for each in given):
            return _UNKNOWN
        words = [str(each).lower() for each in given]
        if name in ("contains", "startsWith", "endsWith") and len(words) == 2:
            if name == "contains":
                return words[1] in words[0]
            return words[0].startswith(words[1]) if name == "startsWith" else words[0].endswith(words[1])
        return {"success": True, "always": True, "failure": False, "cancelled": False}.get(name)
