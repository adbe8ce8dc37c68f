"""The desk of this machine: calls queries and actions, as the web does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from chairlift.cli.desks import Chosen, Failure, Head, Menu
from chairlift.cli.frame import all_of, now, one
from chairlift.core.decision import Party
from chairlift.core.schedule import end_of
from chairlift.core.standing import Reasoning, Standing
from chairlift.server import actions, choices, problems, queries


class Here:
    """On the database of an opened home."""

    def status(self, slug: str, squad: str, turn: str) -> tuple[Head, list[Standing]]:
        campaign = queries.campaign(slug)
        head = Head(campaign.slug, campaign.value.title, campaign.paused_why, campaign.braked_why, campaign.alarmed_why)
        return head, queries.standings(campaign, now())

    def why(self, slug: str, service: str) -> Reasoning:
        return queries.reasoning(one(service, slug)[0], now())

    def failure(self, slug: str, service: str) -> Failure:
        row, _ = one(service, slug)
        run = queries.failure(row)
        assert run.ended_at
        return Failure(run.inputs["tests"], run.inputs["commit"], run.ended_at, run.output or run.why)

    def log(self, slug: str, service: str, by: str, kind: str, limit: int) -> list[dict[str, Any]]:
        campaign = queries.campaign(slug)
        name = queries.upgrade(service, campaign).service.name if service else ""
        return queries.entries(campaign, name, by, kind, limit)

    def menu(self, slug: str) -> Menu:
        value = queries.campaign(slug).value
        return Menu(value.slug, value.title, value.deadline, value.levels)

    def choose(self, slug: str, service: str, level: str, by: str, why: str, docs_by: date | None) -> Chosen:
        row, roster = one(service, slug)
        before = row.level
        chosen = choices.choose(row, level, by, why, roster, now(), docs_by)
        return Chosen(row.service.name, chosen.name, before, chosen.asks, chosen.promises)

    def document(self, slug: str, service: str, where: str, by: str) -> str:
        row, roster = one(service, slug)
        choices.document(row, where, by, roster, now())
        return row.service.name

    def promise(self, slug: str, service: str, day: date, by: str) -> str:
        row, roster = one(service, slug)
        choices.promise_docs(row, day, by, roster, now())
        return row.service.name

    def hold(self, slug: str, service: str, why: str, by: str) -> str:
        row, roster = one(service, slug)
        actions.hold(row, why, by, roster, now())
        return row.service.name

    def resume(self, slug: str, service: str, why: str, by: str) -> str:
        row, roster = one(service, slug)
        actions.resume(row, why, by, roster, now())
        return row.service.name

    def deployed(self, slug: str, service: str, environment: str, by: str) -> tuple[str, str]:
        row, roster = one(service, slug)
        return row.service.name, actions.deployed(row, environment, by, roster, now())

    def tested(self, slug: str, service: str, environment: str, note: str, by: str) -> tuple[str, str]:
        row, roster = one(service, slug)
        return row.service.name, actions.sign_off(row, note, by, roster, now(), environment)

    def block(self, slug: str, service: str, text: str, due: date | None, team: bool, by: str) -> tuple[str, str]:
        row, roster = one(service, slug)
        owner = Party.PROJECT_TEAM if team else Party.SQUAD
        end = end_of(due) if due else None
        return row.service.name, actions.block(row, text, by, roster, now(), due=end, owner=owner)

    def unblock(self, slug: str, service: str, name: str, why: str, by: str) -> str:
        row, roster = one(service, slug)
        actions.unblock(row, name, by, why, roster, now())
        return row.service.name

    def update(self, slug: str, service: str, text: str, by: str) -> str:
        row, roster = one(service, slug)
        actions.update(row, text, by, roster, now())
        return row.service.name

    def retry(self, slug: str, service: str, why: str, by: str) -> str:
        row, roster = one(service, slug)
        actions.retry(row, by, why, roster, now())
        return row.service.name

    def exempt(self, slug: str, service: str, until: date, why: str, by: str) -> str:
        row, roster = one(service, slug)
        actions.exempt(row, end_of(until), why, by, roster, now())
        return row.service.name

    def problem(self, slug: str, name: str, text: str, services: Sequence[str], by: str) -> int:
        campaign, roster = all_of(slug)
        return problems.record(campaign, name, text, services, by, roster, now())

    def pause(self, slug: str, why: str, by: str) -> str:
        campaign, roster = all_of(slug)
        actions.pause(campaign, why, by, roster, now())
        return campaign.slug

    def restart(self, slug: str, why: str, by: str) -> str:
        campaign, roster = all_of(slug)
        actions.restart(campaign, why, by, roster, now())
        return campaign.slug
