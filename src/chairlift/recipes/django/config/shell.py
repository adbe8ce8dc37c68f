"""Shell scripts, read as far as CI files need it: simple commands in order, with variables, quotes and tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?[-=]([^}]*))?[^}]*\})")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_OPERATORS = ("&&", "||", ";;", ";", "|", "&", "\n")
#: Words before a command that change nothing about what it installs.
_PREFIXES = {"!", "{", "}", "then", "do", "else", "time", "exec", "command", "sudo", "nohup", "travis_retry"}
_BLOCKS = {"for", "while", "until", "case", "done", "esac", "do", "select"}


@dataclass(frozen=True)
class Word:
    """A word as the shell sees it; `quoted` if any part of it was in quotes."""

    text: str
    quoted: bool = False


class _Words:
    """Cuts a script into words and operators. Variables are put in while it goes, so that assignments count."""

    def __init__(self, script: str, env: MutableMapping[str, str]) -> None:
        self.script = script.replace("\r\n", "\n").replace("\\\n", " ")
        self.env, self.at = env, 0

    def __iter__(self) -> Iterator[Word | str]:
        """A str is an operator."""
        while self.at < len(self.script):
            letter = self.script[self.at]
            if letter in " \t()":
                self.at += 1
            elif letter == "#":
                end = self.script.find("\n", self.at)
                self.at = len(self.script) if end < 0 else end
            elif operator := next((each for each in _OPERATORS if self.script.startswith(each, self.at)), ""):
                self.at += len(operator)
                yield operator
            elif found := re.compile(r"\d*[<>]+&?\s*\d*").match(self.script, self.at):
                self.at = found.end()
                # The file of a redirection is no word of the command.
                if not found[0].rstrip()[-1].isdigit() or "&" not in found[0]:
                    self._word()
            else:
                word = self._word()
                if word.text or word.quoted:
                    yield word

    def _word(self) -> Word:
        text, quoted = "", False
        while self.at < len(self.script):
            letter = self.script[self.at]
            if letter in " \t\n;&|()<>" and not self.script.startswith("$(", self.at - 1):
                break
            if letter in "'\"":
                text += self._quoted(letter)
                quoted = True
            elif letter == "\\":
                text += self.script[self.at + 1 : self.at + 2]
                self.at += 2
            elif self.script.startswith("$(", self.at) or letter == "`":
                text += self._substitution()
            elif found := _VARIABLE.match(self.script, self.at):
                text += self._variable(found)
                self.at = found.end()
            else:
                text += letter
                self.at += 1
        return Word(text, quoted)

    def _quoted(self, quote: str) -> str:
        end = self.at + 1
        while end < len(self.script) and self.script[end] != quote:
            end += 2 if self.script[end] == "\\" and quote == '"' else 1
        inner = self.script[self.at + 1 : end]
        self.at = end + 1
        if quote == "'":
            return inner
        inner = re.sub(r'\\(["\\`])', r"\1", inner)
        return re.sub(r"(?<!\\)" + _VARIABLE.pattern, self._variable, inner).replace("\\$", "$")

    def _substitution(self) -> str:
        """What another command prints is not known; its text stands for it."""
        start = self.at
        if self.script[start] == "`":
            end = self.script.find("`", start + 1)
            self.at = len(self.script) if end < 0 else end + 1
            return self.script[start : self.at]
        depth, self.at = 0, start + 1
        while self.at < len(self.script):
            depth += {"(": 1, ")": -1}.get(self.script[self.at], 0)
            self.at += 1
            if not depth:
                break
        return self.script[start : self.at]

    def _variable(self, found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return self.env.get(name) or found[3] or ""


def commands(script: str, env: MutableMapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The simple commands that run, in order, taking that each succeeds; `env` changes as they assign.

    Tests (`[ … ]`) are decided by the variables. Loops are gone through once.
    """
    words: list[Word] = []
    stack: list[bool] = []  # for each open if: whether the present branch runs
    decided: list[bool] = []
    last, before = True, ""
    for token in _tokens(script, env):
        if isinstance(token, Word):
            words.append(token)
            continue
        operator, line = token, words
        words = []
        if not line:
            before = before if operator == "\n" and before in ("&&", "||") else operator
            continue
        line = _control(line, stack, decided, last)
        runs = all(stack) and not (before == "&&" and not last) and not (before == "||" and last)
        if line and runs:
            made = _simple(line, env)
            truth = _truth(made) if made else True
            last = truth if truth is not None else True
            if made and truth is None:
                yield made
        before = operator


def _tokens(script: str, env: MutableMapping[str, str]) -> Iterator[Word | str]:
    yield from _Words(script, env)
    yield "\n"


def _control(line: list[Word], stack: list[bool], decided: list[bool], last: bool) -> list[Word]:
    """Takes the words of control from the start of a command; what is left is a command by itself."""
    while line and not line[0].quoted:
        word = line[0].text
        if word == "if":
            stack.append(True)
            decided.append(False)
        elif word == "then" and stack:
            stack[-1] = last and not decided[-1]
            decided[-1] = decided[-1] or stack[-1]
        elif word == "elif" and stack:
            stack[-1] = True
        elif word == "else" and stack:
            stack[-1] = not decided[-1]
        elif word == "fi" and stack:
            stack.pop()
            decided.pop()
        elif word in _BLOCKS and word != "do":
            return []
        elif word not in _PREFIXES:
            break
        line = line[1:]
    return line


def _simple(line: list[Word], env: MutableMapping[str, str]) -> tuple[str, ...]:
    """The words of a command after its assignments; assignments alone, or exported ones, change the environment."""
    words = [word.text for word in line]
    if words[0] in ("export", "set", "declare", "local") and len(words) > 1:
        for word in words[1:]:
            name, sign, value = word.partition("=")
            if sign:
                env[name] = value
        return ()
    own = 0
    while own < len(words) and _ASSIGNMENT.match(words[own]):
        own += 1
    if own == len(words):
        for word in words:
            name, _, value = word.partition("=")
            env[name] = value
        return ()
    return ("env", *words) if own else tuple(words)


def _truth(words: tuple[str, ...]) -> bool | None:
    """What a test says; None for other commands."""
    if words[0] not in ("[", "[[", "test"):
        return {"true": True, "false": False}.get(words[0])
    given = list(words[1:])
    if given and given[-1] in ("]", "]]"):
        given.pop()
    negated = bool(given) and given[0] == "!"
    given = given[1:] if negated else given
    match given:
        case ["-n", value] | [value]:
            truth = bool(value)
        case ["-n"] | []:
            truth = False
        case ["-z", value]:
            truth = not value
        case ["-z"]:
            truth = True
        case [left, "=" | "==", right]:
            truth = re.fullmatch(re.escape(right).replace(r"\*", ".*"), left) is not None
        case [left, "!=", right]:
            truth = left != right
        case _:
            truth = True
    return truth != negated
