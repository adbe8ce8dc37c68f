"""A campaign in mid-flight: twelve services of four squads, each at another place of the ladder, on a fixed clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chairlift.campaigns import shipped
from chairlift.core.decision import Party, StepName, Verb
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.lines import CHAIRLIFT
from tests.browser.watched import judged

NOW = datetime(2021, 9, 6, 9, 12, tzinfo=UTC)
SLUG = "django-3.2"
#: The end of the campaign's last day to choose, in hours from now.
CHOOSE_BY = (datetime(2021, 7, 15, 23, 59, 59, tzinfo=UTC) - NOW) / timedelta(hours=1)
BASE, HEAD = "4f1d2c9ab07e53d6c18fae0b9d25713c6f08e4a1", "9c07b6e2f4d81a35e0b92c74d6a1f853b7e09d1c"
#: As long as a name may be, without a place to break it.
LONG = (
    "warehouse-export-of-enrolments-grades-certificates-and-refunds-for-partners-in-europe-asia-"
    "and-the-americas-every-night"
)

PEOPLE = """
[[person]]
name = "Lena"
email = "lena@example.org"
[[person]]
name = "Mats"
email = "mats@example.org"
[[person]]
name = "Ana"
email = "ana@example.org"
[[person]]
name = "Bo"
email = "bo@example.org"
[[person]]
name = "Cy"
email = "cy@example.org"
[[person]]
name = "Dee"
email = "dee@example.org"
[[person]]
name = "Eve"
email = "eve@example.org"
[[person]]
name = "Olga"
email = "olga@example.org"
[[squad]]
name = "Heron"
people = ["Ana", "Bo"]
contact = "Ana"
backup = "Bo"
zone = "Europe/Berlin"
[[squad]]
name = "Ibis"
people = ["Cy", "Dee"]
contact = "Cy"
backup = "Dee"
zone = "America/New_York"
[[squad]]
name = "Egret"
people = ["Eve"]
contact = "Eve"
[[squad]]
name = "Quail & Ærø <partners>"
people = ["Dee"]
contact = "Dee"
"""
HERON, IBIS, EGRET, QUAIL = "Heron", "Ibis", "Egret", "Quail & Ærø <partners>"
HANDS_OFF, VERIFY, REVIEW, DIY = "Hands-off", "Trust but verify", "Review everything", "DIY"
FINDINGS = (
    "accounts/models.py:41: the user model has its own __str__ of a lazy text"
    "; see https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous",
    "grades/queries.py:118: extra(select=…) with a raw order: read it once by hand",
    "settings/base.py:212: DEFAULT_HASHING_ALGORITHM is transitional, and goes with the clean-up",
)


@dataclass(frozen=True)
class Part:
    """One service, and where it stands; `until` is in hours from now."""

    service: str
    squad: str
    level: str = ""
    change: str = "upgrade"
    step: StepName | None = None
    decision: str = ""
    why: str = ""
    whom: Party | None = None
    until: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()

    @property
    def standing(self) -> dict[str, Any]:
        """The columns of its upgrade."""
        return {
            "level": self.level,
            "change": self.change,
            "step": self.step or "",
            "decision": self.decision,
            "why": self.why,
            "whom": self.whom or "",
            "until": hence(self.until) if self.until is not None else None,
            "since": hence(-50),
            "evidence": self.evidence,
            "looked_at": hence(-0.1),
            "admitted_at": hence(-900) if self.level else None,
            "done_at": hence(-30) if self.decision == "done" else None,
            # Nobody looks at it: its forge is not there.
            "look_again_at": None,
        }


def hence(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def seen(state: str = "planned", after: str = "passed", why: str = "", findings: tuple[str, ...] = FINDINGS,
         pull: int = 0, merged: bool = True, **more: Any) -> dict[str, Any]:  # fmt: skip
    """The evidence of one change."""
    plan = {
        "state": state, "commit": HEAD, "files": 23, "insertions": 148, "deletions": 131, "why": "",
        "findings": list(findings),
    }  # fmt: skip
    found = {"plan": plan, "before": {"state": "passed", "why": "412 tests on Django 2.2.24"}}
    found["after"] = {"state": after, "why": why or "412 tests on Django 3.2.6"}
    if pull:
        found["head"] = found["after"]
        found["pull"] = {
            "number": pull, "state": "merged" if merged else "open", "head": HEAD,
            "url": f"https://forge.example/edu/pulls/{pull}",
            "merged_commit": "", "reverted": False, "moot": False,
        }  # fmt: skip
    return {**found, **more}


def evidence(**changes: dict[str, Any]) -> dict[str, Any]:
    return {"base": BASE, "changes": {slug.replace("_", "-"): each for slug, each in changes.items()}}


def did(hours: float, verb: Verb, step: StepName, text: str, change: str = "upgrade") -> Line:
    return Line(hence(hours), CHAIRLIFT, Kind.DID, change, step, HEAD, text, {"verb": verb, "where": ""})


def word(hours: float, by: str, kind: Kind, text: str, step: StepName | str = "", **more: Any) -> Line:
    return Line(hence(hours), by, kind, "upgrade", step, text=text, **more)


_OPENED = did(-400, Verb.OPEN, StepName.CREATE, "pull request 31")
_APPROVED = did(-210, Verb.APPROVE, StepName.REVIEW, "approved pull request 31")
_TOLD = did(-60, Verb.ANNOUNCE, StepName.MERGE, "notice of 3 working days begins")
_MERGED = did(-49, Verb.MERGE, StepName.MERGE, f"merged as {HEAD}")

CAST = (
    Part("catalogue", HERON, HANDS_OFF, "upgrade", StepName.MERGE, "wait",
         "notice to Heron: merges when it ends, unless somebody objects", until=28.8,
         evidence=evidence(prepare=seen(pull=27), upgrade=seen(pull=31, merged=False)),
         lines=(_OPENED, _APPROVED, _TOLD)),
    Part("checkout", HERON, VERIFY, "upgrade", StepName.TEST, "ask",
         "production runs it: Heron tests it and says so by name", Party.SQUAD, until=77,
         evidence=evidence(upgrade=seen(pull=31, environments=[
             {"name": "stage", "holds": "yes", "runs": HEAD, "since": hence(-49).isoformat()},
             {"name": "production", "holds": "yes", "runs": HEAD, "since": hence(-20).isoformat()}])),
         lines=(_OPENED, _APPROVED, _TOLD, _MERGED, word(-30, "Bo", Kind.SAID, "stage looks fine; more on Tuesday"))),
    Part("enrolment", HERON, "", "prepare", StepName.CREATE, "ask",
         "Heron has not chosen a service level yet; until then there is only the plan", Party.SQUAD, until=CHOOSE_BY,
         evidence=evidence(prepare=seen())),
    Part("forum", HERON, REVIEW, "prepare", StepName.REVIEW, "ask",
         "pull request 27 waits for a review by Heron of 9c07b6e2f4", Party.SQUAD, until=-20.5,
         evidence=evidence(prepare=seen(pull=27, merged=False)), lines=(_OPENED,)),
    Part("grades", HERON, "", "prepare", StepName.CREATE, "ask",
         "Heron has not chosen a service level yet; until then there is only the plan", Party.SQUAD, until=CHOOSE_BY,
         evidence=evidence(prepare=seen(findings=()))),
    Part("ledger", IBIS, DIY, "upgrade", StepName.CREATE, "ask",
         "Ibis creates the pull request itself: issue 9 has the patch", Party.SQUAD, until=220,
         evidence=evidence(upgrade=seen())),
    Part("moneta", EGRET, REVIEW, "clean-up", StepName.PLAN, "wait",
         "the tests are running, before and after the change", until=0.1, evidence=evidence(upgrade=seen(pull=31))),
    Part("notices", EGRET, HANDS_OFF, "upgrade", StepName.TEST, "ask",
         "the change was reverted, worse in production (errors rose 3.6 to 6.7 times (95%), from the deploy on): mend "
         "the cause, then run 'chairlift retry'", Party.PROJECT_TEAM, until=-3,
         evidence=evidence(upgrade=seen(pull=31, verdicts={"production": {
             "health": "worse", "why": "errors rose 3.6 to 6.7 times (95%), from the deploy on", "final": True,
            "commit": HEAD, "evidence": judged(hence(-10), 45, 5)}})),
         lines=(_OPENED, _APPROVED, _TOLD, _MERGED,
                did(-9, Verb.REVERT, StepName.TEST, "reverted as 77ab01c2 (pull request 32)"))),
    Part("rota", IBIS, VERIFY, "clean-up", None, "done", "every change is merged, and runs everywhere",
         evidence=evidence(prepare=seen(pull=27), upgrade=seen(pull=31), clean_up=seen(pull=40)),
         lines=(_OPENED, _APPROVED, _TOLD, _MERGED, word(-31, "Cy", Kind.TESTED, "clicked through the main pages"))),
    Part("shortlink", EGRET, HANDS_OFF, "prepare", StepName.PLAN, "ask",
         "the tests do not pass with the change (3 of 96 failed: links.tests.Redirects): push a branch "
         "chairlift/django-3.2/prepare that holds the change and what it needs besides, and Chairlift opens its pull "
         "request; or mend the recipe, or the code on the default branch", Party.PROJECT_TEAM, until=41,
         evidence=evidence(prepare=seen(after="failed", why="3 of 96 failed: links.tests.Redirects"))),
    Part("wallet", IBIS, HANDS_OFF, "upgrade", StepName.TEST, "wait",
         "watching production: so far unknown (so far as usual; 4 hours more to watch)", until=140,
         evidence=evidence(upgrade=seen(pull=31, verdicts={"production": {
             "health": "unknown", "why": "so far as usual; 4 hours more to watch", "final": False, "commit": HEAD,
            "evidence": judged(hence(-20.5), 1200, 1),
            "counts": {"before": {"requests": 24_190_000, "errors": 48_380, "minutes": 40_320, "expected": 40_320,
                                  "groups": [["TimeoutError: <payments> did not answer", 48_380]]},
                       "after": {"requests": 720_000, "errors": 1_440, "minutes": 1200, "expected": 1200,
                                 "groups": [["TimeoutError: <payments> did not answer", 1_440]]}}}},
            environments=[{"name": "production", "holds": "yes", "runs": HEAD, "since": hence(-20.5).isoformat()}])),
         lines=(_OPENED, _APPROVED, _TOLD, _MERGED)),
    Part(LONG, QUAIL, "", "prepare", StepName.CREATE, "ask",
         f"{QUAIL} has not chosen a service level yet; until then there is only the plan", Party.SQUAD, until=CHOOSE_BY,
         evidence=evidence(prepare=seen())),
)  # fmt: skip


def campaign_text(slug: str = SLUG, title: str = "") -> str:
    """The campaign that ships, with people in it."""
    text = shipped()[SLUG].replace('"Project lead"', '"Lena"').replace('"Project manager"', '"Mats"')
    if slug != SLUG:
        text = text.replace(f'slug = "{SLUG}"', f'slug = "{slug}"').replace('"Django 2.2 to 3.2"', f'"{title or slug}"')
    return text


def service_text(name: str, squad: str) -> str:
    lines = ["[[service]]", f'name = "{name}"', f'squad = "{squad}"', f'repo = "edu/{name[:40]}"']
    return "\n".join([*lines, 'deploy_docs = "docs/deploy.md"', ""])


def services_text(more: str = "") -> str:
    return PEOPLE + more + "".join(service_text(part.service, part.squad) for part in CAST)


def seed(more: str = "", campaigns: Mapping[str, str] | None = None) -> None:
    """The campaign in the database of the home that is open; with `more` people, squads and services, and campaigns."""
    from django.db import transaction

    from chairlift.server import actions, choices
    from chairlift.server.models import Campaign, Entry, Upgrade

    began = hence(-1500)
    with transaction.atomic():
        roster = actions.load_roster(services_text(more), "services.toml", "operator", began)
        for slug, title in {SLUG: "", **(campaigns or {})}.items():
            actions.load_campaign(campaign_text(slug, title), f"{slug}.toml", "operator", began)
        names = [part.service for part in CAST]
        rows = Upgrade.objects.filter(campaign__slug=SLUG, service__name__in=names)
        by_name = {row.service.name: row for row in rows.select_related("campaign", "service")}
        for part in CAST:
            row = by_name[part.service]
            if part.level:
                who = roster.service(part.service).squad.contact
                choices.choose(row, part.level, who, "we know how this service behaves", roster, hence(-1400))
            for line in part.lines:
                Entry.write(row, line)
            Upgrade.objects.filter(pk=row.pk).update(**part.standing)
        _keep_in_hand(roster)
        _let_in(roster)
        _sheets(Campaign.objects.get(slug=SLUG))


_BROWSERS = {
    "Ana": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Cy": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15",
    "Zoe": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile Safari/604.1",
}


def _let_in(roster: Any) -> None:
    """Sessions (one of somebody who has left), tokens, a link that waits, a calendar, and what was ended."""
    from chairlift.server.models import Session
    from chairlift.server.web import admitted, calendars, links, tokens
    from chairlift.server.web.scopes import Scope

    for number, (person, agent) in enumerate(_BROWSERS.items()):
        seen = hence(-5 * number - 0.4)
        Session.objects.create(
            pk=f"of-{person}", session_data="", expire_date=seen + timedelta(days=14), person=person, agent=agent,
            how="the company" if number else "a link", began_at=hence(-90), seen_at=seen,
        )  # fmt: skip
    for person, scopes, name, hours in (
        ("Ana", [Scope.READ, Scope.CHOOSE, Scope.ACT], "terminal of Ana", -800),
        ("Mats", [Scope.READ], "weekly numbers", -300),
        ("Cy", [Scope.READ, Scope.ACT], "pipeline of ledger and rota", -200),
    ):
        row, _ = tokens.make(person, scopes, roster, hence(hours), name=name)
    admitted.revoke(row.pk, "Olga", hence(-21))
    links.make("Dee", roster, hence(-0.2))
    # Not of whom the pictures show: the address differs each time.
    calendars.renew("Bo", HERON, hence(-700))


def _sheets(campaign: Any) -> None:
    """A spreadsheet that Ana shows, and a shared one that differs."""
    from chairlift.server.models import SheetConflict, SheetDraft, SheetState

    data = b"Service,Level\nenrolment,DIY\ngrades,Hands-off\nforum,Every day\nledger,DIY\n"
    SheetDraft.objects.create(pk=1, campaign=campaign, person="Ana", name="choices.csv", data=data, at=NOW)
    SheetState.objects.create(campaign=campaign, synced_at=hence(-3), next_at=hence(0.1))
    SheetConflict.objects.create(
        campaign=campaign, service="forum", heading="Level", ours=REVIEW, theirs=DIY, since=hence(-3),
        why="it was changed on both sides since the last look",
    )  # fmt: skip


#: A list as a company keeps it, with a row that cannot be taken in.
CATALOGUE = b"""Service,Repository,Squad,Contact,Cost centre
checkout,edu/checkout,Ibis,,7
search,https://github.com/edu/search,Plover,pia@example.org,7
typo,edu/typo,Herron,,7
"""


def _keep_in_hand(roster: Any) -> None:
    """A known problem, an exemption, and two files on their way in."""
    from chairlift import catalogues
    from chairlift.server import actions, drafts, problems, queries

    campaign, began = queries.campaign(SLUG), hence(-20)
    where = ["checkout", "forum", LONG]
    problems.record(campaign, "slow-scan", "the new index is not used", where, "Lena", roster, began)
    actions.exempt(queries.upgrade("ledger", campaign), hence(900), "replaced in October", "Lena", roster, began)
    held = drafts.holds(None)[0]
    found = catalogues.propose(held, catalogues.read([catalogues.File("services.csv", CATALOGUE)]))
    drafts.make_import(found, drafts.edition(held), "Olga", began)
    text = campaign.text.replace("deadline = 2021-10-15", "deadline = 2021-11-15")
    drafts.make(campaign, text, drafts.edition(campaign.text), "Lena", began)
