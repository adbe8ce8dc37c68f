"""A closer look at the bytes of a file that holds a fixer's literals, where most such files are fine as they are.

Each of these may say no only where the fixer surely changes nothing; where it is in doubt, the file is parsed. They see
files only in which names stand as Python reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from django_upgrade.fixers import compatibility_imports


def _regex(text: str) -> re.Pattern[bytes]:
    """`@` is what may stand between two parts of one expression, `%` what may stand inside `from … import`."""
    return re.compile(text.replace("@", r"(?:[\s\\)]|#[^\n]*\n)*").replace("%", r"[\s\\]").encode(), re.ASCII)


# Of a string that is written with escapes the bytes say nothing.
_ESCAPE = r"\\[xNuU0-7]"
_QUOTED = r"""'[^'\\\n]*'|"[^"\\\n]*\""""
_SIMPLE = rf"[\s\w.,=-]|{_QUOTED}"

_RELATION = _regex(r"(?<!\w)(?:ForeignKey|OneToOneField)@\(")
# on_delete by name, with nothing before it but names, strings and calls of them.
_BY_NAME = _regex(rf"(?:ForeignKey|OneToOneField)\s*\((?:{_SIMPLE}|\((?:{_SIMPLE})*\))*?\bon_delete\s*=(?!=)")
_BY_PLACE = _regex(rf"(?:ForeignKey|OneToOneField)\s*\(\s*(?:[\w.]+|{_QUOTED})\s*,\s*[\w.]+\s*[,)]")


def _lacks_on_delete(data: bytes) -> bool:
    for found in _RELATION.finditer(data):
        if _BY_PLACE.match(data, found.start()):
            continue
        call = _BY_NAME.match(data, found.start())
        if call is None or b"lambda" in call[0]:
            return True
    return False


# All that follows `import`: in brackets, or to the end of the line.
_NAMES = _regex(r"%*(?:\((?:[^)#]|#[^\n]*\n)*\)|(?:[^\n;\\]|\\\r?\n)*)")


def _imports(modules: Iterable[str], names: Iterable[str]) -> Callable[[bytes], bool]:
    """Whether one of the names is imported from one of the modules."""
    start = _regex(rf"(?:{'|'.join(sorted(each.replace('.', r'%*[.]%*') for each in modules))})%+import\b")
    wanted = _regex(rf"\b(?:{'|'.join(sorted(names))})\b")

    def found(data: bytes) -> bool:
        for each in start.finditer(data):
            listed = _NAMES.match(data, each.end())
            if listed is None or wanted.search(listed[0]):
                return True
        return False

    return found


def _moved() -> Callable[[bytes], bool]:
    modules: set[str] = set()
    names: set[str] = set()
    for table in (compatibility_imports.REPLACEMENTS_EXACT, compatibility_imports.REPLACEMENTS_EXCEPT_MIGRATIONS):
        for each in table.values():
            modules |= set(each)
            names = names.union(*each.values())
    return _imports(modules, names)


def _urls() -> Callable[[bytes], bool]:
    old = _imports(["django.conf.urls"], ["url", "include"])
    new = _imports(["django.urls"], ["re_path"])
    return lambda data: old(data) or new(data)


def _all(*regexes: str) -> Callable[[bytes], bool]:
    compiled = [_regex(each) for each in regexes]
    return lambda data: all(each.search(data) for each in compiled)


_DJANGO_VERSION = r"\bdjango@\.@VERSION"

CLOSER: dict[str, Callable[[bytes], object]] = {
    "admin_decorators": _regex(
        r"(?:short_description|allowed_permissions|boolean|empty_value_display|admin_order_field)@=(?!=)"
    ).search,
    "admin_register": _regex(r"site@\.@register").search,
    "compatibility_imports": _moved(),
    "django_urls": _urls(),
    "on_delete": _lacks_on_delete,
    "render_to_response": _imports(["django.shortcuts"], ["render_to_response"]),
    "request_headers": _all(r"request@\.@META", rf"HTTP_|CONTENT_LENGTH|CONTENT_TYPE|{_ESCAPE}"),
    "request_user_attributes": _regex(r"is_(?:anonymous|authenticated)@\(").search,
    "settings_database_postgresql": _regex(rf"psycopg2|{_ESCAPE}").search,
    # Called with an argument.
    "signal_providing_args": _regex(r"Signal@\((?:[\s\\]|#[^\n]*\n)*[^)\s\\#]").search,
    "versioned_branches": _regex(_DJANGO_VERSION).search,
    "versioned_test_skip_decorators": _regex(_DJANGO_VERSION).search,
}
