"""The desk of a server: asks it over its API, and answers as the desk here does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import click

from chairlift.cli.desks import Chosen, Failure, Head, Menu
from chairlift.cli.wire import Server, address, token_for
from chairlift.core.decision import Party, StepName
from chairlift.core.menu import ServiceLevel
from chairlift.core.reading import fold
from chairlift.core.standing import Reasoning, Standing, in_order

#: As many as the API gives at once.
_PAGE = 100
#: Whose turn, in the words of the API.
_TURNS = {"squad": "squad", "team": "team", "anybody": "somebody"}


class There:
    """On one server, as the person of the token."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @classmethod
    def of(cls, url: str) -> There:
        url = address(url)
        return cls(Server(url, token_for(url)))

    # What is asked

    def status(self, slug: str, squad: str, turn: str) -> tuple[Head, list[Standing]]:
        path = self._campaign(slug)
        found = self._server.get(path)
        head = Head(found["slug"], found["title"], found["paused"], found["braked"], found.get("alarmed", ""))
        # Not every database knows which letters beyond ASCII are the same.
        wanted = {"squad": squad if squad.isascii() else "", "turn": _TURNS.get(turn, "")}
        return head, in_order(map(_standing, self._pages(f"{path}/services", 10**9, **wanted)))

    def why(self, slug: str, service: str) -> Reasoning:
        found = self._server.get(f"{self._campaign(slug)}/services/{_word(service)}")
        return Reasoning(
            standing=_standing(found["standing"]),
            level=found["level"],
            chosen=found["chosen"],
            steps=tuple((each["step"], each["who"]) for each in found["steps"]),
            evidence=found["evidence"],
            blockers=tuple(found["blockers"]),
            units=tuple(found["units"]),
            log=tuple(found["log"]),
            next_look=_moment(found["next_look"]),
        )

    def failure(self, slug: str, service: str) -> Failure:
        found = self._server.get(f"{self._campaign(slug)}/output/{_word(service)}")
        return Failure(found["tests"], found["commit"], datetime.fromisoformat(found["ended_at"]), found["output"])

    def log(self, slug: str, service: str, by: str, kind: str, limit: int) -> list[dict[str, Any]]:
        rows = self._pages(f"{self._campaign(slug)}/log", limit, service=service, by=by, kind=kind)
        return [{name: value for name, value in row.items() if name != "number"} for row in reversed(rows)]

    def menu(self, slug: str) -> Menu:
        found = self._server.get(self._campaign(slug))
        levels = tuple(_level(each) for each in found["levels"])
        return Menu(found["slug"], found["title"], datetime.fromisoformat(found["deadline"]), levels)

    # What is said

    def choose(self, slug: str, service: str, level: str, by: str, why: str, docs_by: date | None) -> Chosen:
        told = {"level": level, "why": why, "docs_by": docs_by.isoformat() if docs_by else None}
        found = self._say(slug, f"choice/{_word(service)}", told, by, "PUT")
        return Chosen(found["service"], found["level"], found["before"], found["asks"], found["promises"])

    def document(self, slug: str, service: str, where: str, by: str) -> str:
        return str(self._say(slug, f"documented/{_word(service)}", {"where": where}, by)["service"])

    def promise(self, slug: str, service: str, day: date, by: str) -> str:
        return str(self._say(slug, f"promise/{_word(service)}", {"day": day.isoformat()}, by)["service"])

    def hold(self, slug: str, service: str, why: str, by: str) -> str:
        return str(self._say(slug, f"hold/{_word(service)}", {"why": why}, by)["service"])

    def resume(self, slug: str, service: str, why: str, by: str) -> str:
        return str(self._say(slug, f"resume/{_word(service)}", {"why": why}, by)["service"])

    def deployed(self, slug: str, service: str, environment: str, by: str) -> tuple[str, str]:
        found = self._say(slug, f"deployed/{_word(service)}", {"environment": environment}, by)
        return found["service"], found["environment"]

    def tested(self, slug: str, service: str, environment: str, note: str, by: str) -> tuple[str, str]:
        told = {"environment": environment, "note": note}
        found = self._say(slug, f"tested/{_word(service)}", told, by)
        return found["service"], found["by"]

    def block(self, slug: str, service: str, text: str, due: date | None, team: bool, by: str) -> tuple[str, str]:
        told = {"text": text, "due": due.isoformat() if due else None, "team": team}
        found = self._say(slug, f"block/{_word(service)}", told, by)
        return found["service"], found["blocker"]

    def unblock(self, slug: str, service: str, name: str, why: str, by: str) -> str:
        return str(self._say(slug, f"unblock/{_word(service)}", {"blocker": name, "why": why}, by)["service"])

    def update(self, slug: str, service: str, text: str, by: str) -> str:
        return str(self._say(slug, f"update/{_word(service)}", {"text": text}, by)["service"])

    def retry(self, slug: str, service: str, why: str, by: str) -> str:
        return str(self._say(slug, f"retry/{_word(service)}", {"why": why}, by)["service"])

    def exempt(self, slug: str, service: str, until: date, why: str, by: str) -> str:
        told = {"until": until.isoformat(), "why": why}
        return str(self._say(slug, f"exempt/{_word(service)}", told, by)["service"])

    def problem(self, slug: str, name: str, text: str, services: Sequence[str], by: str) -> int:
        told = {"name": name, "text": text, "services": list(services)}
        return int(self._say(slug, "problem", told, by)["services"])

    def pause(self, slug: str, why: str, by: str) -> str:
        return str(self._say(slug, "pause", {"why": why}, by)["campaign"])

    def restart(self, slug: str, why: str, by: str) -> str:
        return str(self._say(slug, "restart", {"why": why}, by)["campaign"])

    # How

    def _campaign(self, slug: str) -> str:
        """The address of the campaign; of the only one, where none is named."""
        if not slug:
            found = self._server.get("campaigns")
            known = [each["slug"] for each in found["items"]]
            if len(known) != 1:
                which = f"which campaign? say --campaign with one of: {', '.join(known)}"
                raise click.UsageError(which if known else "no campaign yet: load one there, with 'chairlift load'")
            (slug,) = known
        if "/" in slug:
            raise click.UsageError(f"no campaign called {slug!r}")
        return f"campaigns/{_word(slug)}"

    def _say(self, slug: str, path: str, told: Mapping[str, object], by: str, method: str = "POST") -> dict[str, Any]:
        if by:
            me = self._server.get("me")
            if fold(by).removeprefix("@") not in map(fold, (me["person"], me["email"], *me["handles"])):
                remedy = "leave --as out (and unset CHAIRLIFT_AS), or use their token"
                raise click.UsageError(f"this token speaks for {me['person']}, not for {by!r}: {remedy}")
        return self._server.send(method, f"{self._campaign(slug)}/{path}", told)

    def _pages(self, path: str, limit: int, **query: str) -> list[dict[str, Any]]:
        """As many rows as are wanted, or there are; those of the log as they were at the first page."""
        rows: list[dict[str, Any]] = []
        pinned: dict[str, int] = {}
        page = 1
        while len(rows) < limit:
            found = self._server.get(path, page=page, page_size=min(_PAGE, limit), **query, **pinned)
            rows += found["items"]
            if not found["next"]:
                break
            if page == 1 and "number" in found["items"][0]:
                pinned = {"until": found["items"][0]["number"]}
            page += 1
        return rows[:limit]


def _word(name: str) -> str:
    """One word of an address, whatever is in it; of dots alone it would lead elsewhere."""
    return quote(name, safe="") if name.strip(".") else name.replace(".", "%2E")


def _moment(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None


def _standing(row: dict[str, Any]) -> Standing:
    fields: dict[str, Any] = {name: row[name] for name in Standing.__dataclass_fields__}
    return Standing(**fields | {name: _moment(row[name]) for name in ("since", "due")})


def _level(row: dict[str, Any]) -> ServiceLevel:
    steps = frozenset(step for step in StepName if row["steps"][step] == Party.SQUAD)
    needs, not_for = tuple(row["needs"]), tuple(row["not_for"])
    return ServiceLevel(row["name"], steps, row["notice"], needs, not_for, row["asks"], row["promises"])
