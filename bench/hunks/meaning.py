"""What files mean, so that the same can be told from the different: versions named, requirements, statements."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from bench.hunks.alike import alike, by_origin
from bench.hunks.history import Hunk
from chairlift.recipes.django.config import makefile
from chairlift.recipes.django.config.specifiers import specifier
from chairlift.recipes.django.config.texts import Text
from chairlift.recipes.django.releases import SERIES, Release

_FACTOR = re.compile(r"(?i)dj(?:ango)?[-_=]*(\d)[._]?(\d)(?!\d)")
_BRACES = re.compile(r"(?i)(dj(?:ango)?[-_]?)\{([^{}]*)\}")
_RANGE = re.compile(r"(?i)\bdjango\s*(?:[~=<>!]=?=?)\s*v?(\d+)\.(\d+)")


def series_in(text: str) -> frozenset[Release]:
    """Every series of Django that a text of CI or tox is for: factors, names of environments, requirements."""
    text = _BRACES.sub(lambda found: " ".join(found[1] + each.strip() for each in found[2].split(",")), text)
    text = re.sub(r"(^|\s)#.*", "", text)
    known = {each.release for each in SERIES}
    found = {(int(major), int(minor)) for major, minor in (*_FACTOR.findall(text), *_RANGE.findall(text))}
    return frozenset(found & known)


def of_versions(hunk: Hunk, before: str, theirs: str, ours: str, leg: tuple[Release, Release]) -> str:
    """A hunk that names versions, or is beside those that do, by what the whole file means then.

    Equivalent: the target is in and the same old ones are out. Partial: the target is in, but old ones are left that
    people took out in the same stroke. A hunk that brings no target and takes no old one out is told by its lines.
    """
    new = leg[1]
    if new not in series_in("\n".join(hunk.added)) and not series_in("\n".join(hunk.removed)):
        return _lines(hunk, before, ours)
    was, want, have = series_in(before), series_in(theirs), series_in(ours)
    if new not in have or new not in want:
        return "none"
    left = {each for each in have & was - want if each < new}
    return "partial" if left else "equivalent"


def _lines(hunk: Hunk, before: str, ours: str) -> str:
    was, have = (Counter(_bare(line) for line in text.split("\n")) for text in (before, ours))
    come, gone = have - was, was - have
    added, removed = ([_bare(line) for line in some if _bare(line)] for some in (hunk.added, hunk.removed))
    if (added or removed) and all(each in come for each in added) and all(each in gone for each in removed):
        return "equivalent"
    return "none"


def _bare(line: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"(^|\s)#.*", "", line)).replace('"', "'")


@dataclass(frozen=True)
class Limits:
    """What requirements say of Django, all of a checkout's together; None where that is not known."""

    theirs: SpecifierSet | None = None
    ours: SpecifierSet | None = None
    #: Of a hunk's distributions those that had to move (all, where it is not known), and whether ours moved one.
    counted: frozenset[str] | None = None
    mended: Callable[[str], bool] = lambda name: False

    def agree(self, new: Release) -> bool:
        """The target is in, and the next major version is in or out in both."""
        if self.theirs is None or self.ours is None:
            return False
        probes = (f"{new[0]}.{new[1]}.5", f"{new[0] + 1}.0.1")
        both = [[each.contains(probe) for probe in probes] for each in (self.theirs, self.ours)]
        return both[0] == both[1] and both[0][0]


def limit(texts: Iterable[str]) -> SpecifierSet:
    """All comparisons with which requirements name Django."""
    together = SpecifierSet()
    for text in texts:
        together &= requirements(text.split("\n")).get("django", SpecifierSet())
    return together


def named(lines: Iterable[str]) -> frozenset[str]:
    """The distributions that requirements ask for, by their canonical names."""
    return frozenset(requirements(lines))


def only_requirements(hunk: Hunk) -> bool:
    """Nothing but requirements, comments and blank lines."""
    lines = [line for line in (*hunk.added, *hunk.removed) if _bare(line)]
    return bool(lines) and all(requirements([line]) for line in lines)


def touches_django(hunk: Hunk) -> bool:
    return "django" in requirements(hunk.added).keys() | requirements(hunk.removed).keys()


_FREES = re.compile(r"(?i)\b(?:sed|grep)\b[^\n]*\bdjango(?![\w-])|\bsed\b[^\n]*\[dD\]jango")


_DOWNLOADS = re.compile(r"\b(?:wget|curl)\b[^\n]*?(https?://[^\s\"']+)")


def of_make(hunk: Hunk, before: str, ours: str) -> str:
    """Of hunks that fetch a list of constraints, and those that take the limit of Django out of one; else empty.

    What they take out in the same stroke of others' limits is no part of the upgrade (`pins`).
    """
    if heads := _heads(hunk):
        return "equivalent" if heads <= needs_of(ours) and not heads <= needs_of(before) else "none"
    frees = any(_FREES.search(line) for line in hunk.added)
    fetches = set(_DOWNLOADS.findall("\n".join(hunk.added)))
    if not frees and not fetches:
        return ""
    new = {*_DOWNLOADS.findall(ours)} - {*_DOWNLOADS.findall(before)}
    if (frees and _freed(ours) <= _freed(before)) or not fetches <= new:
        return ""
    return "equivalent"


_LOAD = re.compile(r"\{%-?\s*load\s+([\w. ]+?)\s*-?%\}")


def loads_alike(hunk: Hunk, ours: str) -> bool:
    """Of a hunk of nothing but `{% load … %}`: ours loads what it brings and not what it takes away, in any lines."""
    gone, come = ("\n".join(some) for some in (hunk.removed, hunk.added))
    if _LOAD.sub("", gone + come).strip() or not come.strip():
        return False
    old, new, have = ({name for found in _LOAD.findall(text) for name in found.split()} for text in (gone, come, ours))
    return old != new and new <= have and not (old - new) & have


_HEAD = re.compile(r"([\w.-]+):(?![:=])")


def _heads(hunk: Hunk) -> set[tuple[str, str]]:
    """Of a hunk of nothing but heads of rules: each rule with what it newly needs, by its plain name."""
    lines = [line for line in (*hunk.removed, *hunk.added) if line.strip()]
    if not lines or not hunk.added or not all(_HEAD.match(line) for line in lines):
        return set()
    old, new = (needs_of("\n".join(some)) for some in (hunk.removed, hunk.added))
    return new - old


def needs_of(text: str) -> set[tuple[str, str]]:
    """Each rule of a Makefile with each of what it needs; of a path its last part in capitals names it as well."""
    found = set()
    for name, rule in makefile.parse(Text("Makefile", text)).rules.items():
        for need in rule.needs:
            found.add((name, _plain_name(need)))
    return found


def _plain_name(need: str) -> str:
    """`$(COMMON_CONSTRAINTS_TXT)` and `requirements/common_constraints.txt` are one by the habit of such names."""
    return re.sub(r"\W+", "_", need.rpartition("/")[2]).strip("_").lower()


def downloaded(text: str) -> frozenset[str]:
    """The files that rules of a Makefile download."""
    made = makefile.parse(Text("Makefile", text))
    return frozenset(
        made.expand(name, {})
        for name, rule in made.rules.items()
        if any(re.search(r"\b(wget|curl)\b", command) for command in rule.commands)
    )


def _freed(text: str) -> int:
    return sum(bool(_FREES.search(line)) for line in text.split("\n"))


def of_requirements(hunk: Hunk, ours: str, leg: tuple[Release, Release], limits: Limits) -> str:
    """Requirement by requirement: whether ours asks for what theirs does. Other lines count by their text.

    What is said of Django may stand in another file: it counts by what all of them say together. Another distribution
    that had to move counts where ours moved it to a release that works, whichever; one that had not does not count.
    """
    have = requirements(ours.split("\n"))
    asked, dropped = requirements(hunk.added), requirements(hunk.removed)

    def counts(name: str) -> bool:
        return limits.counted is None or name in limits.counted

    def enough(name: str) -> bool:
        return limits.agree(leg[1]) if name == "django" else limits.mended(name)

    wanted = [_fits(name, asked[name], have.get(name), leg) or enough(name) for name in asked if counts(name)]
    wanted += [name not in have or enough(name) for name in dropped.keys() - asked.keys() if counts(name)]
    lines = {_bare(line) for line in ours.split("\n")}
    others = [_bare(line) for line in hunk.added if _bare(line) and not requirements([line])]
    wanted += [line in lines for line in others]
    others = [_bare(line) for line in hunk.removed if _bare(line) and not requirements([line])]
    wanted += [line not in lines for line in others]
    if not wanted or not any(wanted):
        return "none"
    return "equivalent" if all(wanted) else "partial"


#: As Poetry and Pipenv write them: `name = "^1.2"`, `name = {version = "^1.2", extras = ["x"]}`.
_TABLED = re.compile(
    r"""["']?(?!(?:version|python|name)\b)(?P<name>[A-Za-z0-9][\w.-]*)["']?\s*=\s*(?:\{[^}]*\bversion\s*=\s*)?["'](?P<asked>[\d^~<>=!*][^"']*)["']"""
)
#: As a list of a manifest has them.
_LISTED = re.compile(r"""["'](?P<whole>[^"']+)["'],?""")


def requirements(lines: Iterable[str]) -> dict[str, SpecifierSet]:
    """By canonical name; what is installed from an address has its name from the `egg`, and any version."""
    found = {}
    for line in lines:
        text = re.sub(r"(^|\s)#.*", "", line).strip() if "#egg=" not in line else line
        if egg := re.search(r"#egg=([\w.-]+)", text):
            found[canonicalize_name(egg[1].partition("==")[0])] = SpecifierSet()
            continue
        if (tabled := _TABLED.match(text)) and (asked := specifier(tabled["asked"])) is not None:
            found[canonicalize_name(tabled["name"])] = asked
            continue
        if listed := _LISTED.fullmatch(text):
            text = listed["whole"]
        try:
            each = Requirement(text)
        except InvalidRequirement:
            continue
        found[canonicalize_name(each.name)] = each.specifier
    return found


def _fits(name: str, theirs: SpecifierSet, ours: SpecifierSet | None, leg: tuple[Release, Release]) -> bool:
    """Of Django: the target in, and what is before it as in theirs or out. Of others: the same comparisons."""
    if ours is None:
        return False
    if name != "django":
        return ours == theirs
    old, new = (f"{each[0]}.{each[1]}.5" for each in leg)
    return ours.contains(new) == theirs.contains(new) and (not ours.contains(old) or theirs.contains(old))


def statements(text: str, plain: bool = False, names: dict[str, str] | None = None) -> Counter[str] | None:
    """Every simple statement and every head of a block, with the names of the blocks around it; None for no Python.

    Those that are alike are one, unless it is to be `plain`. With `names` each of these is what it stands for.
    """
    try:
        tree: ast.AST = ast.parse(text)
        tree = by_origin(tree, names) if names is not None else tree
        tree = tree if plain else alike(tree)
    except (SyntaxError, ValueError):
        return None
    found: Counter[str] = Counter()
    _into(found, tree, "")
    return found


def heads(text: str, lines: set[int] | None = None) -> set[str]:
    """The simple statements, those alike as one: all of them, or those on some of these lines."""
    try:
        tree = alike(ast.parse(text))
    except (SyntaxError, ValueError):
        return set()
    simple = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    return {
        _head(node)
        for node in simple
        if lines is None or lines & {*range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    }


def _into(found: Counter[str], node: ast.AST, where: str) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            within = where
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                within = f"{where}{child.name}."
            found[where + _head(child)] += 1
            _into(found, child, within)
        elif not isinstance(child, ast.expr | ast.expr_context):
            _into(found, child, where)


def _head(node: ast.stmt) -> str:
    """The statement without those within it; each imported name counts by itself."""
    if isinstance(node, ast.ImportFrom):
        return f"from {node.module} import " + ",".join(sorted(each.name for each in node.names))
    parts = []
    for name, value in ast.iter_fields(node):
        if name not in ("body", "orelse", "finalbody", "handlers", "cases", "type_comment"):
            values = value if isinstance(value, list) else [value]
            parts.append(",".join(ast.dump(each) if isinstance(each, ast.AST) else repr(each) for each in values))
    return f"{type(node).__name__}:{';'.join(parts)}"
