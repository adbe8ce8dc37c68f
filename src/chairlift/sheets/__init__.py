"""The sheet that people know: one row for each service, who does which step, written and read back in four formats."""

from chairlift.sheets.reading import Choice, Import, read
from chairlift.sheets.sheet import Cell, Sheet, SheetRow, as_table, cells
from chairlift.sheets.writing import FORMATS, write

__all__ = ["FORMATS", "Cell", "Choice", "Import", "Sheet", "SheetRow", "as_table", "cells", "read", "write"]
