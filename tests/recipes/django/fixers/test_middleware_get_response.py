from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.middleware_get_response import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.utils.deprecation import MiddlewareMixin\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("class A(MiddlewareMixin):\n    def __init__(self, get_response=None):\n        super().__init__()\n"),
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response):\n"
                "        super().__init__(get_response)\n"
            ),
        ),
        (
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response = None):\n"
                "        self.a = 1\n"
                "        super(A, self).__init__(get_response)\n"
            ),
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response):\n"
                "        self.a = 1\n"
                "        super(A, self).__init__(get_response)\n"
            ),
        ),
        (
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response=None):\n"
                "        (super().__init__)(  # why\n"
                "        )\n"
            ),
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response):\n"
                "        (super().__init__)(get_response  # why\n"
                "        )\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after)


@pytest.mark.parametrize(
    "text",
    [
        "class A(MiddlewareMixin):\n    def __init__(self, get_response): ...\n",
        "class A:\n    def __init__(self, get_response=None): ...\n",
        "class A(MiddlewareMixin):\n    def __init__(self, get_response=None, x=1): ...\n",
        "from a import BMiddleware\nBMiddleware()\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings


def test_tests_that_make_their_own() -> None:
    text = "from a.middleware import SiteMiddleware\nx = SiteMiddleware()\n"
    assert "SiteMiddleware()" in check_unchanged(fixer, text, path="tests/test_a.py").findings[0].text
    assert not check_unchanged(fixer, text.replace("()", "(f)"), path="tests/test_a.py").findings


SESSION = "from django.contrib.sessions.middleware import SessionMiddleware\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f"{SESSION}SessionMiddleware().process_request(r)\n",
            f"{SESSION}SessionMiddleware(lambda request: None).process_request(r)\n",
        ),
        (
            "from django.middleware import csrf\nx = csrf.CsrfViewMiddleware()\n",
            "from django.middleware import csrf\nx = csrf.CsrfViewMiddleware(lambda request: None)\n",
        ),
    ],
)
def test_tests_that_make_one_of_djangos(before: str, after: str) -> None:
    assert not check_changes(fixer, before, after, path="app/tests/test_a.py").findings


@pytest.mark.parametrize(
    "text", [f"{SESSION}SessionMiddleware(f)\n", f"{SESSION}SessionMiddleware(get_response=f)\n", f"{SESSION}x = []\n"]
)
def test_those_with_a_response_are_left(text: str) -> None:
    assert not check_unchanged(fixer, text, path="app/tests/test_a.py").findings


def test_what_is_no_test_is_left() -> None:
    assert not check_unchanged(fixer, f"{SESSION}SessionMiddleware()\n", path="app/views.py").findings


OWN = "from app.middleware import OwnMiddleware\nx = OwnMiddleware()\n"


def test_tests_that_make_one_of_the_checkout() -> None:
    files = {
        "app/middleware.py": f"{HEAD}class OwnMiddleware(MiddlewareMixin):\n    def process_request(self, r): ...\n"
    }
    after = OWN.replace("()", "(lambda request: None)")
    check_changes(fixer, OWN, after, path="app/tests/test_a.py", files=files)


@pytest.mark.parametrize(
    "body",
    [
        "class OwnMiddleware(MiddlewareMixin):\n    def __init__(self, get_response): ...\n",
        "class OwnMiddleware(MiddlewareMixin):\n    def __call__(self, r): ...\n",
        "class OwnMiddleware(Other, MiddlewareMixin): ...\n",
        "class OwnMiddleware: ...\n",
    ],
)
def test_one_of_the_checkout_that_does_more_is_flagged(body: str) -> None:
    files = {"app/middleware.py": HEAD + body}
    assert check_unchanged(fixer, OWN, path="app/tests/test_a.py", files=files).findings


@pytest.mark.parametrize(
    "module",
    [
        "from django.middleware.locale import LocaleMiddleware\nclass OwnMiddleware(LocaleMiddleware): ...\n",
        "from django.contrib.auth import middleware as m\nclass OwnMiddleware(m.RemoteUserMiddleware): ...\n",
        "import social_django.middleware as m\nclass OwnMiddleware(m.SocialAuthExceptionMiddleware): ...\n",
    ],
)
def test_one_of_the_checkout_on_one_that_is_known(module: str) -> None:
    after = OWN.replace("()", "(lambda request: None)")
    check_changes(fixer, OWN, after, path="app/tests/test_a.py", files={"app/middleware.py": module})


def test_one_on_what_others_made_is_flagged() -> None:
    body = "from elsewhere.middleware import SomeMiddleware\n\nclass OwnMiddleware(SomeMiddleware): ...\n"
    assert check_unchanged(fixer, OWN, path="app/tests/test_a.py", files={"app/middleware.py": body}).findings
