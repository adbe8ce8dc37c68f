"""What speaks for the upgrade's having made an error, and what against; half of it is what says nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chairlift.core.judging import relating
from chairlift.core.judging.fingerprints import Frame, Raised
from chairlift.core.judging.relating import RELATED, Touched, is_outage, names_removed, relate
from tests.core.judging.samples import CART, CHECKOUT, GET, HANDLER, MISSING, PLAIN, PRICE, SITE, UPGRADE, error, own


def weights(raised: Raised, *versions: str, touched: Touched = UPGRADE) -> set[int]:
    return {reason.weight for reason in relate(raised, versions, touched)}


def total(raised: Raised, touched: Touched = UPGRADE) -> int:
    return sum(reason.weight for reason in relate(raised, (), touched))


def test_what_speaks_for_it_names_what_and_where() -> None:
    words = [reason.words for reason in relate(error("X", "", CHECKOUT, GET), (), UPGRADE)]
    assert words == [
        "the upgrade changed 'checkout' in 'shop/views.py', which was at work when it failed",
        "it was raised in 'django', whose version changed, or below it",
    ]


# What the message names


@pytest.mark.parametrize(
    ("type", "message"),
    [
        (
            "ImportError",
            "cannot import name 'force_text' from 'django.utils.encoding' (/v/django/encoding.py)",
        ),
        ("ImportError", "cannot import name 'url' from 'django.conf.urls'"),
        ("ImportError", "cannot import name 'six' from 'django.utils'"),
        ("ModuleNotFoundError", "No module named 'django.utils.six'"),
        ("AttributeError", "module 'django.utils.encoding' has no attribute 'force_text'"),
        ("AttributeError", "'WSGIRequest' object has no attribute 'is_ajax'"),
        ("AttributeError", "type object 'HttpRequest' has no attribute 'is_ajax'"),
        ("TypeError", "__init__() got an unexpected keyword argument 'providing_args'"),
        ("TypeError", "Signal.__init__() got an unexpected keyword argument 'providing_args'"),
        ("TemplateSyntaxError", "'staticfiles' is not a registered tag library. Must be one of: cache"),
        ("ImproperlyConfigured", "cannot import django.utils.six.moves: No module named 'django.utils.six'"),
        ("django.utils.deprecation.RemovedInDjango40Warning", "ugettext() is deprecated"),
        ("RemovedInSphinx50Warning", ""),
    ],
)
def test_what_names_a_removed_thing_is_related_by_that_alone(type: str, message: str) -> None:
    raised = error(type, message)
    assert names_removed(raised, UPGRADE)
    assert total(raised) >= RELATED


@pytest.mark.parametrize(
    ("type", "message"),
    [
        ("ImportError", "cannot import name 'price' from 'shop.prices' (/app/shop/prices.py)"),
        ("AttributeError", "'Order' object has no attribute 'url'"),
        ("AttributeError", "'NoneType' object has no attribute 'is_ajax'"),
        ("AttributeError", "'str' object has no attribute 'force_text'"),
        ("KeyError", "'is_ajax'"),
        ("ValueError", "'force_text' is no colour; see django.utils.encoding.force_text"),
        ("DoesNotExist", "no 'is_ajax'"),
        ("TypeError", "unsupported operand type(s) for +: 'int' and 'is_ajax'"),
        ("RemovedItemWarning", ""),
        ("MyRemovedInDjango40WarningError", ""),
        ("NameError", "name 'is_open' is not defined"),
        ("", "'force_text' from 'django.utils.encoding'"),
    ],
)
def test_what_names_something_else_is_not(type: str, message: str) -> None:
    assert not names_removed(error(type, message), UPGRADE)
    assert total(error(type, message)) < RELATED


def test_a_usual_name_is_a_hint_only() -> None:
    hint = weights(error("AttributeError", "'Order' object has no attribute 'url'"))
    assert hint == {relating.NAMES_REMOVED_PERHAPS, relating.OF_CODE_PERHAPS}
    assert weights(error("AttributeError", "'Order' object has no attribute 'uri'")) == {relating.OF_CODE_PERHAPS}


def test_a_name_of_a_changed_distribution_counts_though_the_list_of_removed_ones_lacks_it() -> None:
    raised = error("ImportError", "cannot import name 'lru_cache' from 'django.utils.functional'")
    assert not names_removed(raised, UPGRADE)
    assert total(raised) == relating.NAMES_CHANGED + relating.OF_CODE >= RELATED
    assert total(error("ImportError", "cannot import name 'lru_cache' from 'djangoshop.utils'")) == relating.OF_CODE
    spaces = Touched(distributions={"google-cloud-storage": frozenset(["google.cloud.storage"])})
    storage = error("ImportError", "cannot import name 'x' from 'google.cloud.storage.blob'")
    assert relating.NAMES_CHANGED in [reason.weight for reason in relate(storage, (), spaces)][:1]
    other = error("KeyError", "cannot import name 'x' from 'google.cloud.vision'")
    assert relate(other, (), spaces) == ()


# Where


@pytest.mark.parametrize(
    ("raised", "weight"),
    [
        (error("X", "", CHECKOUT), relating.IN_CHANGED_FUNCTION),
        (error("X", "", CHECKOUT, PRICE), relating.IN_CHANGED_FUNCTION),
        (error("X", "", replace(CHECKOUT, module="")), relating.IN_CHANGED_FUNCTION),
        (error("X", "", replace(CHECKOUT, function="Shop.checkout")), relating.IN_CHANGED_FUNCTION),
        (error("X", "", replace(CHECKOUT, module="", file="D:\\app\\shop\\views.py")), relating.IN_CHANGED_FUNCTION),
        (error("X", "", own("shop.tags", "share")), relating.IN_CHANGED_FILE),
        (error("X", "", CART), relating.NEAR_CHANGE),
        (error("X", "", CHECKOUT, GET, PRICE), relating.NEAR_CHANGE),
        (error("X", "", CHECKOUT, *[own("shop.deep", f"f{n}") for n in range(5)]), relating.NEAR_CHANGE),
    ],
)
def test_changed_code_counts_by_how_near_it_was(raised: Raised, weight: int) -> None:
    assert weights(raised) == {weight}


@pytest.mark.parametrize(
    "frame",
    [
        own("shop.prices", "checkout"),
        own("othershop.views", "checkout"),
        own("shop.views.old", "checkout"),
        own("views", "checkout"),
        replace(CHECKOUT, in_app=False),
        Frame("", "/app/views.py", "checkout", True),
        Frame("", "/app/shop/sub/requirements.txt", "", True),
        Frame("", "/app/workshop/views.py", "checkout", True),
    ],
)
def test_other_code_does_not(frame: Frame) -> None:
    assert weights(error("X", "", frame, PRICE)) == set()


def test_a_file_at_the_root_is_known_by_its_place() -> None:
    root = Touched(files={"manage.py": None})
    assert weights(error("X", "", Frame("", "/app/manage.py", "main", True)), touched=root) == {2}
    assert weights(error("X", "", Frame("__main__", "/app/manage.py", "main", True)), touched=root) == {2}
    assert weights(error("X", "", Frame("", "/app/shop/tools/manage.py", "main", True)), touched=root) == set()


def test_the_strongest_of_the_diff_counts_once() -> None:
    assert [reason.weight for reason in relate(error("X", "", CART, own("shop.tags", "f"), CHECKOUT), (), UPGRADE)] == [
        relating.IN_CHANGED_FUNCTION
    ]


def test_what_runs_below_the_last_own_line_is_a_hint() -> None:
    assert weights(error("X", "", PRICE, GET)) == {relating.BELOW_CHANGED}
    driver = Frame("sqlite3", "/usr/lib/python3.9/sqlite3/x.py", "execute", False)
    assert weights(error("X", "", PRICE, GET, driver)) == {relating.BELOW_CHANGED}
    assert weights(error("X", "", PRICE, replace(GET, module=""))) == {relating.BELOW_CHANGED}
    # The handler of requests, at the outer end, is below nothing.
    assert weights(error("X", "", GET, PRICE)) == set()
    assert weights(error("X", "", PRICE, Frame("celery.app", f"{SITE}celery/app.py", "f", False))) == set()
    # Nothing of the service: all of it is below.
    assert weights(Raised("X", "", (HANDLER, GET))) == {relating.BELOW_CHANGED}
    assert weights(Raised("django.db.utils:X")) == {relating.BELOW_CHANGED}
    assert weights(Raised("shop.X")) == set()


# Kinds


@pytest.mark.parametrize(
    ("type", "message", "weight"),
    [
        ("FieldError", "Expression contains mixed types", relating.OF_CODE),
        ("FieldError", "Cannot resolve keyword 'colour' into field. Choices are: id", relating.OF_CODE_PERHAPS),
        ("TypeError", "f() missing 1 required positional argument: 'x'", relating.OF_CODE),
        ("TypeError", "f() takes 1 positional argument but 2 were given", relating.OF_CODE),
        ("TypeError", "can only concatenate str", 0),
        ("NoReverseMatch", "Reverse for 'order' not found", relating.OF_CODE_PERHAPS),
        ("AttributeError", "'NoneType' object has no attribute 'x'", 0),
        ("AttributeError", "'Order' object has no attribute 'x'", relating.OF_CODE_PERHAPS),
        ("django.db.utils.ProgrammingError", 'column "x" does not exist', relating.OF_CODE_PERHAPS),
        ("django.db.utils.OperationalError", "no such table: shop", relating.OF_CODE_PERHAPS),
        ("KeyError", "'x'", 0),
        ("ValueError", "x", 0),
    ],
)
def test_what_only_code_makes_came_with_code(type: str, message: str, weight: int) -> None:
    assert sum(weights(error(type, message))) == weight


@pytest.mark.parametrize("type", ["DoesNotExist", "Http404", "PermissionDenied", "DisallowedHost", "ValidationError"])
def test_what_visitors_make_is_less_than_nothing(type: str) -> None:
    assert total(error(type, "", PRICE, GET)) < 0
    # In a function that the upgrade changed it is to be looked at, and no more.
    assert 0 < total(error(type, "", CHECKOUT, GET)) < RELATED


@pytest.mark.parametrize(
    ("type", "message"),
    [
        ("django.db.utils.OperationalError", "server closed the connection unexpectedly"),
        ("requests.exceptions.ReadTimeout", ""),
        ("redis.exceptions.ConnectionError", "Error 111"),
        ("builtins.TimeoutError", ""),
        ("socket.timeout", ""),
        ("SystemExit", "1"),
        ("kombu.exceptions.OperationalError", ""),
    ],
)
def test_outages_weigh_against_it_where_no_changed_code_was_at_work(type: str, message: str) -> None:
    assert is_outage(Raised(type, message))
    assert total(error(type, message, PRICE, GET)) < 0
    assert total(error(type, message, CHECKOUT, GET)) >= RELATED


@pytest.mark.parametrize("type", ["OperationalErrors", "TimeoutErrorPolicy", "ValueError", "KeyError", ""])
def test_other_errors_are_no_outages(type: str) -> None:
    assert not is_outage(Raised(type, "timeout"))


# Versions


def test_what_the_old_version_has_too_is_not_of_the_upgrade_whatever_else_there_is() -> None:
    beside = replace(UPGRADE, beside=frozenset(["2.2"]))
    removed = error("ImportError", "cannot import name 'force_text' from 'django.utils.encoding'", CHECKOUT, GET)
    assert sum(reason.weight for reason in relate(removed, ["2.2", "3.2"], beside)) < 0
    assert relating.OLD_VERSION_TOO not in weights(removed, "2.2", "3.2", touched=UPGRADE)


def test_the_new_version_alone_counts_only_while_the_old_one_serves() -> None:
    beside = replace(UPGRADE, beside=frozenset(["2.2"]))
    assert weights(PLAIN, "3.2", touched=beside) == {relating.NEW_VERSION_ONLY}
    assert weights(PLAIN, touched=beside) == set()
    assert weights(PLAIN, "3.2", "4.0", touched=beside) == set()
    assert weights(PLAIN, "3.2", touched=UPGRADE) == set()


# Whatever comes


def test_names_of_any_length_and_number_are_bounded() -> None:
    long = "a." * 100_000
    names = frozenset(f"django.m{n}.gone_name" for n in range(2000))
    many = Touched({f"{n}/" * 50 + "x.py": None for n in range(100)}, {long: frozenset([long])}, names)
    message = "'gone_name' " * 10_000
    raised = Raised("ImportError", message, (Frame(long, long, long),) * 5000)
    assert names_removed(raised, many)
    assert all(len(reason.words) < 1000 for reason in relate(raised, [], many))
    assert relate(MISSING, (), Touched())[0].weight == relating.OF_VISITORS
