"""Errors of a small shop, groups of them, and an upgrade, for tests of what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chairlift.core.judging.fingerprints import Frame, Raised
from chairlift.core.judging.groups import Finding, NewErrors, judge_groups
from chairlift.core.judging.known import ErrorGroup, Past
from chairlift.core.judging.relating import Touched

DEPLOYED = datetime(2021, 9, 1, 10, tzinfo=UTC)
UNTIL = DEPLOYED + timedelta(days=1)
SITE = "/venv/lib/python3.9/site-packages/"


def own(module: str, function: str) -> Frame:
    return Frame(module, f"/app/{module.replace('.', '/')}.py", function, True)


def lib(module: str, function: str) -> Frame:
    return Frame(module, f"{SITE}{module.replace('.', '/')}.py", function, False)


HANDLER = lib("django.core.handlers.base", "_get_response")
CHECKOUT, CART = own("shop.views", "checkout"), own("shop.views", "cart")
PRICE = own("shop.prices", "price")
GET = lib("django.db.models.query", "get")
RENDER = lib("django.template.base", "render")

UPGRADE = Touched(
    files={"shop/views.py": frozenset(["checkout"]), "shop/tags.py": None, "requirements.txt": None},
    distributions={"django": frozenset(["django"])},
    removed=frozenset((
        "django.utils.encoding.force_text", "django.http.request.HttpRequest.is_ajax", "django.conf.urls.url",
        "django.utils.six", "django.dispatch.dispatcher.Signal.__init__.providing_args",
        "django.contrib.staticfiles.templatetags.staticfiles",
    )),
    versions=frozenset(["3.2"]),
)  # fmt: skip


def error(type: str = "builtins.RuntimeError", message: str = "no such thing", *frames: Frame) -> Raised:
    """In `price`, which the upgrade did not change, unless frames are given."""
    return Raised(type, message, (HANDLER, *(frames or (PRICE,))))


PLAIN = error()
#: Related by its message alone.
REMOVED = error("builtins.AttributeError", "'WSGIRequest' object has no attribute 'is_ajax'")
#: Related by where it was.
IN_CHECKOUT = error("builtins.RuntimeError", "no such thing", CHECKOUT)
MISSING = error("shop.models.Order.DoesNotExist", "Order matching query does not exist.", PRICE, GET)


def group(raised: Raised = PLAIN, count: float = 20, key: str = "", **more: object) -> ErrorGroup:
    """One with volume, unless more is said."""
    said: dict[str, object] = {"minutes": 10, "hosts": 3, **more}
    return ErrorGroup(key, raised, count, **said)  # type: ignore[arg-type]


def elsewhere(raised: Raised, number: int) -> Raised:
    """The same in a function of its own: another fingerprint."""
    return replace(raised, frames=(*raised.frames[:-1], own(f"shop.part{number}", f"function{number}")))


def judged(
    after: Sequence[ErrorGroup] | None, past: Sequence[ErrorGroup] | Past | None = (), touched: Touched = UPGRADE
) -> NewErrors:
    """A day after the deploy, with 28 days before it."""
    before = past if past is None or isinstance(past, Past) else Past(past)
    return judge_groups(before, after, touched, DEPLOYED, UNTIL)


def only(after: ErrorGroup, past: Sequence[ErrorGroup] | Past | None = (), touched: Touched = UPGRADE) -> Finding:
    """What is said of one group."""
    (found,) = judged([after], past, touched).findings
    return found


def told(finding: Finding) -> str:
    return "; ".join(reason.words for reason in finding.reasons)
