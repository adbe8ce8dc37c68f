"""Draws docs/picture.svg, the README's picture, from what the last `make demo` left in .demo."""

from __future__ import annotations

import io
import json
import os
import pathlib
import subprocess
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

ROOT = pathlib.Path(__file__).resolve().parent.parent
STEPS = ("plan", "create", "review", "merge", "deploy", "test")
GREEN, YELLOW = "black on #c6efce", "black on #ffeb9c"


def main() -> int:
    environment = os.environ | {"CHAIRLIFT_HOME": str(ROOT / ".demo" / "home")}
    chairlift = [sys.executable, "-m", "chairlift"]
    sheet = json.loads(subprocess.run([*chairlift, "sheet", "--json"], env=environment, capture_output=True).stdout)
    status = json.loads(subprocess.run([*chairlift, "status", "--json"], env=environment, capture_output=True).stdout)
    stands = {row["service"]: row for row in status["services"]}
    console = Console(record=True, width=150, file=io.StringIO())
    table = Table(header_style="bold", box=None, padding=(0, 1))
    for head in ("service", "level", *STEPS, "stands at", "turn"):
        table.add_column(head, no_wrap=True)
    for row in sheet["rows"]:
        where = stands[row["service"]]
        cells = [_cell(row["steps"][step], where["step"] == step) for step in STEPS]
        step = "done" if where["done"] else f"{where['step']} ({where['change']})"
        table.add_row(row["service"], row["level"] or "not chosen", *cells, step, where["turn"])
    console.print(table)
    (ROOT / "docs" / "picture.svg").write_text(console.export_svg(title="chairlift sheet"))
    return 0


def _cell(who: str, here: bool) -> Text:
    """Green for the project team, yellow for the squad, and a word in each: never colour alone."""
    if who == "not chosen":
        return Text("-")
    team = who.startswith("project team")
    return Text(f" {'●' if here else ' '} {'us' if team else 'squad'} ", style=GREEN if team else YELLOW)


if __name__ == "__main__":
    sys.exit(main())
