"""Every page that a person can open: one line each, for the browser's tests, the pictures and the bench."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from tests.browser.cast import HERON, LONG, QUAIL, SLUG

MEMBER, LEAD, NOBODY = "Ana", "Lena", ""


@dataclass(frozen=True)
class Page:
    """`name` is that of its picture, `url` that of its line in `web/urls.py`, `who` is whose eyes see it."""

    name: str
    url: str
    arguments: tuple[str, ...] = ()
    query: str = ""
    who: str = MEMBER
    status: int = 200

    @property
    def address(self) -> str:
        return reverse(self.url, args=self.arguments) + (f"?{self.query}" if self.query else "")


PAGES = (
    Page("sign-in", "sign-in", who=NOBODY),
    Page("sign-in-link", "sign-in", query="key=some", who=NOBODY),
    Page("sign-in-back", "sign-in-back", ("company",), who=NOBODY, status=404),
    Page("you", "you"),
    Page("start", "start"),
    Page("start-lead", "start", who=LEAD),
    Page("menu", "menu", (SLUG,)),
    Page("menu-lead", "menu", (SLUG,), who=LEAD),
    Page("choose", "choose", (SLUG,)),
    Page("sheet", "sheet", (SLUG,)),
    Page("sheet-empty", "sheet", (SLUG,), "q=nothing-like-it"),
    Page("board", "board", (SLUG,)),
    Page("board-lead", "board", (SLUG,), who=LEAD),
    Page("log", "log", (SLUG,)),
    Page("change-away", "change", (SLUG, "upgrade", "catalogue"), status=503),
    Page("squad", "squad", (SLUG, HERON)),
    Page("squad-odd", "squad", (SLUG, QUAIL), who=LEAD),
    Page("service-notice", "service", (SLUG, "catalogue")),
    Page("service-test", "service", (SLUG, "checkout")),
    Page("service-new", "service", (SLUG, "enrolment")),
    Page("service-reverted", "service", (SLUG, "notices"), who=LEAD),
    Page("service-done", "service", (SLUG, "rota")),
    Page("service-long", "service", (SLUG, LONG), who=LEAD),
    Page("not-found", "service", (SLUG, "chekout"), status=404),
)
#: What a person can open, but no browser shows as a page: words for machines, and files.
NOT_PAGES = frozenset({"api-document", "health", "ready", "sheet-export"})
