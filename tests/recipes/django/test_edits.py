from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from chairlift.recipes.django.edits import add_import, group, remove_argument
from chairlift.recipes.django.findings import Edit, Finding, apply
from chairlift.recipes.django.fixing import Fixed, Fixer, Looking, Parents, fix
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg
from chairlift.recipes.django.source import Source

NEW = "from b import c\n"


def fixed(text: str, *edits: Edit) -> Fixed:
    """What becomes of a text when a fixer says these edits of it, once."""
    fixer = Fixer(__name__ + ".said", title="As said", link="https://example.com/")

    @fixer.on(ast.Name, "once")
    def name(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit]:
        yield from edits if looking.source.text == text else ()

    return fix(Source.of(text), [fixer], Project(Path("nowhere")), Leg((2, 2), (3, 2)))


def test_what_was_changed_is_parsed_again_and_not_kept_where_it_broke() -> None:
    result = fixed("once = 1\n", Edit(5, 6, "("))
    assert (result.text, result.changed, result.made) == ("once = 1\n", False, ())
    (finding,) = result.findings
    assert finding.text.startswith("left alone: said would break it: ")
    assert fixed("once = 1\n", Edit(5, 6, "+=")).changed


def test_a_fixer_that_raises_leaves_the_file_as_it_was() -> None:
    fixer = Fixer(__name__ + ".raises", title="Raises", link="https://example.com/")

    @fixer.on(ast.Name, "once", "later")
    def name(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit]:
        if node.id == "later":
            raise KeyError("oops")
        yield Edit(0, 4, "twice")

    result = fix(Source.of("once = 1\nlater = 2\n"), [fixer], Project(Path("nowhere")), Leg((2, 2), (3, 2)))
    assert (result.text, result.changed) == ("once = 1\nlater = 2\n", False)
    assert result.findings[0].text == "left alone: the fixer raises failed: KeyError: 'oops'"


def test_what_is_said_of_a_place_that_is_edited_is_kept_where_it_then_stands(tmp_path: Path) -> None:
    text = "a = 1\nonce = 2\nonce = 3\n"
    fixer = Fixer(__name__ + ".both", title="Both", link="https://example.com/")

    @fixer.on(ast.Name, "once")
    def name(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit | Finding]:
        start, end = looking.source.span(node)
        yield Edit(start, end, "twice")
        yield Edit(0, 0, "import b\nimport c\n", group=0)
        yield looking.source.finding(node, f"look at what was line {node.lineno}")

    result = fix(Source.of(text), [fixer], Project(tmp_path), Leg((2, 2), (3, 2)))
    assert result.text == "import b\nimport c\na = 1\ntwice = 2\ntwice = 3\n"
    assert [(each.line, each.text) for each in result.findings] == [
        (4, "look at what was line 2"),
        (5, "look at what was line 3"),
    ]


def test_what_its_encoding_cannot_hold_is_not_kept() -> None:
    text = "# coding: ascii\nonce = 1\n"
    assert not fixed(text, Edit(len(text), len(text), "# é\n")).changed


def test_edits_of_a_group_are_made_together_or_not_at_all() -> None:
    one, two = group(), group()
    first = [Edit(0, 2, "A", "x", one), Edit(4, 6, "B", "x", one)]
    clash = [Edit(5, 7, "C", "x", two), Edit(8, 9, "D", "x", two)]
    assert apply("0123456789", [*first, *clash])[0] == "A23B6789"
    assert apply("0123456789", [*clash, *first])[0] == "01234C7D9"
    # What belongs to no group stands for itself, and the same of two fixers is one.
    loose = [Edit(5, 7, "C", "x"), Edit(8, 9, "D", "x"), Edit(4, 6, "B", "y")]
    assert apply("0123456789", [*first, *loose])[0] == "A23B67D9"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n", f"{NEW}x = 1\n"),
        ("", NEW),
        ("import a", f"import a\n{NEW}"),
        ("import a; x = [\n    1,\n]\n", f"import a; x = [\n    1,\n]\n{NEW}"),
        ('import a; x = """\n"""; y = [\n]\nz = 1\n', f'import a; x = """\n"""; y = [\n]\n{NEW}z = 1\n'),
        ('"""Docs\n"""; x = [\n]\n', f'"""Docs\n"""; x = [\n]\n{NEW}'),
        ("#!/bin/python\n# é\nx = 1\n", f"#!/bin/python\n# é\n{NEW}x = 1\n"),
        ("from b import (\n    a,\n)\n", "from b import (\n    a, c,\n)\n"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "mark"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_where_a_new_import_goes(before: str, after: str, mark: str, newline: str) -> None:
    if before.count("\n") == 0:
        newline = "\n"
    before, after = (mark + each.replace("\n", newline) for each in (before, after))
    source = Source.of(before)
    assert apply(source.text, add_import(source, "b", "c"))[0] == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(a, b)", "f(a)"),
        ("f(a, (b))", "f(a)"),
        ("f(a, ( (b) ), c)", "f(a, c)"),
        ("f(a, (\n    b\n),\n)", "f(a,\n)"),
        ("f((a), b,)", "f((a),)"),
        ("(f)(a, (b),)", "(f)(a,)"),
        ("f(a, b=(1))", "f(a)"),
        ("f(a, (b,))", "f(a)"),
    ],
)
def test_an_argument_goes_with_its_own_parentheses(before: str, after: str) -> None:
    source = Source.of(before)
    call = next(node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    argument = call.args[1] if len(call.args) > 1 else call.keywords[0]
    assert apply(before, remove_argument(source, call, argument))[0] == after
