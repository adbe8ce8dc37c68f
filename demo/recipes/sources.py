"""What Django removed and django-upgrade leaves alone: small edits that run on the older and the newer version alike.

Each changes nothing when it is unsure; `leftovers` says what then still stands in a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Fixer = Callable[[str], str]

_SIX = {
    "text_type": "str",
    "string_types": "str",
    "binary_type": "bytes",
    "integer_types": "(int,)",
    "moves.range": "range",
    "moves.zip": "zip",
}


def without_name(text: str, module: str, name: str) -> str:
    """Without one name of an import on a single line."""

    def rest(found: re.Match[str]) -> str:
        names = [each.strip() for each in found[1].split(",") if each.strip() != name]
        return f"from {module} import {', '.join(names)}\n" if names else ""

    return re.sub(rf"(?m)^from {re.escape(module)} import ([\w, ]+)\n", rest, text)


def six(text: str) -> str:
    """https://docs.djangoproject.com/en/3.2/releases/3.0/#removed-private-python-2-compatibility-apis"""
    text = text.replace("from django.utils.six.moves.urllib.", "from urllib.")
    if (imported := re.search(r"(?m)^from django\.utils\.six import ([\w, ]+)\n", text)) is not None:
        names = [name.strip() for name in imported[1].split(",")]
        if all(name in _SIX for name in names):
            text = text.replace(imported[0], "")
            for name in names:
                text = re.sub(rf"\b{name}\b", _SIX[name], text)
    if re.search(r"(?m)^from django\.utils import (?:[\w, ]+, )?six\b", text):
        used = set(re.findall(r"\bsix\.((?:moves\.)?\w+)", text))
        if used <= set(_SIX):
            text = re.sub(r"\bsix\.((?:moves\.)?\w+)", lambda found: _SIX[found[1]], text)
            text = without_name(text, "django.utils", "six")
    return text


def unicode_compatible(text: str) -> str:
    text = without_name(text, "django.utils.encoding", "python_2_unicode_compatible")
    return re.sub(r"(?m)^[ \t]*@python_2_unicode_compatible\n", "", text)


def available_attrs(text: str) -> str:
    text = re.sub(r", assigned=available_attrs\(\w+\)", "", text)
    return text if "available_attrs(" in text else without_name(text, "django.utils.decorators", "available_attrs")


def lru_cache(text: str) -> str:
    return text.replace("from django.utils.lru_cache import lru_cache", "from functools import lru_cache")


def is_ajax(text: str) -> str:
    """https://docs.djangoproject.com/en/3.2/releases/3.1/#id2"""
    header = r'\1.headers.get("x-requested-with") == "XMLHttpRequest"'
    return re.sub(r"\b((?:self\.)?request)\.is_ajax\(\)", header, text)


def headers(text: str) -> str:
    """https://docs.djangoproject.com/en/3.2/releases/3.2/#requests-and-responses"""
    text = re.sub(r"\._headers\[([^\]]+)\]\[1\]", r"[\1]", text)
    return re.sub(r"\b(in \w+)\._headers\b(?!\[)", r"\1", text)


def from_db_value(text: str) -> str:
    return re.sub(r"(def from_db_value\(self, \w+, \w+, \w+), context\)", r"\1)", text)


def is_dst(text: str) -> str:
    """https://docs.djangoproject.com/en/5.2/releases/5.0/#features-removed-in-5-0"""
    return re.sub(r", is_dst=\w+(?=\))", "", text)


def utc(text: str) -> str:
    """What django-upgrade misses inside f-strings before Python 3.12, though it adds the import for it."""
    if "import datetime as dt\n" not in text or not re.search(r"(?m)^from django\.utils import .*\btimezone\b", text):
        return text
    return re.sub(r"(?<![\w.])timezone\.utc\b", "dt.timezone.utc", text)


def zoneinfo(text: str) -> str:
    """Nothing where a file asks more of pytz than zoneinfo knows."""
    text = re.sub(r"\b([A-Z_]+)\.localize\((datetime\([^()]*\))\)", r"\2.replace(tzinfo=\1)", text)
    asks = set(re.findall(r"\bpytz\.(\w+)", text))
    names = {"timezone": "ZoneInfo", "UnknownTimeZoneError": "ZoneInfoNotFoundError", "utc": "", "UTC": ""}
    if not asks <= set(names) or re.search(r"\.(?:localize|normalize)\(", text):
        return text
    text = re.sub(r"\bpytz\.(?:utc|UTC)\b", 'zoneinfo.ZoneInfo("UTC")', text)
    text = re.sub(r"\bpytz\.(\w+)", lambda found: f"zoneinfo.{names[found[1]]}", text)
    return re.sub(r"(?m)^import pytz$", "import zoneinfo", text)


def load_static(text: str) -> str:
    """https://docs.djangoproject.com/en/3.2/releases/3.0/#features-removed-in-3-0"""

    def load(found: re.Match[str]) -> str:
        names = ["static" if name in ("staticfiles", "admin_static") else name for name in found[2].split()]
        return f"{found[1]}{' '.join(dict.fromkeys(names))}{found[3]}"

    return re.sub(r"(\{% load )([^%]*?\b(?:staticfiles|admin_static)\b[^%]*?)( %\})", load, text)


def ifequal(text: str) -> str:
    text = re.sub(r"\{% ifequal (\S+) (\S+) %\}", r"{% if \1 == \2 %}", text)
    text = re.sub(r"\{% ifnotequal (\S+) (\S+) %\}", r"{% if \1 != \2 %}", text)
    return re.sub(r"\{% endif(?:not)?equal %\}", "{% endif %}", text)


def length_is(text: str) -> str:
    """https://docs.djangoproject.com/en/5.2/releases/5.1/#features-removed-in-5-1"""
    return re.sub(r"(\{% (?:el)?if [^%]*?)\|length_is:[\"']?(\d+)[\"']?", r"\1|length == \2", text)


def app_name(text: str, package: str) -> str:
    """From 3.2 on a lone AppConfig is used unasked, so its name has to be right.

    https://docs.djangoproject.com/en/3.2/releases/3.2/#automatic-appconfig-discovery
    """
    names = re.findall(r"(?m)^    name = (['\"])([\w.]+)\1$", text)
    if text.count("(AppConfig)") != 1 or len(names) != 1:
        return text
    return re.sub(r"(?m)^(    name = )(['\"])[\w.]+\2$", rf"\g<1>\g<2>{package}\g<2>", text)


PYTHON: dict[str, tuple[Fixer, ...]] = {
    "3.2": (six, unicode_compatible, available_attrs, lru_cache, is_ajax, headers, from_db_value),
    "5.2": (is_dst, utc, zoneinfo),
}
TEMPLATES: dict[str, tuple[Fixer, ...]] = {"3.2": (load_static, ifequal), "5.2": (length_is,)}

_GONE = {
    "3.2": r"django\.utils\.six|django\.utils import six|available_attrs|\._headers\b|load staticfiles|admin_static",
    "5.2": r"\bpytz\b|\bis_dst=|length_is|get_storage_class",
}


def fixed(text: str, fixers: tuple[Fixer, ...]) -> str:
    for fixer in fixers:
        text = fixer(text)
    return text


def leftovers(text: str, target: str) -> list[tuple[int, str]]:
    """Line number and text of what was left alone, for a person."""
    lines = enumerate(text.splitlines(), 1)
    return [(number, line.strip()[:80]) for number, line in lines if re.search(_GONE[target], line)]
