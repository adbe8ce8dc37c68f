"""Where things stand in a file."""

from __future__ import annotations

import tomllib

import hypothesis.strategies as st
from hypothesis import given

from chairlift.core.locating import Place, locate

TRICKY = (
    """\
top = 1 # a "comment" [with] brackets

"quoted.key" . 'and"""
    + """'"""
    + '''.plain = [ # [[no]]
  "]", # ]
  { deep = "#" },
]
text = """
[not.a.table]
key = 1
\\""""
raw = \'\'\'
[[neither]]
\'\'\'\'\'

[ spaced . table ] # comment
key = "=[[\\"]]"

[[item]]
name = "a"
[item.inner]
x = 1
[[item.parts]]
y = 1
[[item.parts]]
y = 2
[[item]]
name = "b"
[[item.parts]]
y = 3
'''
)


def test_tricky_places() -> None:
    assert tomllib.loads(TRICKY)["text"].endswith('"')
    lines = locate(TRICKY)
    assert lines[("top",)] == 1
    assert lines[("quoted.key", "and", "plain")] == 3
    assert lines[("text",)] == 7
    assert lines[("raw",)] == 11
    assert ("not", "a", "table") not in lines
    assert ("neither",) not in lines
    assert lines[("spaced", "table")] == 15
    assert lines[("spaced", "table", "key")] == 16


def test_arrays_of_tables_by_position() -> None:
    lines = locate(TRICKY)
    assert lines[("item",)] == lines[("item", 0)] == 18
    assert lines[("item", 0, "inner", "x")] == 21
    assert lines[("item", 0, "parts", 0, "y")] == 23
    assert lines[("item", 0, "parts", 1)] == 24
    assert lines[("item", 1, "name")] == 27
    assert lines[("item", 1, "parts", 0, "y")] == 29


def test_windows_line_ends() -> None:
    assert locate("a = 1\r\n\r\n[b]\r\nc = 2\r\n") == {("a",): 1, ("b",): 3, ("b", "c"): 4}


_VALUES = st.sampled_from(
    ["1", '"x # y"', "'''\n[z]\n'''", '"""\nk = 1\n"""', "[\n 1, # ]\n 2\n]", "{ q = [1] }", "2021-10-15", '"\\""']
)


@given(st.lists(st.tuples(st.sampled_from(["key", "table", "array"]), _VALUES), max_size=12))
def test_every_statement_has_its_line(statements: list[tuple[str, str]]) -> None:
    """Whatever stands above it, each key and header is found on the very line that it was written on."""
    text, wanted, items = "", {}, 0
    here: Place = ()
    for number, (kind, value) in enumerate(statements):
        line = text.count("\n") + 1
        if kind == "key":
            text += f"'key {number}' = {value} # [x]\n"
            wanted[*here, f"key {number}"] = line
            continue
        here = (f"table {number}",) if kind == "table" else ("items", items)
        items += kind == "array"
        text += f'["table {number}"] # a = 1\n' if kind == "table" else "[[items]]\n"
        wanted[here] = line
    tomllib.loads(text)
    assert {place: line for place, line in locate(text).items() if place in wanted} == wanted
