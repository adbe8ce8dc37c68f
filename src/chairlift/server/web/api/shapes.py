"""What the API takes and gives, as JSON has it; the OpenAPI document is made from these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from chairlift.core.decision import StepName
from chairlift.core.log import Kind
from chairlift.server.actions import WORDS
from chairlift.server.web.rows import A_PAGE, SORTS, TURNS


def _text(given: str) -> str:
    if "\0" in given:
        raise ValueError("there is a letter in it that is no text")
    return given


def _one_of(known: Iterable[str]) -> Callable[[str], str]:
    names = list(known)

    def check(given: str) -> str:
        if given and given not in names:
            raise ValueError(f"it is none of: {', '.join(names)}")
        return given

    return check


def _listed(known: Iterable[str]) -> dict[str, Any]:
    return {"enum": ["", *known]}


_STEPS = (*StepName, "done")

#: An instant with its zone.
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Name = Annotated[str, StringConstraints(max_length=200), AfterValidator(_text)]
Words = Annotated[str, StringConstraints(max_length=WORDS), AfterValidator(_text)]
Step = Annotated[str, AfterValidator(_one_of(_STEPS)), Field(json_schema_extra=_listed(_STEPS))]
Turn = Annotated[str, AfterValidator(_one_of(TURNS)), Field(json_schema_extra=_listed(TURNS))]
Sort = Annotated[str, AfterValidator(_one_of(SORTS)), Field(json_schema_extra=_listed(SORTS))]
EntryKind = Annotated[str, AfterValidator(_one_of(Kind)), Field(json_schema_extra=_listed(Kind))]


# Asked for


class Paged(Schema):
    """Which page, from 1, and how much is on it."""

    page: int = Field(1, ge=1, le=10_000_000)
    page_size: int = Field(A_PAGE, ge=1, le=A_PAGE)


class Services(Paged):
    """The filters and the order of the sheet; what is empty filters nothing."""

    squad: Name = ""
    level: Name = Field("", description="A level of the menu, or 'none' for what nobody has chosen for.")
    step: Step = ""
    turn: Turn = ""
    overdue: bool = False
    q: Name = Field("", description="Words in the name of the service or of its squad.")
    sort: Sort = "service"


class Log(Paged):
    """Newest first."""

    service: Name = ""
    by: Name = Field("", description="Only what this person said or did.")
    kind: EntryKind = ""
    until: int | None = Field(
        None, ge=0, lt=2**63, description="Nothing newer than the entry of this number: so pages stay as they are."
    )


# Told


class _Told(Schema):
    #: A mistyped word must not be taken for one that was left out.
    model_config = ConfigDict(extra="forbid")


class Choice(_Told):
    """A level for one service."""

    level: Name
    why: Words = Field("", description="For the record.")
    docs_by: date | None = Field(None, description="Promise deploy documentation by this day.")
    before: Name | None = Field(
        None, description="The level that you saw, empty for none: where somebody chose since, the answer is 409."
    )


class Why(_Told):
    why: Words = ""


class Reason(_Told):
    why: Words


class Update(_Told):
    text: Words


class Deployed(_Told):
    environment: Name


class Tested(_Told):
    environment: Name = Field("", description="Only what runs there; all environments without it.")
    note: Words = Field("", description="What was tested.")


class Documented(_Told):
    where: Words = Field(description="A URL, or a path in the repository.")


class Promise(_Told):
    day: date


class Block(_Told):
    text: Words
    due: date | None = Field(None, description="When its owner promises an answer.")
    team: bool = Field(False, description="The project team owns it, not the squad.")


class Unblock(_Told):
    blocker: Name
    why: Words = ""


class Exempt(_Told):
    until: date
    why: Words


class KnownProblem(_Told):
    name: Name
    text: Words
    services: list[Name] = Field([], description="Where it is open; in every service without them.")


# Given


class Page(Schema):
    """Some of many; `next` and `prev` are addresses on this server."""

    total: int
    page: int
    page_size: int
    next: str | None
    prev: str | None


class Me(Schema):
    """Whom the token speaks for, and until when."""

    person: str
    handles: list[str]
    email: str
    squads: list[str]
    scopes: list[str]
    until: Moment


class Campaign(Schema):
    """One campaign, and how far it is."""

    slug: str
    title: str
    why: str
    lead: str
    manager: str
    choose_by: Moment
    deadline: Moment
    environments: list[str]
    paused: str = Field(description="Why it is paused; empty where it is not.")
    braked: str = Field(description="Why it has paused itself; empty where it has not.")
    alarmed: str = Field(description="Where errors seem to rise, so that it merges and deploys nothing; or empty.")
    services: int
    done: int
    waiting: int = Field(description="How many wait for somebody.")
    overdue: int


class Level(Schema):
    """One row of the menu: who does each step."""

    name: str
    steps: dict[str, str]
    notice: bool
    needs: list[str]
    not_for: list[str]
    asks: str
    promises: str


class Change(Schema):
    slug: str
    title: str


class Menu(Campaign):
    """A campaign with its menu and its changes."""

    levels: list[Level]
    changes: list[Change]


class Campaigns(Page):
    items: list[Campaign]


class Standing(Schema):
    """Where a service stands, whose turn it is, since when, until when and why."""

    service: str
    squad: str
    level: str
    change: str
    step: str
    decision: str
    turn: str
    since: Moment | None
    due: Moment | None
    why: str
    pull: str
    done: bool
    overdue: bool


class Standings(Page):
    items: list[Standing]


class Rung(Schema):
    """A step, and who does it."""

    step: str
    who: str


class Pull(Schema):
    """One change of this service; `pull` is what is known of its pull request."""

    change: str
    title: str
    pull: dict[str, Any] | None


class Line(Schema):
    """One line of the log: who said or did what, when, about what and why."""

    at: Moment
    service: str
    by: str
    kind: str
    change: str
    step: str
    about: str
    text: str
    data: dict[str, Any]


class Entry(Line):
    """A line with the number that it keeps for ever."""

    number: int


class Service(Schema):
    """All that is known of one service."""

    standing: Standing
    level: str
    chosen: str = Field(description="By whom, when and why; empty where nobody has.")
    steps: list[Rung]
    blockers: list[str]
    changes: list[Pull]
    evidence: dict[str, Any]
    units: list[dict[str, Any]] = Field(description="Long work under way.")
    log: list[Line] = Field(description="The newest entries, oldest first.")
    next_look: Moment | None


class Output(Schema):
    """The end of what the last tests that did not pass have said."""

    service: str
    tests: str
    commit: str
    ended_at: Moment
    output: str


class Entries(Page):
    items: list[Entry]


class Squad(Page):
    """A squad, and what waits for it, most urgent first."""

    name: str
    people: list[str]
    contact: str
    backup: str
    services: int = Field(description="How many it has in this campaign.")
    items: list[Standing]


class Chosen(Schema):
    """What was chosen; `recorded` is false where it was so already."""

    service: str
    level: str
    before: str
    asks: str
    promises: str
    recorded: bool


class Done(Schema):
    """What was said, by whom; `recorded` is false where it was so already."""

    service: str
    by: str
    environment: str = ""
    blocker: str = ""
    recorded: bool = True


class CampaignDone(Schema):
    """What was said of a whole campaign; `services` is in how many of its services, where that can differ."""

    campaign: str
    by: str
    services: int | None = None


class Invalid(Schema):
    """One thing that is not as it must be."""

    field: str
    detail: str


class Problem(Schema):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Invalid] = Field([], description="With status 422: each field that is wrong.")
