"""What the API shows: the same rows, filters and reasons as the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.utils.encoding import escape_uri_path
from ninja import Query, Router

from chairlift.core.menu import Campaign as CampaignValue
from chairlift.server import queries
from chairlift.server.models import Campaign, Entry, Upgrade
from chairlift.server.web import rows
from chairlift.server.web.access import Request
from chairlift.server.web.api import shapes

Row = TypeVar("Row", bound=Model)

router = Router()
#: What can be read can be asked for its head, too.
READ = ["GET", "HEAD"]


@router.api_operation(READ, "/me", response=shapes.Me, url_name="api-me", operation_id="me")
def me(request: Request) -> dict[str, Any]:
    """Whom the token speaks for, what it is for, and until when. Every valid token may ask."""
    assert request.reader
    person = request.roster.person(request.reader.name)
    assert person
    return {
        "person": person.name, "handles": list(person.handles), "email": person.email,
        "squads": list(request.reader.squads), "scopes": request.token.scopes.split(),
        "until": request.token.until.isoformat(),
    }  # fmt: skip


@router.api_operation(READ, "/campaigns", response=shapes.Campaigns, url_name="api-campaigns", operation_id="campaigns")
def campaigns(request: Request, asked: Query[shapes.Paged]) -> dict[str, Any]:
    """Every campaign, and how far each is."""
    counts = queries.counts(request.now)
    return _page(request, asked, Campaign.objects.order_by("slug"), lambda row: _campaign(row, counts[row.pk]))


@router.api_operation(READ, "/campaigns/{slug}", response=shapes.Menu, url_name="api-campaign", operation_id="campaign")
def campaign(request: Request, slug: str) -> dict[str, Any]:
    """One campaign with its menu: who does which step at each service level."""
    row = queries.campaign(slug)
    value = row.value
    levels = [level.plain() for level in value.levels]
    changes = [{"slug": change.slug, "title": change.title} for change in value.changes]
    return {**_campaign(row, queries.counts(request.now)[row.pk]), "levels": levels, "changes": changes}


def _campaign(row: Campaign, counts: Any) -> dict[str, Any]:
    value = row.value
    return {
        "slug": value.slug, "title": value.title, "why": value.why, "lead": value.lead, "manager": value.manager,
        "choose_by": value.choose_by.isoformat(), "deadline": value.deadline.isoformat(),
        "environments": list(value.environments), "paused": row.paused_why, "braked": row.braked_why,
        "alarmed": row.alarmed_why,
        "services": counts["total"], "done": counts["done"], "waiting": counts["people"], "overdue": counts["overdue"],
    }  # fmt: skip


@router.api_operation(
    READ, "/campaigns/{slug}/services", response=shapes.Standings, url_name="api-services", operation_id="services"
)
def services(request: Request, slug: str, asked: Query[shapes.Services]) -> dict[str, Any]:
    """Where each service stands: the rows of the sheet."""
    row = queries.campaign(slug)
    wanted = rows.Wanted(
        squad=asked.squad, level=asked.level, step=asked.step, turn=asked.turn, overdue=asked.overdue, words=asked.q,
        sort=asked.sort or "service",
    )  # fmt: skip
    return _page(request, asked, rows.chosen(row, wanted, request.now), _standing_at(request.now))


def _standing_at(now: datetime) -> Callable[[Upgrade], dict[str, Any]]:
    return lambda row: queries.standing(row, now).plain()


@router.api_operation(
    READ, "/campaigns/{slug}/services/{path:name}", response=shapes.Service, url_name="api-service",
    operation_id="service",
)  # fmt: skip
def service(request: Request, slug: str, name: str) -> dict[str, Any]:
    """One service: where it stands, why, who does each step, what is in the way, and all the evidence."""
    row = queries.upgrade(name, queries.campaign(slug))
    told = queries.reasoning(row, request.now)
    return {
        **vars(told),
        "standing": told.standing.plain(),
        "steps": [{"step": step, "who": who} for step, who in told.steps],
        "changes": _changes(row.campaign.value, told.evidence),
        "next_look": told.next_look.isoformat() if told.next_look else None,
    }


def _changes(value: CampaignValue, evidence: Any) -> list[dict[str, Any]]:
    seen = evidence.get("changes", {})
    return [
        {"change": each.slug, "title": each.title, "pull": seen.get(each.slug, {}).get("pull")}
        for each in value.changes
    ]  # fmt: skip


@router.api_operation(
    READ, "/campaigns/{slug}/output/{path:name}", response=shapes.Output, url_name="api-output", operation_id="output"
)
def output(request: Request, slug: str, name: str) -> dict[str, Any]:
    """What the last tests of the service that did not pass have said; 404 where all have passed."""
    row = queries.upgrade(name, queries.campaign(slug))
    run = queries.failure(row)
    return {
        "service": row.service.name, "tests": run.inputs["tests"], "commit": run.inputs["commit"],
        "ended_at": run.ended_at.isoformat() if run.ended_at else "", "output": run.output or run.why,
    }  # fmt: skip


@router.api_operation(READ, "/campaigns/{slug}/log", response=shapes.Entries, url_name="api-log", operation_id="log")
def log(request: Request, slug: str, asked: Query[shapes.Log]) -> dict[str, Any]:
    """Who said or did what, when and why, newest first; of one service, one person, or one kind."""
    row = queries.campaign(slug)
    name = queries.upgrade(asked.service, row).service.name if asked.service else ""
    found = queries.log_of(row, name, asked.by, asked.kind)
    newest = asked.until
    if newest is None:
        # The pages after this one go on from here, however much is written meanwhile.
        newest = found.values_list("pk", flat=True).first() or 0
    return _page(request, asked, found.filter(pk__lte=newest), _entry, until=newest)


def _entry(row: Entry) -> dict[str, Any]:
    return {"number": row.pk, **queries.line(row)}


@router.api_operation(
    READ, "/campaigns/{slug}/squads/{path:squad}", response=shapes.Squad, url_name="api-squad", operation_id="squad"
)
def squad(request: Request, slug: str, squad: str, asked: Query[shapes.Paged]) -> dict[str, Any]:
    """A squad, and everything that waits for it, most urgent first."""
    row = queries.campaign(slug)
    known = queries.squad(request.roster, squad)
    waiting = rows.chosen(row, rows.Wanted(squad=known.name, turn="squad", sort="until"), request.now)
    return {
        **_page(request, asked, waiting, _standing_at(request.now)),
        "name": known.name, "people": list(known.people), "contact": known.contact, "backup": known.backup,
        "services": Upgrade.objects.filter(campaign=row, service__squad=known.name).count(),
    }  # fmt: skip


def _page(
    request: Request,
    asked: shapes.Paged,
    found: QuerySet[Row],
    plain: Callable[[Row], dict[str, Any]],
    **pinned: object,
) -> dict[str, Any]:
    """One page, and the addresses of those beside it; beyond the last there is nothing, and no error."""
    total = found.count()
    end = asked.page * asked.page_size
    items = [plain(row) for row in found[end - asked.page_size : end]]
    last = max(1, -(-total // asked.page_size))

    def link(page: int) -> str:
        query = {**request.GET.dict(), **pinned, "page": page}
        return f"{escape_uri_path(request.path)}?{urlencode(query)}"

    return {
        "total": total, "page": asked.page, "page_size": asked.page_size, "items": items,
        "next": link(asked.page + 1) if asked.page < last else None,
        "prev": link(min(asked.page - 1, last)) if asked.page > 1 else None,
    }  # fmt: skip
