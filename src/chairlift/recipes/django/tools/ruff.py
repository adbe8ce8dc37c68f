"""ruff's pyupgrade rules, for what the Pythons that a new Django demands have thrown out.

Of the fifty rules three are wanted, and the third in part. A newer Django comes with newer Pythons, and these are the
spellings that fail there, that ruff counts as safe to change, and whose new form works on every Python 3:

* UP005: `assertEquals` and its like; removed in 3.12.
* UP023: `xml.etree.cElementTree`; removed in 3.9.
* UP035: `from collections import Mapping`; removed in 3.10. Of this rule only what concerns `collections`: its other
  half would touch every import of `typing`.

Left out, because old code goes on working and the diff of an upgrade must stay small enough to be read: f-strings
(UP031, UP032), annotations (UP006, UP007, UP037, UP045), `super()` (UP008), `object` as a base (UP004), open modes
(UP015), encodings (UP009, UP012), `six` and `mock` (UP026, UP029), and blocks for old versions (UP036), which belong to
a squad's own clean-up. https://docs.astral.sh/ruff/rules/#pyupgrade-up
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chairlift.recipes.django.findings import Edit, Finding, apply
from chairlift.recipes.django.fixing import Fixed
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, series
from chairlift.recipes.django.scanning import Scanner
from chairlift.recipes.django.source import NotPython, Source
from chairlift.recipes.django.tools.running import Failed, ToolRan, beside_us, ran

RULES = ("UP005", "UP023", "UP035")
#: A file without any of these is not given to ruff: the aliases that it knows, and the two modules.
_LITERALS = (
    b"assertEquals assertNotEquals assert_ assertAlmostEquals assertNotAlmostEquals assertRegexpMatches "
    b"assertNotRegexpMatches assertRaisesRegexp assertItemsEqual failUnless failIf cElementTree collections"
).split()
#: The oldest that ruff knows; the three rules do the same for all of them.
_OLDEST = (3, 7)
_BATCH = 400


def run_ruff(
    project: Project,
    leg: Leg,
    *,
    rules: Sequence[str] = RULES,
    program: str = "",
    seconds: float = 120,
) -> ToolRan:
    """What ruff makes of the files of the checkout; nothing is written. `program` is ours unless said."""
    scanner = Scanner(_LITERALS)
    paths = [path for path in project.matching("*.py") if scanner.found(project.read(path) or b"")]
    fixed: list[Fixed] = []
    findings: list[Finding] = []
    try:
        program = program or beside_us("ruff")
        for at in range(0, len(paths), _BATCH):
            for path, said in _said(program, project, leg, rules, paths[at : at + _BATCH], seconds).items():
                one = _fixed(path, project.read(path) or b"", said)
                fixed += [one] if one.changed else []
                findings += one.findings
    except Failed as failed:
        return ToolRan(tuple(fixed), (*findings, failed.finding))
    return ToolRan(tuple(fixed), tuple(findings))


def _said(
    program: str, project: Project, leg: Leg, rules: Sequence[str], paths: Sequence[str], seconds: float
) -> dict[str, list[dict[str, Any]]]:
    """What it has to say that is wanted, by file. Raises Failed."""
    python = max(series(leg.floor).pythons[0], _OLDEST)
    argv = [program, "check", "--isolated", "--no-cache", "--exit-zero", "--output-format=json", "--quiet"]
    argv += [f"--select={','.join(rules)}", f"--target-version=py{python[0]}{python[1]}", "--", *paths]
    out = ran("ruff", argv, project.root, seconds).out
    by_file: dict[str, list[dict[str, Any]]] = {}
    try:
        for each in json.loads(out):
            if each["code"] in rules and _is_wanted(each):
                path = str(each["filename"]).removeprefix(f"{project.root.resolve()}/")
                by_file.setdefault(path, []).append(each)
    except (ValueError, KeyError, TypeError) as error:
        raise Failed("ruff", f"its answer cannot be read: {type(error).__name__}: {error}") from error
    return by_file


def _is_wanted(said: Mapping[str, Any]) -> bool:
    if not said["fix"] or said["fix"]["applicability"] != "safe":
        return False
    return said["code"] != "UP035" or "`collections.abc`" in said["message"]


def _fixed(path: str, data: bytes, said: Iterable[Mapping[str, Any]]) -> Fixed:
    """Its edits made, and the result parsed again."""
    try:
        source = Source(path, data)
        edits = [edit for number, each in enumerate(said, 1) for edit in _edits(source, each, number)]
        text, made = apply(source.text, edits)
        _ = Source(path, source.encoded(text)).tree
    except (NotPython, UnicodeEncodeError) as error:
        finding = Finding(path, 0, "ruff", f"left alone: {error}", "make the change by hand")
        return Fixed(path, "", findings=(finding,))
    counts = {edit.fixer: 0 for edit in made}
    for edit in made:
        counts[edit.fixer] += 1
    return Fixed(path, text, text != source.text, tuple(sorted(counts.items())), encoding=source.encoding)


def _edits(source: Source, said: Mapping[str, Any], number: int) -> Iterator[Edit]:
    if said["code"] == "UP035" and not source.text[_at(source, said["location"]) :].startswith(
        "from collections import"
    ):
        return
    for each in said["fix"]["edits"]:
        start, end = _at(source, each["location"]), _at(source, each["end_location"])
        text = each["content"].replace("\r\n", "\n").replace("\n", source.newline)
        yield Edit(start, end, text, fixer=f"ruff {said['code']}", group=number)


def _at(source: Source, place: Mapping[str, int]) -> int:
    """Rows and columns are counted from 1, in characters; the mark of byte order is none, for ruff as for us."""
    return source.offset(place["row"], 0) + place["column"] - 1
