from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.django_utils_six import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

SIX = "from django.utils import six\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SIX + "x = six.text_type(1)\n", "x = str(1)\n"),
        (SIX + "if isinstance(x, six.string_types):\n    y\n", "if isinstance(x, str):\n    y\n"),
        (SIX + "T = six.string_types + (bytes,)\n", "T = (str,) + (bytes,)\n"),
        (SIX + "for a, b in six.iteritems(c.d):\n    e\n", "for a, b in c.d.items():\n    e\n"),
        (SIX + "x = list(six.itervalues(a or b))\n", "x = list((a or b).values())\n"),
        (SIX + "x = six.StringIO()\n", "from io import StringIO\nx = StringIO()\n"),
        (
            "from django.utils import six, timezone\nx = six.PY3 and six.moves.range(2)\n",
            "from django.utils import timezone\nx = True and range(2)\n",
        ),
        (
            "from django.utils.six import text_type, StringIO\nx = text_type(StringIO())\n",
            "from io import StringIO\nx = str(StringIO())\n",
        ),
        ("from django.utils.six.moves import range, zip\nx = zip(range(1))\n", "x = zip(range(1))\n"),
        (
            "from django.utils.six.moves.urllib.parse import urlparse, quote\n",
            "from urllib.parse import urlparse, quote\n",
        ),
        (
            "from django.utils.six.moves.urllib import parse\nx = parse.quote(1)\n",
            "from urllib import parse\nx = parse.quote(1)\n",
        ),
        (SIX + "x = six.moves.urllib.parse.quote(1)\n", "from urllib.parse import quote\nx = quote(1)\n"),
        (SIX + "class A(six.with_metaclass(M, B)):\n    pass\n", "class A(B, metaclass=M):\n    pass\n"),
        (SIX + "class A(B, six.with_metaclass(M(1))):\n    pass\n", "class A(B, metaclass=M(1)):\n    pass\n"),
        (
            "from django.utils.six import with_metaclass\nclass A(with_metaclass(M, B, C), D): ...\n",
            "class A(B, C, D, metaclass=M): ...\n",
        ),
        (SIX + "class A(six.with_metaclass(M, object), D): ...\n", "class A(D, metaclass=M): ...\n"),
        ("from django.utils.six.moves import queue\nx = queue.Queue()\n", "import queue\nx = queue.Queue()\n"),
        (
            "from django.utils.six.moves import cPickle as p, queue\nx = p.dumps(queue)\n",
            "import pickle as p\nimport queue\nx = p.dumps(queue)\n",
        ),
        ("def f():\n    from django.utils.six.moves import queue\n    y\n", "def f():\n    import queue\n    y\n"),
        (SIX + "y = 1\n", "y = 1\n"),
    ],
)
def test_writes_python_3(before: str, after: str) -> None:
    check_changes(fixer, before, after)


def test_takes_the_rest_from_six_where_that_is_required() -> None:
    files = {"requirements/base.in": "django\nsix==1.16\n"}
    before = SIX + "@six.add_metaclass(M)\nclass A:\n    x = six.text_type\n"
    check_changes(fixer, before, before.replace("from django.utils import six", "import six"), files=files)
    before = "from django.utils.six import add_metaclass\n@add_metaclass(M)\nclass A: ...\n"
    check_changes(fixer, before, before.replace("django.utils.six", "six"), files=files)
    assert len(check_unchanged(fixer, before, files={"requirements.txt": "six-extras\n"}).findings) == 1


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("import six\nx = six.text_type(1)\n", 0),
        ("from .six import text_type\nx = text_type(1)\n", 0),
        ("try:\n    from django.utils import six\nexcept ImportError:\n    import six\nx = six.text_type\n", 0),
        (SIX + "x = six.reraise(a)\n", 1),
        (SIX + "x = six.text_type(six)\n", 1),
        (SIX + "class A(six.with_metaclass(M, *B)): ...\n", 1),
        (SIX + "class A(six.with_metaclass(M, B), kind=1): ...\n", 1),
        (SIX + "class A((six.with_metaclass(M, B))): ...\n", 1),
        (SIX + "A = six.with_metaclass(M, B)\n", 1),
        (SIX + "str = 1\nx = six.text_type(1)\n", 1),
        (SIX + "x = next(six.iteritems(a))\n", 1),
        ("x = 'from django.utils import six'\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
