"""Every page that a person can open: one line each, for the browser's tests, the pictures and the bench."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from tests.browser.cast import HERON, LONG, QUAIL, SLUG

MEMBER, LEAD, OPERATOR, NOBODY = "Ana", "Lena", "Olga", ""


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
    Page("import", "import", (SLUG,)),
    Page("import-seen", "import-seen", (SLUG, "1")),
    Page("conflicts", "conflicts", (SLUG,)),
    Page("board", "board", (SLUG,)),
    Page("board-lead", "board", (SLUG,), who=LEAD),
    Page("timeline", "timeline", (SLUG,)),
    Page("timeline-if", "timeline", (SLUG,), "from=DIY&to=Hands-off&wave=20", who=LEAD),
    Page("log", "log", (SLUG,)),
    Page("report", "report", (SLUG,), who=LEAD),
    Page("report-squad", "report", (SLUG,), f"squad={HERON}"),
    Page("report-rows", "report-rows", (SLUG, "chosen")),
    Page("deliveries", "deliveries", (SLUG,), who=LEAD),
    Page("change-away", "change", (SLUG, "upgrade", "catalogue"), status=503),
    Page("squad", "squad", (SLUG, HERON)),
    Page("squad-odd", "squad", (SLUG, QUAIL), who=LEAD),
    Page("service-notice", "service", (SLUG, "catalogue")),
    Page("service-test", "service", (SLUG, "checkout")),
    Page("service-new", "service", (SLUG, "enrolment")),
    Page("service-reverted", "service", (SLUG, "notices"), who=LEAD),
    Page("service-done", "service", (SLUG, "rota")),
    Page("service-watched", "service", (SLUG, "wallet")),
    Page("service-long", "service", (SLUG, LONG), who=LEAD),
    Page("admin", "admin", (SLUG,), who=LEAD),
    Page("campaign-file", "campaign-file", (SLUG,), who=LEAD),
    Page("campaign-draft", "campaign-draft", (SLUG, "2"), who=LEAD),
    Page("operator", "operator", who=OPERATOR),
    Page("operator-access", "operator-access", who=OPERATOR),
    Page("operator-services", "operator-services", who=OPERATOR),
    Page("operator-draft", "operator-draft", ("1",), who=OPERATOR),
    Page("not-found", "service", (SLUG, "chekout"), status=404),
)
#: What a person can open, but no browser shows as a page: words for machines, and files.
NOT_PAGES = frozenset(
    {"api-document", "calendar", "health", "metrics", "operator-draft-text", "operator-services-text", "ready"}
    | {"report-paste", "sheet-export"}
)
