"""Law 9: what a person chose, said or promised is in the log, with who and when, and is never changed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairlift.core.decision import Party, StepName, Verb
from chairlift.core.log import TOLD, Entry, Kind, said, was_reminded
from chairlift.core.upgrade import Said
from chairlift.core.verdict import Health
from chairlift.server.models import Entry as Row
from chairlift.server.models import LogIsAppendOnly

START = datetime(2021, 8, 2, 9, tzinfo=UTC)
PEOPLE = ("ada", "bob", "lead")
DATES = (START + timedelta(days=30)).isoformat()

#: What each kind of entry is about, and the data that it carries.
SHAPES = {
    Kind.CHOSE: (("Hands-off", "DIY"), {}),
    Kind.PROMISED: (("2021-09-01",), {}),
    Kind.SAID: (("",), {}),
    Kind.HELD: (("",), {}),
    Kind.RESUMED: (("",), {}),
    Kind.BLOCKED: (("b1", "b2"), {"owner": "squad"}),
    Kind.UNBLOCKED: (("b1", "b2"), {}),
    Kind.DEPLOYED: (("stage", "production"), {}),
    Kind.TESTED: (("", "stage"), {}),
    Kind.RETRIED: (("",), {"again": True}),
    Kind.EXEMPTED: ((DATES,), {}),
    Kind.BEGAN: (("Hands-off", "DIY"), {}),
    Kind.MEANT: (("c1", "c2"), {"verb": Verb.OPEN}),
    Kind.DID: (("c1", "c2"), {"verb": Verb.ANNOUNCE}),
    Kind.ASKED: (("q1", "q2"), {}),
    Kind.REMINDED: (("q1#0", "q2#3"), {}),
    Kind.PLANNED: (("c1",), {}),
    Kind.RUNS: (("m1", "m2"), {"environment": "stage", "since": START.isoformat()}),
    Kind.JUDGED: (("m1",), {"environment": "stage", "health": Health.HEALTHY}),
    Kind.STANDS: (("wait",), {}),
}


@st.composite
def logs(draw: st.DrawFn, kinds: Sequence[Kind] = tuple(SHAPES)) -> list[Entry]:
    kinds = draw(st.lists(st.sampled_from(kinds), max_size=30))
    entries = []
    for place, kind in enumerate(kinds):
        abouts, data = SHAPES[kind]
        by, change = draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(("prepare", "upgrade")))
        step = draw(st.sampled_from(("create", "merge")))
        about = draw(st.sampled_from(abouts))
        at = START + timedelta(hours=place)
        entries.append(Entry(at, by, kind, change, step, about, f"words {place}", data))
    return entries


@settings(max_examples=300)
@given(logs())
def test_what_people_said_last_is_known_with_who_and_when(log: list[Entry]) -> None:
    facts = said(log)
    for kind, found in (
        (Kind.CHOSE, (facts.chosen_by, facts.chosen_at, facts.level, facts.chosen_why)),
        (Kind.HELD, facts.hold and (facts.hold.by, facts.hold.at, "", facts.hold.note)),
    ):
        last = next((e for e in reversed(log) if e.kind in (kind, Kind.RESUMED if kind is Kind.HELD else kind)), None)
        if last and last.kind is kind:
            assert found == (last.by, last.at, last.about, last.text)
        elif kind is Kind.HELD:
            assert found is None
    signed = [(word.by, word.at, word.note) for words in facts.tested.values() for word in words]
    assert sorted(signed) == sorted((e.by, e.at, e.text) for e in log if e.kind is Kind.TESTED)


@settings(max_examples=300)
@given(logs())
def test_a_blocker_stays_until_somebody_takes_it_away(log: list[Entry]) -> None:
    still = {}
    for entry in log:
        if entry.kind is Kind.BLOCKED:
            still[entry.about] = entry
        elif entry.kind is Kind.UNBLOCKED:
            still.pop(entry.about, None)
    found = {blocker.id: (blocker.by, blocker.at, blocker.text, blocker.owner) for blocker in said(log).blockers}
    assert found == {name: (entry.by, entry.at, entry.text, Party.SQUAD) for name, entry in still.items()}


def _firsts(facts: Said) -> dict[str, object]:
    """What counts from the first time on: a promise that was given is not moved by saying it again."""
    kept = {f"announced {key}": at for key, at in facts.announced.items()}
    kept |= {f"begun {key}": level for key, level in facts.begun.items()}
    kept |= {f"asked {key}": at for key, at in facts.asked.items()}
    return kept | {f"running {key}": at for key, at in facts.running.items()}


@settings(max_examples=300)
@given(logs((Kind.BEGAN, Kind.DID, Kind.ASKED, Kind.RUNS, Kind.RETRIED)), st.integers(0, 10))
def test_later_entries_move_nothing_that_was_there(log: list[Entry], cut: int) -> None:
    early, late = _firsts(said(log[:cut])), _firsts(said(log))
    renewed = {entry.change for entry in log[cut:] if entry.kind is Kind.RETRIED}
    for name, value in early.items():
        started_anew = any(f"'{change}'" in name for change in renewed) and not name.startswith(("asked", "running"))
        assert started_anew or late[name] == value


@settings(max_examples=200)
@given(logs())
def test_what_only_tells_a_reader_changes_no_fact(log: list[Entry]) -> None:
    assert said(log) == said([entry for entry in log if entry.kind not in TOLD])


def test_a_new_attempt_begins_anew() -> None:
    told = Entry(START, "chairlift", Kind.DID, "upgrade", "merge", "c1", data={"verb": Verb.ANNOUNCE})
    approved = Entry(START, "chairlift", Kind.DID, "upgrade", "review", "c1", data={"verb": Verb.APPROVE})
    began = Entry(START, "chairlift", Kind.BEGAN, "upgrade", "merge", "Hands-off")
    again = Entry(START, "lead", Kind.RETRIED, "upgrade", data={"again": True})
    before, after = said([told, approved, began]), said([told, approved, began, again])
    assert before.announced
    assert before.approved == {("upgrade", "c1")}
    assert before.begun == {("upgrade", StepName.MERGE): "Hands-off"}
    assert (after.announced, after.approved, after.begun) == ({}, frozenset(), {})
    assert (after.attempts, after.retries) == ({"upgrade": 2}, 1)


def test_units_are_done_once_more_without_a_new_pull_request() -> None:
    facts = said([Entry(START, "lead", Kind.RETRIED, "upgrade", data={"again": False})])
    assert (facts.attempts, facts.retries) == ({}, 1)


def test_a_commit_is_ours_from_the_intent_on() -> None:
    meant = Entry(START, "chairlift", Kind.MEANT, "upgrade", "create", "c1", data={"verb": Verb.OPEN})
    assert said([meant]).ours == {"c1"}


def test_one_reminder_of_a_question_is_not_one_of_another() -> None:
    facts = said([Entry(START, "chairlift", Kind.REMINDED, about="closed 1#2")])
    assert was_reminded(facts, "closed 1")
    assert not was_reminded(facts, "closed")
    assert not was_reminded(facts, "closed 12")


def test_the_log_refuses_to_be_changed() -> None:
    row = Row(pk=1, at=START, by="ada", kind=Kind.SAID)
    with pytest.raises(LogIsAppendOnly):
        row.save()
    with pytest.raises(LogIsAppendOnly):
        row.delete()
    with pytest.raises(LogIsAppendOnly):
        Row.objects.filter(by="ada").update(text="never said")
    with pytest.raises(LogIsAppendOnly):
        Row.objects.filter(by="ada").delete()
