"""Edits to a module of settings, such as `settings/base.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: At the end of the line of a setting that the clean-up removes.
MARK = "  # transitional: goes when Django {previous} runs nowhere any more"
_MARKED = re.compile(r"(?m)^\w+ = .*  # transitional: goes when Django [\d.]+ runs nowhere any more\n")
_REQUEST = "django.template.context_processors.request"


def is_base(text: str) -> bool:
    """Whether this is where a project's settings begin."""
    return re.search(r"(?m)^INSTALLED_APPS = [\[(]", text) is not None


def has(text: str, name: str) -> bool:
    return re.search(rf"(?m)^{name} = ", text) is not None


def added(text: str, name: str, value: str, mark: str = "") -> str:
    """The setting at the end, unless the module has it; `value` as Python writes it."""
    return text if has(text, name) else f"{text.rstrip()}\n{name} = {quoted_as_in(text, value)}{mark}\n"


def with_transitional(text: str, wanted: Mapping[str, str], previous: str) -> str:
    """A project's settings with these, each marked for the clean-up; a library needs none."""
    if has(text, "ROOT_URLCONF"):
        for name, value in wanted.items():
            text = added(text, name, value, MARK.format(previous=previous))
    return text


def quoted_as_in(text: str, value: str) -> str:
    """A string with the quotes that the module uses most."""
    return value.replace("'", '"') if text.count('"') > text.count("'") else value


def without_transitional(text: str) -> str:
    return _MARKED.sub("", text)


def with_request_processor(text: str) -> str:
    """The admin's sidebar needs the request: https://docs.djangoproject.com/en/3.2/ref/checks/#admin"""
    if "django.contrib.admin" not in text or _REQUEST in text:
        return text
    first = r"(?m)^(\s*)(['\"])(django\.contrib\.auth\.context_processors\.auth['\"])"
    return re.sub(first, rf"\g<1>\g<2>{_REQUEST}\g<2>,\n\g<0>", text, count=1)


def with_frames_kept(text: str) -> str:
    """Our own pages may still frame these: https://docs.djangoproject.com/en/3.2/releases/3.0/#security"""
    return added(text, "X_FRAME_OPTIONS", "'SAMEORIGIN'") if "XFrameOptionsMiddleware" in text else text


def with_zones_kept(text: str) -> str:
    """Times stay naive where nothing was said: https://docs.djangoproject.com/en/5.2/releases/5.0/"""
    return added(text, "USE_TZ", "False")


def without_lost_hashers(text: str) -> str:
    """https://docs.djangoproject.com/en/5.2/releases/5.1/#features-removed-in-5-1"""
    lost = r"(?:SHA1|UnsaltedSHA1|UnsaltedMD5|Crypt)PasswordHasher"
    return re.sub(rf"(?m)^\s*['\"]django\.contrib\.auth\.hashers\.{lost}['\"],\n", "", text)


def without_pytz(text: str) -> str:
    """https://docs.djangoproject.com/en/5.2/releases/5.0/#features-removed-in-5-0"""
    return re.sub(r"(?m)^USE_DEPRECATED_PYTZ = .*\n", "", text)
