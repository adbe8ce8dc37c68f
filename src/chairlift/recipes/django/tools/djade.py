"""djade for templates: its upgrades without its formatting.

djade formats every template that it is given, which would bury the change. So it is run twice, once with the target and
once without any, and only the difference between the two is carried over to the template. Formatting remains in the
lines that change. https://github.com/adamchainz/djade

Its `trans` -> `translate` is left out, but in lines that change anyhow: the old names stay. `ifequal` goes from a floor
of 3.1 on, as djade does it, though `if` would do before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from chairlift import scratch
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixed
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, show
from chairlift.recipes.django.scanning import Scanner
from chairlift.recipes.django.tools.running import Failed, ToolRan, beside_us, ran

#: The targets that it knows.
_KNOWN: tuple[Release, ...] = (
    *((2, 1), (2, 2), (3, 0), (3, 1), (3, 2), (4, 1), (4, 2)),
    *((5, 0), (5, 1), (5, 2), (6, 0), (6, 1)),
)
_LITERALS = (b"staticfiles", b"admin_static", b"ifequal", b"ifnotequal", b"json_script", b"length_is")
_BLOCK = re.compile(rb"{%-?\s*blocktrans\b")
_END = re.compile(rb"{%-?\s*endblocktrans\b")
#: Not templates, whatever they hold.
_OTHER = (".py", ".js", ".css", ".po", ".mo", ".md", ".rst", ".json", ".ipynb", ".lock", ".toml", ".cfg")


def run_djade(project: Project, leg: Leg, *, program: str = "", seconds: float = 120) -> ToolRan:
    """What djade makes of the templates of the checkout; nothing is written. `program` is ours unless said."""
    target = max((each for each in _KNOWN if each <= leg.floor), default=None)
    if target is None:
        return ToolRan()
    templates, findings = _templates(project)
    if not templates:
        return ToolRan(findings=tuple(findings))
    try:
        program = program or beside_us("djade")
        with scratch.folder() as folder:
            formatted = _through(program, templates, [], folder / "formatted", seconds)
            upgraded = _through(program, templates, [f"--target-version={show(target)}"], folder / "new", seconds)
            texts = {path: text for path, text in upgraded.items() if text != formatted[path]}
            merged = {path: _merged(templates[path], formatted[path], text) for path, text in texts.items()}
            again = _through(program, merged, [f"--target-version={show(target)}"], folder / "again", seconds)
    except Failed as failed:
        return ToolRan(findings=(*findings, failed.finding))
    fixed = []
    for path, text in merged.items():
        # The two ways to the same place must meet, or a line was lost on one of them.
        if again[path] != upgraded[path]:
            findings.append(_left_alone(path, "what djade changes cannot be told from what it formats"))
        elif text != templates[path]:
            fixed.append(Fixed(path, text.decode(), True, (("djade", 1),)))
    return ToolRan(tuple(fixed), tuple(findings))


def _templates(project: Project) -> tuple[dict[str, bytes], list[Finding]]:
    """Files that hold a tag and something that djade upgrades."""
    scanner = Scanner(_LITERALS)
    found: dict[str, bytes] = {}
    findings: list[Finding] = []
    for path in project.paths:
        if path.endswith(_OTHER):
            continue
        data = project.read(path)
        if data is None or b"\0" in data or (b"{%" not in data and b"{{" not in data) or not scanner.found(data):
            continue
        try:
            data.decode()
            found[path] = data
        except UnicodeDecodeError:
            findings.append(_left_alone(path, "the template is not UTF-8"))
    return found, findings


def _through(
    program: str, templates: Mapping[str, bytes], options: Sequence[str], folder: Path, seconds: float
) -> dict[str, bytes]:
    """Each as djade leaves it. Raises Failed."""
    folder.mkdir()
    names = {path: f"{number}.html" for number, path in enumerate(templates)}
    for path, name in names.items():
        (folder / name).write_bytes(templates[path])
    if names:
        # 1 is for "something was changed".
        ran("djade", [program, *options, "--", *names.values()], folder, seconds, good=(0, 1))
    return {path: (folder / name).read_bytes() for path, name in names.items()}


def _merged(template: bytes, formatted: bytes, upgraded: bytes) -> bytes:
    """The template with the lines that need it, as upgraded; with all that were upgraded where tags would not pair."""
    text = _picked(template, formatted, upgraded, _LITERALS)
    if len(_BLOCK.findall(text)) != len(_END.findall(text)):
        text = _picked(template, formatted, upgraded, (b"",))
    return text


def _picked(template: bytes, formatted: bytes, upgraded: bytes, literals: Sequence[bytes]) -> bytes:
    """The template with what differs between the other two, in lines that hold one of the literals.

    Lines that differ in nothing but spaces are one line; where lines were joined or moved they go together.
    """
    old, base, new = (each.splitlines(keepends=True) for each in (template, formatted, upgraded))
    to_old = _bounds([_words(line) for line in base], [_words(line) for line in old])
    to_new = _bounds(base, new)
    made: list[bytes] = []
    at_base = at_old = at_new = 0
    for bound in sorted((to_old.keys() & to_new.keys()) - {0}):
        fresh, stale = new[at_new : to_new[bound]], base[at_base:bound]
        wanted = fresh != stale and any(literal in line for line in stale for literal in literals)
        made += fresh if wanted else old[at_old : to_old[bound]]
        at_base, at_old, at_new = bound, to_old[bound], to_new[bound]
    text = b"".join(made)
    return text if template.endswith(b"\n") else text.rstrip(b"\r\n")


def _words(line: bytes) -> bytes:
    return b"".join(line.split())


def _bounds(lines: Sequence[bytes], others: Sequence[bytes]) -> dict[int, int]:
    """Places between lines that are the same place in both, at the end of both too."""
    places: dict[int, int] = {}
    for kind, start, end, other, until in SequenceMatcher(None, lines, others, autojunk=False).get_opcodes():
        if kind == "equal" or end - start == until - other:
            places |= {start + step: other + step for step in range(end - start)}
        places[end] = until
    return places


def _left_alone(path: str, why: str) -> Finding:
    return Finding(path, 0, "djade", f"left alone: {why}", "run djade on it by hand")
