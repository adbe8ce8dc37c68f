"""The fixers that follow names to where they live: one table each, one rule for all."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers import (
    is_safe_url,
    json_adapter,
    moved_in_3_1,
    removed_aliases_3_0,
    removed_aliases_3_1,
    removed_without_successor,
    session_language,
    text_names,
)
from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.releases import Leg, Stage
from chairlift.testing.fixers import check_changes, check_unchanged

OLD, NEXT, TEXT = removed_aliases_3_0.fixer, removed_aliases_3_1.fixer, text_names.fixer


@pytest.mark.parametrize(
    ("fixer", "before", "after"),
    [
        (
            OLD,
            "from django.utils.lru_cache import lru_cache\n@lru_cache()\ndef f(): ...\n",
            "from functools import lru_cache\n@lru_cache()\ndef f(): ...\n",
        ),
        (
            OLD,
            "from django.utils import lru_cache, timezone\nx = lru_cache.lru_cache(f)\n",
            "from django.utils import timezone\nfrom functools import lru_cache\nx = lru_cache(f)\n",
        ),
        (
            OLD,
            "from django.utils._os import abspathu, safe_join\nx = abspathu(safe_join(a, b))\n",
            "from django.utils._os import safe_join\nfrom os.path import abspath\nx = abspath(safe_join(a, b))\n",
        ),
        (
            OLD,
            "from django.utils.http import cookie_date\nx = cookie_date()\n",
            "from django.utils.http import http_date\nx = http_date()\n",
        ),
        (
            OLD,
            "import functools\nfrom django.utils.decorators import ContextDecorator as C\nclass A(C): ...\n",
            "import functools\nfrom contextlib import ContextDecorator as C\nclass A(C): ...\n",
        ),
        (
            NEXT,
            "from django.db.models.fields import (\n    CharField,\n    FieldDoesNotExist,\n)\n",
            "from django.db.models.fields import (\n    CharField,\n)\n"
            "from django.core.exceptions import FieldDoesNotExist\n",
        ),
        (
            NEXT,
            "from django.db.models import FieldDoesNotExist\n",
            "from django.core.exceptions import FieldDoesNotExist\n",
        ),
        (
            NEXT,
            "from django.db.models import fields\ntry:\n    x()\nexcept fields.FieldDoesNotExist:\n    pass\n",
            "from django.db.models import fields\nfrom django.core.exceptions import FieldDoesNotExist\n"
            "try:\n    x()\nexcept FieldDoesNotExist:\n    pass\n",
        ),
        (
            NEXT,
            "from django.template.base import Context, Template, RequestContext\n",
            "from django.template.base import Template\nfrom django.template.context import Context, RequestContext\n",
        ),
        (
            TEXT,
            "from django.utils.translation import ugettext_lazy as _, ugettext\nx = _('a'), ugettext('é')\n",
            "from django.utils.translation import gettext_lazy as _, gettext\nx = _('a'), gettext('é')\n",
        ),
        (
            TEXT,
            "from django.utils.translation import ugettext, gettext\nx = ugettext(gettext(1))\n",
            "from django.utils.translation import gettext\nx = gettext(gettext(1))\n",
        ),
        (
            TEXT,
            "from django.utils import encoding, http\r\nx = http.urlquote(encoding.force_text(1))\r\n",
            "from django.utils import encoding, http\r\nfrom urllib.parse import quote\r\n"
            "x = quote(encoding.force_str(1))\r\n",
        ),
        (
            TEXT,
            "def f():\n    from django.utils.http import urlencode, urlquote\n    return urlquote(urlencode({}))\n",
            "def f():\n    from urllib.parse import quote\n    from django.utils.http import urlencode\n"
            "    return quote(urlencode({}))\n",
        ),
        # The new name is taken, or the old one is bound again: it keeps its name here.
        (
            TEXT,
            "from django.utils.encoding import force_text\nforce_str = 1\nx = force_text(force_str)\n",
            "from django.utils.encoding import force_str as force_text\nforce_str = 1\nx = force_text(force_str)\n",
        ),
        (
            TEXT,
            "from django.utils.encoding import force_text\n__all__ = ['force_text']\n",
            "from django.utils.encoding import force_str as force_text\n__all__ = ['force_text']\n",
        ),
    ],
)
def test_follows(fixer: Fixer, before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("fixer", "text"),
    [
        (OLD, "from functools import lru_cache\n"),
        (OLD, "from .lru_cache import lru_cache\n"),
        (OLD, "from django.utils.lru_cache import other\n"),
        (OLD, "try:\n    from django.utils.lru_cache import lru_cache\nexcept ImportError:\n    lru_cache = None\n"),
        (OLD, "import django\nif django.VERSION < (3,):\n    from django.utils.lru_cache import lru_cache\n"),
        (OLD, "from django.utils._os import (\n    abspathu,  # why\n    safe_join,\n)\n"),
        (NEXT, "from django.core.exceptions import FieldDoesNotExist\nfrom django.db.models.fields import Field\n"),
        (NEXT, "from django.template import Context\n"),
        (NEXT, "from other.fields import FieldDoesNotExist\nx = fields.FieldDoesNotExist\n"),
        (TEXT, "from django.utils.translation import gettext as ugettext\nx = ugettext(1)\n"),
        (TEXT, "from compat import ugettext\nx = ugettext('force_text')\n"),
        (TEXT, "x = a.force_text\nforce_text = 2\n"),
        (TEXT, "from django.utils import http\nquote = 1\nx = http.urlquote(quote)\n"),
    ],
)
def test_leaves_alone(fixer: Fixer, text: str) -> None:
    check_unchanged(fixer, text)


def test_a_name_that_others_borrow_stays() -> None:
    files = {"app/views.py": "from .compat import (\n    other, force_text)\n", "app/x.py": "from django.db import z\n"}
    check_changes(
        TEXT,
        "from django.utils.encoding import force_text\nx = force_text(1)\n",
        "from django.utils.encoding import force_str as force_text\nx = force_text(1)\n",
        path="app/compat.py",
        files=files,
    )
    check_changes(
        TEXT,
        "from django.utils.encoding import force_text\nx = force_text(1)\n",
        "from django.utils.encoding import force_str\nx = force_str(1)\n",
        path="app/elsewhere.py",
        files=files,
    )
    check_changes(
        TEXT,
        "from django.utils.encoding import force_text\nx = force_text(1)\n",
        "from django.utils.encoding import force_str as force_text\nx = force_text(1)\n",
        path="app/__init__.py",
        files={"app/models.py": "from . import force_text\n"},
    )


def test_a_name_that_is_only_passed_on_stays() -> None:
    check_changes(
        TEXT,
        "from django.utils.encoding import force_text, smart_text\nx = smart_text(1)\n",
        "from django.utils.encoding import force_str as force_text, smart_str\nx = smart_str(1)\n",
    )


def test_new_places_wait_for_the_version_that_has_them() -> None:
    before = "from django.utils.decorators import classproperty, method_decorator\n"
    after = "from django.utils.decorators import method_decorator\nfrom django.utils.functional import classproperty\n"
    check_unchanged(moved_in_3_1.fixer, before, target=(3, 2))
    check_changes(moved_in_3_1.fixer, before, after, target=(3, 2), stage=Stage.UPGRADE)
    check_changes(
        moved_in_3_1.fixer,
        "from django.views import debug\nclass A(debug.ExceptionReporterFilter): ...\n",
        "from django.views import debug\nclass A(debug.SafeExceptionReporterFilter): ...\n",
        stage=Stage.UPGRADE,
    )
    check_unchanged(moved_in_3_1.fixer, before, current=(3, 2), stage=Stage.UPGRADE)
    check_unchanged(moved_in_3_1.fixer, "from .decorators import classproperty\n", stage=Stage.UPGRADE)
    old = "from django.utils.http import is_safe_url\nx = is_safe_url(1)\n"
    check_unchanged(is_safe_url.fixer, old, target=(3, 2))
    check_changes(
        is_safe_url.fixer,
        old,
        old.replace("is_safe_url", "url_has_allowed_host_and_scheme"),
        stage=Stage.CLEAN_UP,
    )
    assert not is_safe_url.fixer.applies(Leg((4, 0), (5, 2)))


@pytest.mark.parametrize(
    ("fixer", "text", "count"),
    [
        (removed_without_successor.fixer, "from django.test.utils import patch_logger\n", 1),
        (removed_without_successor.fixer, "from django.test import utils\nx = utils.patch_logger\n", 1),
        (removed_without_successor.fixer, "from django.contrib.gis.db.models.functions import ForceRHR as F\n", 1),
        (removed_without_successor.fixer, "from tests.utils import patch_logger\nx = a.ForceRHR\n", 0),
        (removed_without_successor.fixer, "try:\n    from django.test.utils import patch_logger\nexcept E: ...\n", 0),
        (json_adapter.fixer, "from django.contrib.postgres.fields.jsonb import JsonAdapter\n", 1),
        (json_adapter.fixer, "from mine import JsonAdapter\n", 0),
        (session_language.fixer, "from django.utils import translation\nx[translation.LANGUAGE_SESSION_KEY] = 1\n", 1),
        (session_language.fixer, "from mine import LANGUAGE_SESSION_KEY\n", 0),
    ],
)
def test_flags(fixer: Fixer, text: str, count: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == count
