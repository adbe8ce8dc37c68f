"""What the API takes: each is one of `actions`, under the name of the token's person."""

from __future__ import annotations

from typing import Any

from ninja import Router

from chairlift.core.decision import Party
from chairlift.core.schedule import end_of
from chairlift.server import actions, choices, problems, queries
from chairlift.server.models import Upgrade
from chairlift.server.web.access import Request
from chairlift.server.web.api import shapes

router = Router()
_OF = "/campaigns/{slug}"


@router.put(_OF + "/choice/{path:name}", response=shapes.Chosen, url_name="api-choose", operation_id="choose")
def choose(request: Request, slug: str, name: str, told: shapes.Choice) -> dict[str, Any]:
    """Choose the service level of a service. What is so already is not recorded again."""
    row = _known(request, slug, name)
    before = row.level
    recorded = choices.choose_once(
        row, told.level, told.before, _by(request), told.why, request.roster, request.now, told.docs_by
    )
    level = row.campaign.value.level(row.level)
    return {
        "service": row.service.name, "level": level.name, "before": before, "asks": level.asks,
        "promises": level.promises, "recorded": recorded,
    }  # fmt: skip


@router.post(_OF + "/update/{path:name}", response=shapes.Done, url_name="api-update", operation_id="update")
def update(request: Request, slug: str, name: str, told: shapes.Update) -> dict[str, Any]:
    """Say how things are."""
    row = _known(request, slug, name)
    actions.update(row, told.text, _by(request), request.roster, request.now)
    return _done(request, row)


@router.post(_OF + "/hold/{path:name}", response=shapes.Done, url_name="api-hold", operation_id="hold")
def hold(request: Request, slug: str, name: str, told: shapes.Reason) -> dict[str, Any]:
    """Object: nothing is merged or deployed until somebody resumes. The same words are not recorded again."""
    row = _known(request, slug, name)
    recorded = actions.hold(row, told.why, _by(request), request.roster, request.now)
    return _done(request, row, recorded=recorded)


@router.post(_OF + "/resume/{path:name}", response=shapes.Done, url_name="api-resume", operation_id="resume")
def resume(request: Request, slug: str, name: str, told: shapes.Why) -> dict[str, Any]:
    """Go on after a hold."""
    row = _known(request, slug, name)
    recorded = actions.resume(row, told.why, _by(request), request.roster, request.now)
    return _done(request, row, recorded=recorded)


@router.post(_OF + "/deployed/{path:name}", response=shapes.Done, url_name="api-deployed", operation_id="deployed")
def deployed(request: Request, slug: str, name: str, told: shapes.Deployed) -> dict[str, Any]:
    """Say that the merged change runs in an environment; a deployer that sees otherwise is believed instead."""
    row = _known(request, slug, name)
    where = actions.deployed(row, told.environment, _by(request), request.roster, request.now)
    return _done(request, row, environment=where)


@router.post(_OF + "/tested/{path:name}", response=shapes.Done, url_name="api-tested", operation_id="tested")
def tested(request: Request, slug: str, name: str, told: shapes.Tested) -> dict[str, Any]:
    """Sign off, by name, what runs now, in one environment or in all."""
    row = _known(request, slug, name)
    actions.sign_off(row, told.note, _by(request), request.roster, request.now, told.environment)
    return _done(request, row, environment=told.environment)


@router.post(_OF + "/retry/{path:name}", response=shapes.Done, url_name="api-retry", operation_id="retry")
def retry(request: Request, slug: str, name: str, told: shapes.Why) -> dict[str, Any]:
    """Once more: failed work again, and a new pull request after a closed or reverted one."""
    row = _known(request, slug, name)
    actions.retry(row, _by(request), told.why, request.roster, request.now)
    return _done(request, row)


@router.post(
    _OF + "/documented/{path:name}", response=shapes.Done, url_name="api-documented", operation_id="documented"
)
def documented(request: Request, slug: str, name: str, told: shapes.Documented) -> dict[str, Any]:
    """Say where the deploy documentation is."""
    row = _known(request, slug, name)
    choices.document(row, told.where, _by(request), request.roster, request.now)
    return _done(request, row)


@router.post(_OF + "/promise/{path:name}", response=shapes.Done, url_name="api-promise", operation_id="promise")
def promise(request: Request, slug: str, name: str, told: shapes.Promise) -> dict[str, Any]:
    """Promise the deploy documentation by a day."""
    row = _known(request, slug, name)
    choices.promise_docs(row, told.day, _by(request), request.roster, request.now)
    return _done(request, row)


@router.post(_OF + "/block/{path:name}", response=shapes.Done, url_name="api-block", operation_id="block")
def block(request: Request, slug: str, name: str, told: shapes.Block) -> dict[str, Any]:
    """Record what is in the way; merging waits. The answer names the blocker."""
    row = _known(request, slug, name)
    owner = Party.PROJECT_TEAM if told.team else Party.SQUAD
    due = end_of(told.due) if told.due else None
    made = actions.block(row, told.text, _by(request), request.roster, request.now, due=due, owner=owner)
    return _done(request, row, blocker=made)


@router.post(_OF + "/unblock/{path:name}", response=shapes.Done, url_name="api-unblock", operation_id="unblock")
def unblock(request: Request, slug: str, name: str, told: shapes.Unblock) -> dict[str, Any]:
    """Take a blocker, or a known problem here, away."""
    row = _known(request, slug, name)
    actions.unblock(row, told.blocker, _by(request), told.why, request.roster, request.now)
    return _done(request, row, blocker=told.blocker)


@router.post(_OF + "/exempt/{path:name}", response=shapes.Done, url_name="api-exempt", operation_id="exempt")
def exempt(request: Request, slug: str, name: str, told: shapes.Exempt) -> dict[str, Any]:
    """Permit a service not to take part before a day."""
    row = _known(request, slug, name)
    actions.exempt(row, end_of(told.until), told.why, _by(request), request.roster, request.now)
    return _done(request, row)


@router.post(_OF + "/problem", response=shapes.CampaignDone, url_name="api-problem", operation_id="problem")
def problem(request: Request, slug: str, told: shapes.KnownProblem) -> dict[str, Any]:
    """Record a known problem; merges wait wherever it is open."""
    row = queries.campaign(slug)
    by = _by(request)
    count = problems.record(row, told.name, told.text, told.services, by, request.roster, request.now)
    return {"campaign": row.slug, "by": by, "services": count}


@router.post(_OF + "/pause", response=shapes.CampaignDone, url_name="api-pause", operation_id="pause")
def pause(request: Request, slug: str, told: shapes.Reason) -> dict[str, Any]:
    """Pause the campaign: nothing is changed any more, except undoing."""
    row = queries.campaign(slug)
    actions.pause(row, told.why, _by(request), request.roster, request.now)
    return {"campaign": row.slug, "by": _by(request)}


@router.post(_OF + "/restart", response=shapes.CampaignDone, url_name="api-restart", operation_id="restart")
def restart(request: Request, slug: str, told: shapes.Why) -> dict[str, Any]:
    """Go on with the campaign after a pause, or after it braked."""
    row = queries.campaign(slug)
    actions.restart(row, told.why, _by(request), request.roster, request.now)
    return {"campaign": row.slug, "by": _by(request)}


def _known(request: Request, slug: str, name: str) -> Upgrade:
    """The service, if the services file still has it: nobody can speak for one that belongs to nobody."""
    row = queries.upgrade(name, queries.campaign(slug))
    if not request.roster.has(row.service.name):
        raise actions.NotPossible(f"the services file no longer has {row.service.name!r}; ask whoever keeps it")
    return row


def _by(request: Request) -> str:
    assert request.reader
    return request.reader.name


def _done(request: Request, row: Upgrade, **more: Any) -> dict[str, Any]:
    return {"service": row.service.name, "by": _by(request), **more}
