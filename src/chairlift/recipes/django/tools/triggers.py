"""Which bytes must be in a file before a fixer of django-upgrade can change it.

For each fixer: alternatives; a file that it changes holds all the literals of one of them. They were read off the
fixer's own conditions, and hold for that code only: where a fixer's code is not the one that was read (`_READ`), or is
not known here, it is run on every file, slowly but surely. The tests run every fixer on every file of a large tree, and
on examples that it changes, to see that nothing is missed.

Only names count (of what is imported, called, assigned or read), never what is in strings: those may be written with
escapes. A dotted name may be written with spaces around its dots, so its parts are looked for one by one.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django_upgrade.data import FIXERS
from django_upgrade.fixers import compatibility_imports, mail_api_kwargs

from chairlift.recipes.django.releases import Release

#: All the literals of one of these are in every file that the fixer changes.
Alternatives = tuple[frozenset[bytes], ...]


@dataclass(frozen=True)
class _Needs:
    """One alternative for each of the `names`, each with all of `also`."""

    names: str
    also: str = ""

    @property
    def alternatives(self) -> Alternatives:
        return tuple(frozenset(word.encode() for word in (name, *self.also.split())) for name in self.names.split())


def _any(names: str, *, also: str = "") -> _Needs:
    return _Needs(names, also)


_NEEDS: dict[str, _Needs] = {
    "admin_allow_tags": _any("allow_tags", also="admin django"),
    "admin_decorators": _any(
        "short_description allowed_permissions boolean empty_value_display admin_order_field", also="admin django"
    ),
    "admin_lookup_needs_distinct": _any("lookup_needs_distinct", also="django"),
    "admin_register": _any("register", also="admin site django"),
    "assert_form_error": _any("assertFormError assertFormsetError"),
    "assert_set_methods": _any("assertFormsetError assertQuerysetEqual"),
    "check_constraint_condition": _any("CheckConstraint", also="check django"),
    "crypto_get_random_string": _any("get_random_string", also="crypto django"),
    "default_app_config": _any("default_app_config"),
    "default_auto_field": _any("DEFAULT_AUTO_FIELD"),
    "django_urls": _any("re_path conf", also="urls django"),
    "email_validator": _any("EmailValidator", also="whitelist django"),
    "format_html": _any("format_html", also="html django"),
    "forms_model_multiple_choice_field": _any("ModelMultipleChoiceField", also="error_messages django"),
    "index_together": _any("index_together", also="Meta django"),
    "mail_api_kwargs": _any(" ".join(sorted(mail_api_kwargs.API_CONFIGS)), also="mail django"),
    "mail_fail_silently": _any("fail_silently", also="mail django"),
    "mail_get_connection": _any("get_connection", also="mail django"),
    "management_commands": _any("requires_system_checks"),
    "model_field_choices": _any("choices", also="Choices Field django"),
    "null_boolean_field": _any("NullBooleanField", also="models django"),
    "on_delete": _any("ForeignKey OneToOneField", also="models django"),
    "password_reset_timeout_days": _any("PASSWORD_RESET_TIMEOUT_DAYS"),
    "permalink": _any("permalink", also="models django"),
    "postgres_aggregate_order_by": _any("ArrayAgg JSONBAgg StringAgg", also="ordering postgres django"),
    "postgres_float_range_field": _any("FloatRangeField", also="postgres django"),
    "queryset_paginator": _any("QuerySetPaginator", also="paginator django"),
    "render_to_response": _any("render_to_response", also="shortcuts django"),
    "request_headers": _any("META", also="request"),
    "request_user_attributes": _any("is_anonymous is_authenticated", also="request user"),
    "settings_admins_managers": _any("ADMINS MANAGERS"),
    "settings_database_postgresql": _any("DATABASES"),
    "settings_forms_urlfield_assume_https": _any("FORMS_URLFIELD_ASSUME_HTTPS"),
    "settings_storages": _any("DEFAULT_FILE_STORAGE STATICFILES_STORAGE"),
    "signal_providing_args": _any("Signal", also="dispatch django"),
    "staticfiles_find_all": _any("find", also="all staticfiles django"),
    "stringagg": _any("StringAgg", also="postgres django"),
    "test_http_headers": _any("client Client RequestFactory", also="HTTP_"),
    "testcase_databases": _any("allow_database_queries multi_db"),
    "timezone_fixedoffset": _any("FixedOffset", also="timezone django"),
    "transaction_savepoint": _any("savepoint", also="transaction django"),
    "use_l10n": _any("USE_L10N"),
    "utils_encoding": _any("force_text smart_text", also="encoding django"),
    "utils_http": _any("is_safe_url urlquote urlunquote", also="http django"),
    "utils_text": _any("unescape_entities", also="text django"),
    "utils_timezone": _any("utc", also="timezone django"),
    "utils_translation": _any("ugettext ungettext", also="translation django"),
    "versioned_branches": _any("VERSION", also="django"),
    "versioned_test_skip_decorators": _any("skipIf skipUnless skipif", also="VERSION django"),
}


def alternatives(name: str, target: Release) -> Alternatives | None:
    """For one fixer; None where nothing is known of it, so that it must see every file."""
    if _fingerprint(name) != _READ.get(name):
        return None
    if name == "compatibility_imports":
        return tuple(dict.fromkeys(_moved(target)))
    needs = _NEEDS.get(name)
    return needs.alternatives if needs else None


#: Where it is not the first word of an alternative that stands in each statement which concerns a fixer.
_STANDS_IN = {
    "django_urls": (b"url", b"include", b"re_path"),
    "compatibility_imports": (),
    # Also STORAGES, which keeps it from anything.
    "settings_storages": (b"STORAGE",),
    # Any class may be the one that is registered further below.
    "admin_register": None,
}


def stands_in(names: Iterable[str]) -> frozenset[bytes] | None:
    """One of these is in every statement, but for imports, in which these fixers find something.

    None where it may be any statement. The module itself is always visited.
    """
    words: set[bytes] = set()
    for name in names:
        if _fingerprint(name) != _READ.get(name):
            return None
        said = _STANDS_IN[name] if name in _STANDS_IN else _NEEDS[name].names.encode().split()
        if said is None:
            return None
        words |= set(said)
    return frozenset(words)


def _moved(target: Release) -> Iterator[frozenset[bytes]]:
    """It says itself, in its tables, which names of which modules it looks for."""
    for table in (compatibility_imports.REPLACEMENTS_EXACT, compatibility_imports.REPLACEMENTS_EXCEPT_MIGRATIONS):
        for release, modules in table.items():
            for module, names in modules.items():
                for name in names if release <= target else ():
                    yield frozenset(part.encode() for part in (*module.split("."), name))


@cache
def _fingerprint(name: str) -> str:
    module = sys.modules[f"django_upgrade.fixers.{name}"]
    try:
        return hashlib.sha256(inspect.getsource(module).encode()).hexdigest()[:12]
    except OSError:
        return "no source"


#: In very many files, so that they say little.
COMMON = frozenset(
    b"django models admin request user text register site html conf urls find all check utc VERSION boolean timezone "
    b"translation http encoding shortcuts paginator dispatch client Client Meta Choices Field choices".split()
)


def unread() -> Iterable[str]:
    """Fixers of which nothing is known: their code is not the one that was read."""
    return sorted(name for name in FIXERS if alternatives(name, (99, 0)) is None)


#: Fingerprints of the code that was read.
_READ: dict[str, str] = {
    "admin_allow_tags": "09fcee5206ba",
    "admin_decorators": "f43ecad8dee9",
    "admin_lookup_needs_distinct": "76bc6bf68682",
    "admin_register": "0479a58ad941",
    "assert_form_error": "91cb868d3e1a",
    "assert_set_methods": "d74e9a0c1799",
    "check_constraint_condition": "7c4e230fe188",
    "compatibility_imports": "95a34a3a5394",
    "crypto_get_random_string": "c5ed856fb858",
    "default_app_config": "f95f9b803ae0",
    "default_auto_field": "8f670e3211a8",
    "django_urls": "b7a617a1fe81",
    "email_validator": "f258c5d5cfaa",
    "format_html": "07c04a963ff7",
    "forms_model_multiple_choice_field": "a9de29820892",
    "index_together": "ac9da52788b9",
    "mail_api_kwargs": "24c02a8a9b31",
    "mail_fail_silently": "680e6d641e72",
    "mail_get_connection": "20aca8b491a4",
    "management_commands": "df85edaef2ba",
    "model_field_choices": "09eb41e7f7ab",
    "null_boolean_field": "3569657f2043",
    "on_delete": "a63820ce5aff",
    "password_reset_timeout_days": "be5cf2957205",
    "permalink": "8bf6b6c7fc11",
    "postgres_aggregate_order_by": "b67314d73e1f",
    "postgres_float_range_field": "482c68a2c716",
    "queryset_paginator": "7be459c91386",
    "render_to_response": "3586d04232ef",
    "request_headers": "132aecdf9eab",
    "request_user_attributes": "529529d5f012",
    "settings_admins_managers": "1f4b59ff374f",
    "settings_database_postgresql": "430420f6f85b",
    "settings_forms_urlfield_assume_https": "c2ec7311fd33",
    "settings_storages": "56432379671c",
    "signal_providing_args": "a9f55627bc69",
    "staticfiles_find_all": "4bb9cc9aeab7",
    "stringagg": "64c24322c872",
    "test_http_headers": "0cd01723cc63",
    "testcase_databases": "1fafad96c547",
    "timezone_fixedoffset": "ae836b4873ff",
    "transaction_savepoint": "8429e968a0b5",
    "use_l10n": "0efad450a65f",
    "utils_encoding": "018a7d9096b1",
    "utils_http": "771161cc52bc",
    "utils_text": "8b8f56b34866",
    "utils_timezone": "d820d23b467c",
    "utils_translation": "6129ae234315",
    "versioned_branches": "634cccda983e",
    "versioned_test_skip_decorators": "f8acc21b2d06",
}
