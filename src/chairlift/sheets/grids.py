"""Finds the table in a CSV, XLSX, Markdown or JSON file, whatever stands above it."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: What a column means -> where it stands, for a row that is a header; empty for any other row.
Columns = Mapping[str, int]
FindColumns = Callable[[Sequence[str]], Columns]

_LARGEST = 20 << 20
_LARGEST_UNPACKED = 200 << 20
_MOST_ROWS = 20_000
_MOST_COLUMNS = 200
_DELIMITERS = ",;\t|"
#: An escaped character, a link, a line break, or marks of emphasis and code.
_INLINE = re.compile(r"\\([!-/:-@\[-`{-~])|\[((?:\\.|[^\\\]])*)\]\([^()\s]*\)|<br ?/?>|[*`]+")
_PIPE = re.compile(r"((?:\\.|[^\\|])*)(?:\||$)")
_RULE = re.compile(r"[\s|:-]+")


@dataclass(frozen=True)
class Line:
    """One row of a table, with its number in the file, from 1."""

    number: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table without its header."""

    columns: Columns
    lines: tuple[Line, ...]


class Unreadable(Exception):
    """No table can be found: what is wrong, and the remedy."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what, self.remedy = what, remedy


#: What every sheet of choices has.
_CHOICES = ("no row names a column for the service and one for the level", "head them Service and Level")


def find_grid(data: bytes, filename: str, columns: FindColumns, missing: tuple[str, str] = _CHOICES) -> Grid:
    """The first table that has a header; where none has, `missing` says so, with the remedy. Raises Unreadable."""
    if len(data) > _LARGEST:
        raise Unreadable(f"this file is larger than {_LARGEST >> 20} MB", "take the pictures and other sheets out")
    kind = PurePath(filename).suffix.lower()
    if kind not in _READERS:
        raise Unreadable(
            f"no sheet is read from {kind or 'a file without an ending'}", "save it as CSV, XLSX, MD or JSON"
        )
    for grid in _READERS[kind](data, columns):
        return grid
    raise Unreadable(*missing)


def _below_header(lines: Sequence[Line], columns: FindColumns) -> Grid | None:
    for at, line in enumerate(lines):
        if found := columns(line.texts):
            return Grid(found, tuple(other for other in lines[at + 1 :] if other.texts != line.texts))
    return None


def _csv(data: bytes, columns: FindColumns) -> Iterator[Grid]:
    text = _decoded(data)
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise Unreadable(f"this is no CSV: {error}", "save it as CSV again") from error
        lines = [Line(number, tuple(map(_unquoted, row))) for number, row in enumerate(rows, start=1)]
        if grid := _below_header(lines, columns):
            yield grid


def _decoded(data: bytes) -> str:
    """Spreadsheets write UTF-8 with and without a mark, UTF-16 with one, and cp1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _unquoted(text: str) -> str:
    """Without the `'` that kept a text from being a formula."""
    return text[1:] if re.match(r"'+[=+\-@\t\r]", text) else text


def _md(data: bytes, columns: FindColumns) -> Iterator[Grid]:
    lines = [
        Line(number, tuple(_plain(cell.strip()) for cell in _PIPE.findall(line.strip().removeprefix("|"))))
        for number, line in enumerate(_decoded(data).splitlines(), start=1)
        if "|" in line and not _RULE.fullmatch(line)
    ]
    if grid := _below_header(lines, columns):
        yield grid


def _plain(cell: str) -> str:
    """The text of a Markdown cell."""

    def text(found: re.Match[str]) -> str:
        if found[2] is not None:
            return _plain(found[2])
        return found[1] or ("\n" if found[0].startswith("<") else "")

    return html.unescape(_INLINE.sub(text, cell))


def _json(data: bytes, columns: FindColumns) -> Iterator[Grid]:
    remedy = 'write {"rows": [{"service": "…", "level": "…"}, …]}'
    try:
        value = json.loads(_decoded(data))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"this is no JSON: {error}", remedy) from error
    rows = value.get("rows") if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("this JSON is no list of rows", remedy)
    keys = tuple(dict.fromkeys(key for row in rows for key in row))
    if found := columns(keys):
        yield Grid(found, tuple(Line(n, tuple(_text(row.get(key)) for key in keys)) for n, row in enumerate(rows, 1)))


def _xlsx(data: bytes, columns: FindColumns) -> Iterator[Grid]:
    from openpyxl import load_workbook

    remedy = "open it in a spreadsheet, and save it as XLSX again"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _LARGEST_UNPACKED:
                raise Unreadable(f"this file unpacks to more than {_LARGEST_UNPACKED >> 20} MB", remedy)
        with warnings.catch_warnings(action="ignore"):  # of what it would lose in writing: we only read
            pages = load_workbook(io.BytesIO(data), data_only=True).worksheets
    except Unreadable:
        raise
    except Exception as error:
        # openpyxl lets through whatever a broken file makes its parsers raise.
        raise Unreadable(f"this is no XLSX: {type(error).__name__}", remedy) from error
    for page in pages:
        if grid := _page(page, columns):
            yield grid


def _page(page: Worksheet, columns: FindColumns) -> Grid | None:
    if page.max_row > _MOST_ROWS:
        what = f"sheet {page.title!r} reaches down to row {page.max_row}"
        raise Unreadable(what, f"delete all rows below the table; {_MOST_ROWS} are read")
    width = min(page.max_column, _MOST_COLUMNS)
    values = [list(row) for row in page.iter_rows(max_col=width, values_only=True)]
    grid = _below_header(_numbered(values), columns)
    if not grid:
        return None
    swallowed: set[int] = set()
    for merged in page.merged_cells.ranges:
        left, top, _, bottom = merged.bounds
        if left == grid.columns["service"] + 1:
            # Several rows that are one service are one row; the first has it all.
            swallowed.update(range(top + 1, bottom + 1))
        elif left <= width:
            # Only downwards: what is merged to the right is a heading between the rows.
            for row in values[top:bottom]:
                row[left - 1] = values[top - 1][left - 1]
    filled = _below_header(_numbered(values), columns)
    return filled and Grid(filled.columns, tuple(line for line in filled.lines if line.number not in swallowed))


def _numbered(values: Sequence[Sequence[object]]) -> list[Line]:
    return [Line(number, tuple(map(_text, row))) for number, row in enumerate(values, start=1)]


def _text(value: object) -> str:
    """What a cell shows: a whole number without its point, a date without the midnight that spreadsheets add."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


_READERS: Mapping[str, Callable[[bytes, FindColumns], Iterator[Grid]]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".txt": _csv,
    ".xlsx": _xlsx,
    ".xlsm": _xlsx,
    ".md": _md,
    ".json": _json,
}
