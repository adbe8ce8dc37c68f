"""Texts that mean the same as another one: other line ends, quotes, spaces and comments; and all examples of fixers."""

from __future__ import annotations

import ast
import importlib
import io
import itertools
import pkgutil
import tokenize
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from chairlift.recipes.django.source import Source
from chairlift.testing import texts
from chairlift.testing.fixers import Example, recorded


def harvested() -> list[Example]:
    """The examples of all tests of fixers: each test is run once, with all its parameters, and listened to."""
    with recorded() as examples:
        _run_all("tests.recipes.django.fixers")
    return examples


def harvested_texts() -> list[texts.TextExample]:
    """The same of the tests of rules about texts."""
    with texts.recorded() as examples:
        _run_all("tests.recipes.django.texts")
    return examples


def _run_all(name: str) -> None:
    package = importlib.import_module(name)
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{name}.{info.name}")
        for test_name, test in vars(module).items():
            if test_name.startswith("test_") and callable(test):
                for arguments in _parameters(test):
                    test(**arguments)


def _parameters(test: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """As pytest would call it; nothing for a test that wants fixtures, too."""
    sets = []
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "parametrize":
            names, rows = mark.args[0], mark.args[1]
            names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
            rows = [row if isinstance(row, dict) else getattr(row, "values", row) for row in rows]
            sets.append([dict(zip(names, row if len(names) > 1 else (row,), strict=True)) for row in rows])
    wanted = set(test.__code__.co_varnames[: test.__code__.co_argcount])
    for each in itertools.product(*sets):
        arguments = {name: value for part in each for name, value in part.items()}
        if arguments.keys() == wanted:
            yield arguments


Variation = Callable[[str], str]


@st.composite
def variations(draw: st.DrawFn) -> Variation:
    """A change of the form of a text that leaves its meaning; of two texts in the same way."""
    above = draw(st.sampled_from(["", "\n\n", "# why\n", "#!/usr/bin/env python\n# é\n\n", "\ufeff"]))
    below = draw(st.sampled_from(["", "\n\n# end", "\n\n\nother = 'é'\n", "\n\n\ndef other():\n    return 1\n"]))
    crlf, quotes, gap = draw(st.booleans()), draw(st.booleans()), draw(st.sampled_from(["", " ", "\t", "  "]))

    def vary(text: str) -> str:
        text = spaced(requoted(text) if quotes else text, gap)
        text = above + text.lstrip("\ufeff") + below
        text = text.replace("\r\n", "\n")
        return text.replace("\n", "\r\n") if crlf else text

    return vary


@st.composite
def text_variations(draw: st.DrawFn) -> Variation:
    """The same for what is no Python: a template, a script, a Makefile."""
    above = draw(
        st.sampled_from(["", "\n\n", "# why: é\n", "#!/bin/sh\n", "<p title='x'>\"é\"</p>\n", "{# {{ a }} #}\n"])
    )
    below = draw(st.sampled_from(["", "\n\n# end", "\n<!-- {# #} -->\n", "\n\t", "\n{{ b|default:'x' }}\n"]))
    crlf, quotes, twice = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())

    def vary(text: str) -> str:
        text = text.replace("\r\n", "\n")
        text = text.translate(str.maketrans("'\"", "\"'")) if quotes else text
        text = above + text + ("\n" + text if twice else "") + below
        return text.replace("\n", "\r\n") if crlf else text

    return vary


def spaced(text: str, gap: str) -> str:
    """More room inside brackets, after each of them and after commas."""
    places = [token.end for token in _tokens(text) if token.type == tokenize.OP and token.string in "([,"]
    return _inserted(text, places, gap)


def requoted(text: str) -> str:
    """Simple strings in the other quotes."""
    lines = text.split("\n")
    for token in _tokens(text):
        body = token.string[1:-1]
        if token.type != tokenize.STRING or token.start[0] != token.end[0] or set("'\"\\") & set(body):
            continue
        if token.string[0] in "'\"" and len(token.string) > 2:
            quote = "'" if token.string[0] == '"' else '"'
            line = lines[token.start[0] - 1]
            lines[token.start[0] - 1] = line[: token.start[1]] + quote + body + quote + line[token.end[1] :]
    return "\n".join(lines)


def parenthesised(text: str) -> str:
    """Parentheses around arguments, elements, keys and values: they mean nothing, and no tree tells of them."""
    source = Source.of(text)
    spans = {source.span(part) for node in ast.walk(source.tree) for part in _parts(node)}
    places = [*((start, 1, "(") for start, _ in spans), *((end, 0, ")") for _, end in spans)]
    for place, _, bracket in sorted(places, reverse=True):
        text = text[:place] + bracket + text[place:]
    return text


def _parts(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Call(args=[ast.GeneratorExp()]):
            return []
        case ast.Call():
            return [each for each in node.args if not isinstance(each, ast.Starred)] + [k.value for k in node.keywords]
        case ast.Dict():
            return [*(key for key in node.keys if key is not None), *node.values]
        case ast.List(ctx=ast.Load()) | ast.Tuple(ctx=ast.Load()):
            return [each for each in node.elts if not isinstance(each, ast.Starred)]
        case ast.Assign():
            return [node.value]
    return []


def _inserted(text: str, places: list[tuple[int, int]], gap: str) -> str:
    lines = text.split("\n")
    for row, column in sorted(places, reverse=True):
        line = lines[row - 1]
        lines[row - 1] = line[:column] + gap + line[column:]
    return "\n".join(lines)


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(text).readline))
