"""What distributions take from a Django that does not have it, told by reading alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chairlift.recipes.django.proving.lost import lost
from chairlift.testing.recipes import write_files

DJANGO = {
    "django/__init__.py": "VERSION = (4, 2, 0)\n",
    "django/conf/__init__.py": "class LazySettings: pass\nsettings = LazySettings()\n",
    "django/core/__init__.py": "",
    "django/core/mail/__init__.py": "def send_mail(): pass\n",
    "django/utils/__init__.py": "",
    "django/utils/encoding.py": "def force_str(x): pass\nsmart_str = force_str\n",
    "django/utils/lazy.py": "def __getattr__(name): return name\n",
    "django/utils/filled.py": "globals().update(a=1)\n",
    "django/db/__init__.py": "",
    "django/db/models/__init__.py": "from django.db.models.fields import *\nfrom .base import Model\n",
    "django/db/models/base.py": "class Model:\n    objects = None\n",
    "django/db/models/fields.py": "class CharField: pass\nif True:\n    class TextField: pass\n",
    "django/test/__init__.py": "try:\n    from x import Client\nexcept ImportError:\n    Client = None\n",
}


def environment(folder: Path, code: str, path: str = "shop/views.py", name: str = "django_shop") -> Path:
    site = folder / "lib" / "python3.11" / "site-packages"
    files = DJANGO | {path: code}
    info = f"{name}-1.2.dist-info"
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n"
    files[f"{info}/RECORD"] = f"{path},,\n{info}/METADATA,,\n"
    files["Django-4.2.dist-info/METADATA"] = "Metadata-Version: 2.1\nName: Django\nVersion: 4.2\n"
    files["Django-4.2.dist-info/RECORD"] = "".join(f"{each},,\n" for each in DJANGO)
    write_files(site, files)
    return folder


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("from django.utils.encoding import force_text\n", ["django.utils.encoding.force_text"]),
        ("from django.utils import baseconv, encoding\n", ["django.utils.baseconv"]),
        ("import django.utils.six.moves\n", ["django.utils.six.moves"]),
        ("from django.utils import encoding\nencoding.force_text(1)\n", ["django.utils.encoding.force_text"]),
        (
            "from django.db import models\nclass A(models.NullBooleanField): pass\n",
            ["django.db.models.NullBooleanField"],
        ),
        ("def f():\n    from django.utils.http import urlquote\n", ["django.utils.http.urlquote"]),
        ("from django.utils.lru_cache import *\n", ["django.utils.lru_cache"]),
        # What is there, in every way in which it can be there.
        ("from django.utils.encoding import force_str, smart_str\nfrom django.utils import encoding\n", []),
        (
            "from django.db.models import CharField, TextField\nfrom django.db import models\nmodels.Model\n",
            [],
        ),
        ("from django.db import models\nmodels.Model.objects.all()\nmodels.Model.gone\n", []),
        ("from django.conf import settings\nsettings.ANYTHING\n", []),
        ("from django.test import Client\n", []),
        ("from django.core import mail\nmail.outbox\n", []),
        # What cannot be told by reading.
        ("from django.utils.lazy import anything\nfrom django.utils.filled import whatever\n", []),
        # What its author has thought of.
        ("try:\n    from django.utils.six import moves\nexcept ImportError:\n    moves = None\n", []),
        ("import django\nif django.VERSION < (4, 0):\n    from django.utils.encoding import force_text\n", []),
        ("from .django.utils import six\nfrom djangoish.utils import six\n", []),
        # What is no Python that can be read.
        ("print 'django'\n", []),
    ],
)
def test_names_that_are_not_there(code: str, names: list[str], tmp_path: Path) -> None:
    assert [each.name for each in lost(environment(tmp_path, code))] == names


def test_it_says_where(tmp_path: Path) -> None:
    (found,) = lost(
        environment(tmp_path, "import os\n\nfrom django.utils import six\nsix.x\nfrom django.utils import six\n")
    )
    assert (found.distribution, found.version, found.path, found.line) == ("django-shop", "1.2", "shop/views.py", 3)


@pytest.mark.parametrize("path", ["shop/tests/views.py", "shop/test_views.py", "shop/migrations/0001.py", "shop/a.txt"])
def test_what_is_not_imported_when_it_is_used_is_left_out(path: str, tmp_path: Path) -> None:
    assert not lost(environment(tmp_path, "from django.utils import six\n", path))


def test_django_itself_is_not_looked_at(tmp_path: Path) -> None:
    home = environment(tmp_path, "")
    site = home / "lib" / "python3.11" / "site-packages"
    (site / "django" / "utils" / "encoding.py").write_text("from django.utils import six\n")
    assert not lost(home)


def test_without_django_nothing_is_told(tmp_path: Path) -> None:
    home = environment(tmp_path, "from django.utils import six\n")
    (home / "lib/python3.11/site-packages/django/__init__.py").unlink()
    assert not lost(home)


def test_it_is_kept_only_where_it_came_to_its_end(tmp_path: Path) -> None:
    home = environment(tmp_path, "from django.utils import six\n")
    assert not lost(home, seconds=0)
    assert not (home / "lost.json").exists()
    first = lost(home)
    assert first
    os.utime(home / "lost.json", (1, 1))
    assert lost(home) == first
    (home / "lost.json").write_text(json.dumps([{"what": "else"}]))
    assert lost(home) == first
