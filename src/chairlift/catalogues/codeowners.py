"""Who owns a repository, by its CODEOWNERS file, in the syntax of GitHub and of GitLab.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
https://docs.gitlab.com/user/project/codeowners/reference/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chairlift.catalogues.claims import Catalogue, Claim, Left, Owner
from chairlift.core.files import Problem
from chairlift.core.reading import fold, quoted

_MOST_LINES = 50_000
#: `[Section][2] @owner`, `^[Optional section]`.
_SECTION = re.compile(r"(\^)?\[([^\]]*)\](?:\[(\d+)\])?(?:\s+(.*))?")
#: A pattern may hold blanks and `#` behind a backslash.
_WORDS = re.compile(r"(?:\\.|[^\s\\])+")
_EVERYTHING = frozenset({"*", "**", "/", "/*", "/**", "**/*", "/**/*", "./"})
_OWNER = re.compile(r"@[\w./-]+|[^\s@]+@[^\s@]+|@@\w+")


@dataclass(frozen=True)
class _Rule:
    """The last rule of a section that everything in the repository falls under."""

    line: int
    section: str
    optional: bool
    owners: tuple[str, ...]


def read(text: str, file: str, service: str) -> Catalogue:
    """One claim: who owns `*` or the root of the repository of this service. The last rule that matches counts."""
    lines = text.splitlines()
    if len(lines) > _MOST_LINES:
        what = f"this file has more than {_MOST_LINES} lines"
        return Catalogue(problems=(Problem(file, 1, what, "give the CODEOWNERS file of one repository"),))
    if not service:
        remedy = "say which service it is of, or give it in a folder of the service's name, such as shop/CODEOWNERS"
        return Catalogue(problems=(Problem(file, 1, "a CODEOWNERS file does not name its service", remedy),))
    rules, problems, other = _rules(lines, file)
    # A section that may be ignored speaks only where no other does; each section counts by itself.
    found = sorted((rule for rule in rules if rule.owners), key=lambda rule: (rule.optional, rule.line))
    left = tuple(Left(file, number, pattern, "the owner of a part of the repository") for number, pattern in other)
    if not found:
        why = "nobody owns the whole of the repository here"
        remedy = "add a line such as '* @acme/heron', or give the service its squad in another catalogue"
        return Catalogue(problems=(*problems, Problem(file, 1, why, remedy)), left=left)
    main, rest = found[0], found[1:]
    left += tuple(
        Left(file, rule.line, rule.section or "*", f"the section of line {main.line} goes first") for rule in rest
    )
    claim = Claim(file, main.line, service, _owner(main.owners))
    return Catalogue((claim,), tuple(problems), left)


def _rules(lines: Sequence[str], file: str) -> tuple[list[_Rule], list[Problem], list[tuple[int, str]]]:
    """For each section its last rule for everything; what is wrong; and the rules for parts."""
    sections: dict[str, _Rule] = {}
    problems: list[Problem] = []
    other: list[tuple[int, str]] = []
    name, optional = "", False
    default: tuple[str, ...] = ()
    defaults: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("#"):
            continue
        if header := _SECTION.fullmatch(text.partition(" #")[0].strip()):
            name, optional = header[2].strip(), bool(header[1])
            default = _owners(_words(header[4] or ""), file, number, problems) or defaults.get(fold(name), ())
            defaults[fold(name)] = default
            continue
        pattern, *owners = _words(text)
        if pattern not in _EVERYTHING:
            other.append((number, pattern))
            continue
        named = _owners(owners, file, number, problems)
        # Without an owner of its own a rule has that of its section; outside of one, nobody.
        sections[fold(name)] = _Rule(number, name, optional, named or (() if owners else default))
    return list(sections.values()), problems, other


def _words(text: str) -> list[str]:
    """Up to a comment."""
    words = []
    for word in _WORDS.findall(text):
        if word.startswith("#"):
            break
        words.append(re.sub(r"\\(.)", r"\1", word))
    return words


def _owners(words: Sequence[str], file: str, line: int, problems: list[Problem]) -> tuple[str, ...]:
    for word in words:
        if not _OWNER.fullmatch(word):
            what = f"{quoted(word)} is no owner"
            problems.append(Problem(file, line, what, "write @name, @group/team or an e-mail address"))
    return tuple(word for word in words if _OWNER.fullmatch(word))


def _owner(owners: Sequence[str]) -> Owner:
    """A team before a person; the first person or address is whom to ask."""
    people = [each.removeprefix("@") for each in owners if "/" not in each and not each.startswith("@@")]
    teams = [each.removeprefix("@") for each in owners if each.startswith("@") and "/" in each]
    contact = people[0] if people else ""
    if teams:
        return Owner(teams[0].rpartition("/")[2], (teams[0],), contact)
    return Owner(contact, (contact,), contact, person=True)
