"""What is the same error, and what is another one, whatever a monitor says of it."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairlift.core.judging.fingerprints import (
    MESSAGE,
    Frame,
    Raised,
    by_frames,
    by_message,
    class_name,
    fingerprint,
    is_own,
    normalised,
    own_places,
)
from tests.core.judging.samples import CART, CHECKOUT, GET, HANDLER, MISSING, PRICE, RENDER, error, lib, own


def message(text: str, type: str = "ValueError") -> str:
    return normalised(Raised(type, text))


# The same


@pytest.mark.parametrize(
    "other",
    [
        replace(MISSING, message="Bestellung gibt es nicht."),
        replace(MISSING, type="Order.DoesNotExist"),
        replace(MISSING, type="shop.models:Order.DoesNotExist"),
        replace(MISSING, type="shop.models.orders.Order.DoesNotExist"),
        replace(MISSING, frames=(lib("django.core.handlers.exception", "inner"), PRICE, lib("django.db", "fetch"))),
        replace(MISSING, frames=(PRICE,)),
        replace(MISSING, frames=(replace(PRICE, function="Prices.price"), GET)),
        replace(MISSING, frames=(PRICE, replace(PRICE, function="<listcomp>"), GET)),
        replace(MISSING, frames=(HANDLER, *[PRICE] * 900, GET)),
        replace(MISSING, frames=(replace(PRICE, file="C:\\app\\shop\\prices.py"), GET)),
        replace(MISSING, cause=error("KeyError", "'order'", CART)),
    ],
)
def test_it_is_the_same_whatever_the_library_and_the_monitor_make_of_it(other: Raised) -> None:
    assert fingerprint(other) == fingerprint(MISSING)


@pytest.mark.parametrize(
    "path",
    [
        "/srv/releases/20210902120000/shop/web/views.py",
        "/srv/releases/20210901093000/shop/web/views.py",
        "D:\\releases\\1\\shop\\web\\views.py",
    ],
)
def test_where_the_code_was_unpacked_does_not_matter(path: str) -> None:
    known = Raised("KeyError", "'x'", (Frame(file="/srv/releases/1/shop/web/views.py", function="buy"),))
    assert by_frames(replace(known, frames=(Frame(file=path, function="buy"),))) == by_frames(known)


def test_a_chain_is_told_by_the_outermost_exception_that_ran_through_the_service() -> None:
    cause = error("sqlite3.IntegrityError", "UNIQUE constraint failed", CHECKOUT)
    outer = Raised("django.db.utils.IntegrityError", "x", (HANDLER, GET), cause)
    assert own_places(outer) == (("shop.views", "checkout"),)
    # Its own frames come first where it has some, and the class is always that of the outermost one.
    assert own_places(replace(outer, frames=(CART, GET))) == (("shop.views", "cart"),)
    assert fingerprint(outer) == fingerprint(replace(cause, type="IntegrityError", cause=None))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("invalid literal for int() with base 10: 'abc'", 'invalid literal for int() with base 10: "x 1"'),
        ("“abc” value must be a number", "'xyz' value must be a number"),
        ("no order 17 of customer 4711", "no order 3 of customer 1"),
        ("took 3.25 of 10:30:59", "took 1 of 2"),
        ("<Order object at 0x7f3a5c10>", "<Order object at 0x7fffd210>"),
        ("no such id 6f1e12aa-34c1-4b66-9d11-1f0a3bce9a01", "no such id 16f1e12aa34c14b66"),
        ("mail to ann@example.org failed.", "mail to bob.b@mail.example.com failed."),
        ("cannot open /srv/a/b.txt", "cannot open C:\\Users\\x.txt"),
        ("GET https://a.example.org/x?y=1 failed", "GET http://10.0.0.1:80/ failed"),
        ("IN (1, 2, 3)", "IN (7)"),
        ("two\n  lines", "two lines"),
        ("token eyJhbGciOiJIUzI1NiIsInR5cCI", "token a1b2c3d4e5f6g7h8i9j0k1"),
    ],
)
def test_values_are_no_part_of_a_message(one: str, other: str) -> None:
    assert message(one) == message(other)
    assert message(one) != message("something else")


# Another


@pytest.mark.parametrize(
    "other",
    [
        replace(MISSING, type="shop.models.Order.MultipleObjectsReturned"),
        replace(MISSING, frames=(HANDLER, CART, GET)),
        replace(MISSING, frames=(HANDLER, CHECKOUT, PRICE, GET)),
        replace(MISSING, frames=(HANDLER, replace(PRICE, module="shop.other"), GET)),
        replace(MISSING, frames=(HANDLER, GET)),
        replace(MISSING, frames=()),
    ],
)
def test_another_class_or_place_is_another_error(other: Raised) -> None:
    assert fingerprint(other) != fingerprint(MISSING)


@pytest.mark.parametrize(
    ("type", "one", "other"),
    [
        ("AttributeError", "'A' object has no attribute 'is_ajax'", "'A' object has no attribute 'name'"),
        ("ModuleNotFoundError", "No module named 'django.utils.six'", "No module named 'shop.six'"),
        ("TemplateSyntaxError", "Invalid filter: 'in_euro'", "Invalid filter: 'length_is'"),
        ("NoReverseMatch", "Reverse for 'order' not found", "Reverse for 'cart' not found"),
        ("ValueError", "no order 17", "no customer 17"),
        ("ValueError", "it isn't there and can't be", "it isn't here and can't be"),
        ("OperationalError", "no such table: shop_order", "no such table: shop_customer"),
    ],
)
def test_names_of_the_code_are_part_of_a_message(type: str, one: str, other: str) -> None:
    assert message(one, type) != message(other, type)


def test_parts_do_not_run_into_each_other() -> None:
    frames = [(Frame("a", function="b'), ('c"),), (Frame("a", function="b"), Frame("c")), (Frame("a'", function="b"),)]
    assert len({by_frames(Raised("E", "", each)) for each in frames}) == 3
    assert by_message(Raised("AB", "c")) != by_message(Raised("A", "Bc"))


# What is the service's own


@pytest.mark.parametrize(
    ("frame", "is_ours"),
    [
        (Frame("shop.views", "/app/shop/views.py"), True),
        (Frame("shop.views"), True),
        (Frame(file="shop/views.py"), True),
        (Frame("django.db", f"/venv/lib/python3.9/{'site'}-packages/django/db/__init__.py"), False),
        (Frame("django.db", "C:\\venv\\Lib\\site-packages\\django\\db\\__init__.py"), False),
        (Frame("apt", "/usr/lib/python3/dist-packages/apt/__init__.py"), False),
        (Frame("json.decoder", "/usr/lib/python3.9/json/decoder.py"), False),
        (Frame("importlib._bootstrap", "<frozen importlib._bootstrap>"), False),
        (Frame("json.decoder"), False),
        (Frame("json.decoder", in_app=True), True),
        (Frame("shop.views", "/app/shop/views.py", in_app=False), False),
    ],
)
def test_the_monitor_says_what_is_own_or_else_the_path(frame: Frame, is_ours: bool) -> None:
    assert is_own(frame) is is_ours


# Whatever comes


NASTY = (
    "'", '"', "“", "''", "'a", "a@", "@a", "a.", ".a", "1", "1.", "1,", "/", "//", "\\", "0x", "f", "-", "#", " ", "\n",
    "\ud800", "é", "a1", "~/", "://", "'\n", "%", "(", "{", "a'", "?", "a=", "&1",
)  # fmt: skip


def cost(text: str) -> float:
    """Processor seconds for reading it, the best of a few."""
    asked = Raised("AttributeError", text)

    def once() -> float:
        begun = time.process_time()
        for _ in range(20):
            normalised(asked)
        return time.process_time() - begun

    return min(once() for _ in range(5))


@pytest.mark.parametrize("one", NASTY)
def test_no_text_costs_more_than_its_length(one: str) -> None:
    """Eight times the text is about eight times the work, not 64 times; and nothing beyond MESSAGE is read."""
    short, long = (one * MESSAGE)[: MESSAGE // 8], (one * MESSAGE)[:MESSAGE]
    assert cost(long) < 25 * cost(short) + 0.002
    assert cost(long * 100) < 3 * cost(long) + 0.002


@pytest.mark.parametrize(("one", "other"), list(itertools.product(NASTY, repeat=2))[::7])
def test_nothing_from_outside_is_an_error(one: str, other: str) -> None:
    text = (one + other) * 2000
    frame = Frame(text, text, text)
    raised = Raised(text, text, (frame, replace(frame, module="")) * 2000)
    assert len(fingerprint(raised)) == 16
    assert len(normalised(raised)) <= 2 * MESSAGE


def test_an_endless_chain_ends() -> None:
    raised = Raised("E", "")
    for _ in range(100_000):
        raised = Raised("E", "", cause=raised)
    assert own_places(raised) == ()
    # Let go of one at a time: Python would else go down all of it at once.
    while raised.cause:
        raised = raised.cause


def test_where_nothing_is_known_there_is_no_fingerprint() -> None:
    assert fingerprint(Raised("", "")) == ""
    assert fingerprint(Raised("...", "", (Frame(), Frame(function="f")))) == ""
    assert fingerprint(Raised("KeyError", "")) != ""
    assert [class_name(each) for each in ("", ".", ":", "a.", " a:B ")] == ["", "", "", "a", "B"]


@given(st.text(), st.text(), st.lists(st.tuples(st.text(), st.text(), st.booleans())))
def test_any_text_has_a_fingerprint_that_stays(type: str, text: str, frames: list[tuple[str, str, bool]]) -> None:
    found = tuple(Frame(module, "", function, in_app) for module, function, in_app in frames)
    raised = Raised(type, text, found)
    assert fingerprint(raised) == fingerprint(replace(raised, frames=(*found, lib("django.db", "new"))))
    assert fingerprint(raised) == fingerprint(replace(raised, frames=(RENDER, *found)))


def test_own_frames_decide_alone() -> None:
    one = Raised("E", "x", (own("a", "b"),))
    assert fingerprint(one) == by_frames(one)
    assert by_frames(replace(one, frames=(GET,))) == ""
    assert fingerprint(replace(one, frames=(GET,))) == by_message(one)
