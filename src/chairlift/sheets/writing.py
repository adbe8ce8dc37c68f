"""Writes the sheet: CSV, XLSX, Markdown and JSON."""

from __future__ import annotations

import csv
import html
import io
import json
import re

from chairlift.core.decision import Party
from chairlift.sheets.sheet import HEADINGS, Cell, Sheet, SheetRow, as_table, fields

#: A spreadsheet takes a text that begins like this for a formula; `'` in front makes it a text again.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
_MARKDOWN = re.compile(r"([\\`*_\[\]|])")
_NO_TITLE = re.compile(r"[\[\]:*?/\\]")
#: ARGB of the fills that people know from their spreadsheets' "good" and "neutral".
_FILLS = {Party.PROJECT_TEAM: "FFC6EFCE", Party.SQUAD: "FFFFEB9C"}
_WIDEST = 60


def write(sheet: Sheet, format: str) -> bytes:
    """The sheet as a file. Raises ValueError, with what there is, for an unknown format."""
    if format not in FORMATS:
        raise ValueError(f"no format called {format!r}; there are: {', '.join(FORMATS)}")
    return FORMATS[format](sheet)


def _csv(sheet: Sheet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    headings, rows = as_table(sheet)
    writer.writerow(headings)
    writer.writerows([f"'{text}" if FORMULA.match(text) else text for text in row] for row in rows)
    return _encoded(out.getvalue())


def _md(sheet: Sheet) -> bytes:
    headings, rows = as_table(sheet)
    lines = [headings, ("---",) * len(headings), *(map(_escaped, row) for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return _encoded(f"# {_escaped(sheet.title)}\n\n{table}\n")


def _escaped(text: str) -> str:
    text = _MARKDOWN.sub(r"\\\1", html.escape(text, quote=False))
    return "<br>".join(text.splitlines())


def _json(sheet: Sheet) -> bytes:
    value = {"title": sheet.title, "campaign": sheet.campaign, "rows": list(map(_object, sheet.rows))}
    return _encoded(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _object(row: SheetRow) -> dict[str, object]:
    return {
        "service": row.service,
        "squad": row.squad,
        "level": row.level,
        "steps": {cell.step.value: str(cell) for cell in row.cells},
        "chosen_by": row.chosen_by,
        "chosen_at": row.chosen_at.isoformat() if row.chosen_at else None,
        "why": row.why,
        "docs_promised": row.docs_promised.isoformat() if row.docs_promised else None,
        "step": row.step,
        "turn": row.turn,
        "due": row.due.isoformat() if row.due else None,
    }


def _xlsx(sheet: Sheet) -> bytes:
    # Slow to import, and only spreadsheets pay for it.
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    page = book.worksheets[0]
    page.title = _NO_TITLE.sub("-", sheet.campaign)[:31] or "Sheet"
    page.freeze_panes = "B2"
    for r, row in enumerate([HEADINGS, *map(fields, sheet.rows)], start=1):
        for c, value in enumerate(row, start=1):
            text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", _encoded(str(value)).decode())
            cell = page.cell(r, c, text)
            # Else openpyxl makes a formula of what begins with "=", and a spreadsheet one of "+1" when it is edited.
            cell.data_type = "s"
            cell.quotePrefix = bool(FORMULA.match(text))
            if r == 1:
                cell.font = Font(bold=True)
            if isinstance(value, Cell) and value.party:
                cell.fill = PatternFill("solid", fgColor=_FILLS[value.party])
    for c, column in enumerate(zip(HEADINGS, *as_table(sheet)[1], strict=True), start=1):
        page.column_dimensions[get_column_letter(c)].width = min(max(map(len, column)), _WIDEST) + 2
    page.auto_filter.ref = f"A1:{get_column_letter(len(HEADINGS))}{len(sheet.rows) + 1}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


FORMATS = {"csv": _csv, "xlsx": _xlsx, "md": _md, "json": _json}
