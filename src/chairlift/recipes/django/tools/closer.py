"""A closer look at the bytes of a file that holds a fixer's literals, where most such files are fine as they are.

Each of these may say no only where the fixer surely changes nothing; where it is in doubt, the file is parsed. They see
files only in which names stand as Python reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django_upgrade.fixers import compatibility_imports


def _regex(text: str) -> re.Pattern[bytes]:
    """`@` is what may stand between two parts of one expression, `%` what may stand inside `from … import`."""
    return re.compile(text.replace("@", r"(?:[\s\\)]|#[^\n]*\n)*").replace("%", r"[\s\\]").encode(), re.ASCII)


# Of a string that is written with escapes the bytes say nothing.
_ESCAPE = r"\\[xNuU0-7]"
_QUOTED = r"""'[^'\\\n]*'|"[^"\\\n]*\""""
_SIMPLE = rf"[\s\w.,=-]|{_QUOTED}"

_RELATION = _regex("ForeignKey|OneToOneField")
# In a list of names, or part of a longer one, or in quotes.
_NO_CALL = _regex(r"""(?:ForeignKey|OneToOneField)[\w.,:'"\]]""")
# on_delete by name, with nothing before it but names, strings and calls of them.
_BY_NAME = _regex(rf"(?:ForeignKey|OneToOneField)\s*\((?:{_SIMPLE}|\((?:{_SIMPLE})*\))*?\bon_delete\s*=(?!=)")
_BY_PLACE = _regex(rf"(?:ForeignKey|OneToOneField)\s*\(\s*(?:[\w.]+|{_QUOTED})\s*,\s*[\w.]+\s*[,)]")


def _lacks_on_delete(data: bytes) -> bool:
    for found in _RELATION.finditer(data):
        at = found.start()
        if _NO_CALL.match(data, at) or _BY_PLACE.match(data, at):
            continue
        call = _BY_NAME.match(data, at)
        if call is None or b"lambda" in call[0]:
            return True
    return False


def _moved() -> re.Pattern[bytes]:
    modules: set[str] = set()
    for table in (compatibility_imports.REPLACEMENTS_EXACT, compatibility_imports.REPLACEMENTS_EXCEPT_MIGRATIONS):
        for each in table.values():
            modules |= set(each)
    names = "|".join(sorted(module.replace(".", r"%*\.%*") for module in modules))
    return _regex(rf"(?:{names})%+import")


def _all(*regexes: str) -> Callable[[bytes], bool]:
    compiled = [_regex(each) for each in regexes]
    return lambda data: all(each.search(data) for each in compiled)


_DJANGO_VERSION = r"\bdjango@\.@VERSION"

CLOSER: dict[str, Callable[[bytes], object]] = {
    "admin_decorators": _regex(
        r"\.@(?:short_description|allowed_permissions|boolean|empty_value_display|admin_order_field)@=(?!=)"
    ).search,
    "admin_register": _regex(r"site@\.@register").search,
    "compatibility_imports": _moved().search,
    "django_urls": _regex(r"\bre_path\b|conf%*\.%*urls%+import").search,
    "on_delete": _lacks_on_delete,
    "request_headers": _all(r"request@\.@META", rf"HTTP_|CONTENT_LENGTH|CONTENT_TYPE|{_ESCAPE}"),
    "request_user_attributes": _regex(r"is_(?:anonymous|authenticated)@\(").search,
    "settings_database_postgresql": _regex(rf"psycopg2|{_ESCAPE}").search,
    # Called with an argument.
    "signal_providing_args": _regex(r"Signal@\((?:[\s\\]|#[^\n]*\n)*[^)\s\\#]").search,
    "versioned_branches": _regex(_DJANGO_VERSION).search,
    "versioned_test_skip_decorators": _regex(_DJANGO_VERSION).search,
}
