"""The campaign file: the menu, the changes, what each side promises, and when."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, tzinfo

from chairlift.core.decision import StepName
from chairlift.core.files.parts import environments, freezes
from chairlift.core.menu import DEPLOY_DOCS, FINE_GRAINED_TESTING, Brake, Campaign, Change, ServiceLevel, Times
from chairlift.core.reading import Table, fold, nearest, quoted, read, unique
from chairlift.core.schedule import Duration, parse_zone

_CAMPAIGN_SLUG = re.compile(r"(?!.*\.lock$)[a-z0-9]+(?:[._-][a-z0-9]+)*")
_CHANGE_SLUG = re.compile(r"(?!.*-(?:revert|\d+)$)[a-z0-9][a-z0-9-]*")
_LONGEST_SLUG = 60
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LINK = re.compile(r"https?://\S+")
_METHODS = ("squash", "merge", "rebase")
_SQUAD_STEPS = tuple(step.value for step in StepName if step is not StepName.PLAN)
#: Promises between people, which may be counted in working days; all other times are measured on the clock.
_PROMISES = frozenset({"notice", "advice", "review", "merge", "deploy", "test", "silence"})
#: What ends or repeats something: none of it would ever be ready.
_NEVER_ZERO = frozenset({"recipe", "tests", "poll", "minute"})
_EVER = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


def parse_campaign(text: str, name: str, people: Collection[str] | None = None) -> Campaign:
    """A campaign, as its file says. Raises FileProblems with all that is wrong with it.

    With `people`, its lead, manager and reviewers must be among these names.
    """
    root = read(text, name)
    head, review, brake = root.table("campaign", required=True), root.table("review"), root.table("brake")
    waves = root.table("waves")
    settings = head.table("settings").plain()
    zone: tzinfo = head.parsed("zone", parse_zone, parse_zone("UTC"))
    slug = _slug(head, _CAMPAIGN_SLUG, "lower-case letters and digits, with single '.', '_' or '-' between them")
    campaign = Campaign(
        slug=slug,
        title=head.name("title") or slug,
        recipe=head.name("recipe", required=True),
        choose_by=head.moment("choose_by", zone, _EVER[0]),
        deadline=head.moment("deadline", zone, _EVER[1]),
        levels=_levels(root),
        changes=_changes(root, settings),
        environments=environments(head, required=True),
        lead=head.name("lead", required=True),
        manager=head.name("manager", required=True),
        reviewers=review.names("reviewers"),
        settings=settings,
        times=_times(root.table("times")),
        zone=zone,
        freezes=freezes(root.tables("freeze")),
        waves=waves.numbers("sizes", Campaign.waves, least=1),
        building=waves.number("building", Campaign.building),
        brake=Brake(brake.number("reverts", Brake.reverts, 1), brake.number("stuck", Brake.stuck, 1)),
        merge_method=head.word("merge_method", _METHODS),
        chairlift_approves=review.flag("chairlift_approves"),
        why=head.text("why"),
        links=_links(head),
        weekly_report=root.table("report").flag("weekly", Campaign.weekly_report),
    )
    if campaign.deadline <= campaign.choose_by:
        what = f"the deadline {campaign.deadline:%Y-%m-%d} is not after choose_by {campaign.choose_by:%Y-%m-%d}"
        head.problem("deadline", what, "give squads time between choosing and the deadline")
    if people is not None:
        _check_people(head, review, campaign, people)
    root.finish()
    return campaign


def _slug(table: Table, pattern: re.Pattern[str], allowed: str) -> str:
    """Part of a branch's name."""
    slug = table.name("slug", required=True)
    if slug and (not pattern.fullmatch(slug) or len(slug) > _LONGEST_SLUG):
        what = f"slug {quoted(slug)} cannot be part of a branch's name"
        table.problem("slug", what, f"use at most {_LONGEST_SLUG} {allowed}")
    return slug


def _links(head: Table) -> tuple[str, ...]:
    links = head.names("links")
    for link in links:
        if not _LINK.fullmatch(link):
            head.problem("links", f"{quoted(link)} is no link", "begin it with https://")
    return links


def _check_people(head: Table, review: Table, campaign: Campaign, people: Collection[str]) -> None:
    known = {fold(person) for person in people}
    wanted = [(head, "lead", campaign.lead), (head, "manager", campaign.manager)]
    for table, key, name in [*wanted, *((review, "reviewers", name) for name in campaign.reviewers)]:
        if name and fold(name) not in known:
            remedy = nearest(name, people, "add a [[person]] of this name to the services file")
            table.problem(key, f"{key}: there is no person called {quoted(name)}", remedy)


def _times(table: Table) -> Times:
    return Times(**{key: table.parsed(key, _length(key), default) for key, default in vars(Times()).items()})


def _length(key: str) -> Callable[[str], Duration]:
    """How the text of this time is read."""

    def parse(text: str) -> Duration:
        length = Duration.parse(text)
        if length.working_days and key not in _PROMISES:
            raise ValueError("this is measured on the clock, not in working days: write it in days, hours or minutes")
        if key in _NEVER_ZERO and not length.rough:
            raise ValueError("this cannot be zero: write for example '30 minutes'")
        return length

    return parse


def _levels(root: Table) -> tuple[ServiceLevel, ...]:
    tables = root.tables("level", required=True)
    levels = tuple(map(_level, tables))
    unique(zip(tables, (level.name for level in levels), strict=True), "levels")
    return levels


def _level(table: Table) -> ServiceLevel:
    squad = frozenset(StepName(word) for word in _squad_steps(table))
    notice = table.flag("notice")
    if StepName.MERGE in squad and notice:
        what = "notice is promised, but the squad merges by itself"
        table.problem("notice", what, 'remove notice, or take "merge" out of squad')
    if StepName.MERGE not in squad and "notice" not in table.data:
        what = "the project team merges, and nothing says whether with notice"
        table.problem("notice", what, "write notice = true, or notice = false to merge unannounced")
    return ServiceLevel(
        name=table.name("name", required=True),
        squad=squad,
        notice=notice,
        needs=table.words("needs", (DEPLOY_DOCS,)),
        not_for=table.words("not_for", (FINE_GRAINED_TESTING,)),
        asks=table.text("asks"),
        promises=table.text("promises"),
    )


def _squad_steps(table: Table) -> tuple[str, ...]:
    if "squad" not in table.data:
        remedy = 'list the steps that the squad keeps, such as squad = ["deploy", "test"], or write squad = []'
        table.problem("squad", f"{table} has no squad", remedy)
    words = table.names("squad")
    for word in words:
        if word == StepName.PLAN:
            table.problem("squad", "squad has 'plan', which is always the project team's", "take it out")
        elif word not in _SQUAD_STEPS:
            table.problem("squad", f"squad has the unknown step {quoted(word)}", nearest(word, _SQUAD_STEPS))
    return tuple(word for word in words if word in _SQUAD_STEPS)


def _changes(root: Table, settings: Mapping[str, object]) -> tuple[Change, ...]:
    tables = root.tables("change", required=True)
    changes = tuple(_change(table, settings) for table in tables)
    unique(zip(tables, (change.slug for change in changes), strict=True), "changes", key="slug")
    return changes


def _change(table: Table, settings: Mapping[str, object]) -> Change:
    slug = _slug(table, _CHANGE_SLUG, "lower-case letters, digits and '-', with no '-revert' or number at the end")
    title, proof = table.name("title"), table.text("proof")
    for key, text in (("title", title), ("proof", proof)):
        for unknown in _PLACEHOLDER.findall(text):
            if unknown not in settings:
                remedy = nearest(unknown, settings, f"add {unknown} to settings in [campaign]")
                table.problem(key, f"{key} has {{{unknown}}}, which is no setting of the campaign", remedy)
    return Change(
        slug=slug,
        title=_filled(title, settings) or slug,
        deploys=table.flag("deploys", True),
        after=StepName(table.word("after", (StepName.TEST.value, *_SQUAD_STEPS))),
        transitional=table.flag("transitional"),
        proof=_proof(table, proof, settings),
        recipe={key: _filled_in(value, settings) for key, value in table.table("recipe").plain().items()},
    )


def _proof(table: Table, pattern: str, settings: Mapping[str, object]) -> str:
    filled = _filled(pattern, settings, re.escape)
    try:
        re.compile(filled)
    except (re.error, OverflowError, RecursionError) as error:
        what = f"proof is no regular expression: {error}"
        table.problem("proof", what, "write what the tests print on the new version, such as 'Django {target}'")
    return filled


def _filled_in(value: object, settings: Mapping[str, object]) -> object:
    """Placeholders filled in all texts of a recipe's settings; unknown ones are the recipe's own."""
    if isinstance(value, str):
        return _filled(value, settings)
    if isinstance(value, list):
        return [_filled_in(each, settings) for each in value]
    if isinstance(value, dict):
        return {key: _filled_in(each, settings) for key, each in value.items()}
    return value


def _filled(text: str, settings: Mapping[str, object], escape: Callable[[str], str] = str) -> str:
    def fill(found: re.Match[str]) -> str:
        return escape(str(settings[found[1]])) if found[1] in settings else found[0]

    return _PLACEHOLDER.sub(fill, text)
