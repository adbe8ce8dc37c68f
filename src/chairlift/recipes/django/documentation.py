"""Makes docs/fixers.md from the fixers themselves, and the table that says who deals with each release-note item."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from pathlib import Path

from chairlift.recipes.django.fixing import Fixer, all_fixers
from chairlift.recipes.django.releases import Release, show
from chairlift.recipes.django.text_rules import TextRule, all_text_rules


class Handling(StrEnum):
    """What becomes of an item of the release notes."""

    FIXED = "fixed"
    FLAGGED = "flagged"
    RUN_TIME = "seen at run time"
    PERSON = "needs a person"
    OTHERS = "not for applications"


@dataclass(frozen=True)
class Item:
    """One item of "backwards incompatible changes" or "features removed". `by` are names of fixers, rules and tools."""

    id: int
    version: str
    heading: str
    handling: Handling
    by: tuple[str, ...]
    why: str


@lru_cache(maxsize=1)
def all_items() -> tuple[Item, ...]:
    """Of every items*.toml beside this file, by number."""
    found = []
    for file in resources.files("chairlift.recipes.django").iterdir():
        if file.name.startswith("items") and file.name.endswith(".toml"):
            found += [_item(each) for each in tomllib.loads(file.read_text(encoding="utf-8"))["item"]]
    return tuple(sorted(found, key=lambda item: item.id))


def _item(read: dict[str, object]) -> Item:
    by = read["by"]
    names = by if isinstance(by, list) else str(by).split(",")
    return Item(
        int(str(read["id"])),
        str(read["version"]),
        str(read["heading"]),
        Handling(str(read["handling"])),
        tuple(str(name).strip() for name in names if str(name).strip()),
        str(read["why"]),
    )


def document(tests: Path) -> str:
    """The text of docs/fixers.md. `tests` is the folder of the recipe's tests, where examples are taken from."""
    return "\n".join([*_head(), *_rules(tests), *_table(all_items())]) + "\n"


def _head() -> Iterator[str]:
    yield "# The fixers of the Django recipe"
    yield ""
    yield "Made by `make fixers-doc` from the fixers themselves: change those, not this. *Works from* is the first"
    yield "Django that knows the new spelling, *breaks* the one on which the old one fails or means something else. A"
    yield "rule that only *flags* changes nothing: it names the place, the reason and the way on."
    yield ""


def _rules(tests: Path) -> Iterator[str]:
    rules: list[Fixer | TextRule] = sorted([*all_fixers(), *all_text_rules()], key=_order)
    for rule in rules:
        yield f"## {rule.name}"
        yield ""
        yield f"**{rule.title}.** [Why]({rule.link}). {_about(rule)}"
        yield ""
        yield _reason(rule)
        yield ""
        yield from _example(tests, rule)


def _order(rule: Fixer | TextRule) -> tuple[Release, str]:
    return rule.breaks or (99, 0), rule.name


def _about(rule: Fixer | TextRule) -> str:
    said = ["Only flags" if rule.only_flags else f"Works from {show(rule.since)}"]
    if rule.breaks:
        said.append(f"breaks in {show(rule.breaks)}")
    if isinstance(rule, TextRule):
        said.append("in " + ", ".join(f"`{each}`" for each in rule.patterns))
    if rule.items:
        said.append("items " + ", ".join(map(str, rule.items)))
    return "; ".join(said) + "."


def _reason(rule: Fixer | TextRule) -> str:
    """The reason that stands on top of its module, without the link."""
    lines = (sys.modules[rule.module].__doc__ or "").strip().splitlines()
    return "\n".join(line for line in lines if not line.startswith("https://")).rstrip()


def _example(tests: Path, rule: Fixer | TextRule) -> Iterator[str]:
    """The first change that its test makes, as a diff of both; none where it only flags, or tests otherwise."""
    file = tests / ("texts" if isinstance(rule, TextRule) else "fixers") / f"test_{rule.name}.py"
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])):
        match node:
            case ast.Call(
                args=[ast.Tuple() as names, ast.List(elts=[ast.Tuple(elts=[ast.Constant(), *_]) as pair, *_])]
            ):
                if [getattr(name, "value", "") for name in names.elts] == ["before", "after"]:
                    try:
                        before, after = ast.literal_eval(pair)
                    except ValueError:
                        return
                    yield "```diff"
                    yield from ("- " + line for line in before.splitlines())
                    yield from ("+ " + line for line in after.splitlines())
                    yield from ("```", "")
                    return


def _table(items: Iterable[Item]) -> Iterator[str]:
    yield "## All items of the release notes"
    yield ""
    yield "| item | Django | what changed | what becomes of it | by | why |"
    yield "|---|---|---|---|---|---|"
    for item in items:
        by = ", ".join(f"`{name}`" for name in item.by)
        cells = (str(item.id), item.version, item.heading, item.handling.value, by, item.why)
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(Path(sys.argv[2])), encoding="utf-8")
