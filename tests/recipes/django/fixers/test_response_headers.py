from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.response_headers import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = response._headers['content-type'][1]\n", "x = response['content-type']\n"),
        ("x = self.response._headers[name][1].lower()\n", "x = self.response[name].lower()\n"),
        ("x = answer._headers['vary'][1]\n", "x = answer['vary']\n"),
        ("x = self.client.get('/')._headers['vary'][1]\n", "x = self.client.get('/')['vary']\n"),
        ("response._headers['x-a'] = ('X-A', f(1))\n", "response['X-A'] = f(1)\n"),
        ("del response._headers['x-a']\n", "del response['x-a']\n"),
        ("for name, value in resp._headers.values():\n    pass\n", "for name, value in resp.items():\n    pass\n"),
        ("if 'vary' not in response._headers:\n    pass\n", "if 'vary' not in response:\n    pass\n"),
        ("x = name.lower() in self.response._headers\n", "x = name.lower() in self.response\n"),
        (
            "f(response._headers.copy(), 1)\n",
            "f({name.lower(): (name, value) for name, value in response.items()}, 1)\n",
        ),
        (
            "def f(kept):\n    response = HttpResponse(b'', status=200)\n    response._headers = kept  # why\n",
            "def f(kept):\n    response = HttpResponse(b'', status=200)\n"
            "    for name, value in kept.values():\n        response[name] = value  # why\n",
        ),
        (
            "if kept:\n\tresponse = http.JsonResponse({})\n\tresponse._headers = self.kept\n",
            "if kept:\n\tresponse = http.JsonResponse({})\n"
            "\tfor name, value in self.kept.values():\n\t    response[name] = value\n",
        ),
        (
            "x = self.last_response._headers.copy()\n",
            "x = {name.lower(): (name, value) for name, value in self.last_response.items()}\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("x = response._headers\n", 1),
        ("response._headers['a'] = ('B', 'b')\n", 1),
        ("response._headers['a'] = pair\n", 1),
        ("response._headers['a'] = other = ('A', 'b')\n", 1),
        ("del response._headers['a'], other\n", 1),
        ("response = get()\nresponse._headers = kept\n", 1),
        ("response = HttpResponse()\nf()\nresponse._headers = kept\n", 1),
        ("response = HttpResponse()\nresponse._headers = kept()\n", 1),
        ("response = HttpResponse()\nresponse._headers = x = kept\n", 1),
        ("other = HttpResponse()\nresponse._headers = kept\n", 1),
        ("def f(value):\n    response = HttpResponse()\n    response._headers = kept\n", 1),
        ("name = 1\nresponse = HttpResponse()\nresponse._headers = kept\n", 1),
        ("x = response._headers.items()\n", 1),
        ("x = response._headers.copy\n", 1),
        ("x = value.response._headers.copy()\n", 1),
        ("x = response._headers.values\n", 1),
        ("x = 'Vary' in response._headers\n", 1),
        ("x = response._headers in seen\n", 1),
        ("x = self._headers['a'][1]\n", 0),
        ("x = message._headers[0][1]\n", 0),
        ("x = client.get('/')._headers\n", 1),
        ("x = my_response._headers['a'][0]\n", 1),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
