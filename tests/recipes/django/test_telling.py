from __future__ import annotations

from dataclasses import replace

from chairlift.recipes.django import telling
from chairlift.recipes.django.findings import Weight
from chairlift.recipes.django.proving.compare import MISSING_BEFORE
from chairlift.recipes.django.proving.evidence import (
    Built,
    Case,
    Checked,
    Failure,
    Lost,
    Migration,
    Proof,
    Ran,
    Result,
    State,
    Warned,
)

HEADERS = Failure("AttributeError", "no attribute '_headers'", "shop/middleware.py:10 process")
OTHER = Failure("ValueError", "bad", "")
PROOF = Proof(State.FAILED, "3 of 4 tests failed", (3, 2), ran=Ran(("3.2.25",), ("3.8.18",), ("sqlite 3.40",)))
RED = replace(
    PROOF,
    tests=(
        Case("t.one", Result.FAILED, HEADERS),
        Case("t.two", Result.ERROR, HEADERS),
        Case("t.three", Result.FAILED, OTHER),
        Case("t.four", Result.PASSED),
        Case("t.five", Result.SKIPPED),
    ),
)


def test_tests_that_fail_alike_are_one_finding() -> None:
    found = [*telling.findings(None, RED)]
    assert [(each.path, each.line, each.weight) for each in found] == [
        ("shop/middleware.py", 10, Weight.MUST),
        ("", 0, Weight.MUST),
    ]
    assert found[0].text == "2 tests fail alike, such as t.one: AttributeError: no attribute '_headers'"
    assert found[1].text == "t.three fails: ValueError: bad"


def test_what_was_red_before_is_not_the_upgrades() -> None:
    assert [*telling.findings(RED, RED)] == []
    assert any("not green" in text for text in telling.unproven(RED, replace(PROOF, state=State.PASSED)))


def test_what_failed_before_as_well_is_said_in_the_row() -> None:
    row = telling.run("after", RED, RED)
    assert (row.state, row.failed, row.newly_failed) == ("red before", 3, 0)
    one = replace(RED, tests=(Case("t.one", Result.FAILED, HEADERS), *RED.tests[1:]))
    worse = telling.run("after", one, replace(RED, tests=(Case("t.one", Result.PASSED), *RED.tests[1:])))
    assert (worse.state, worse.failed, worse.newly_failed) == ("failed", 3, 1)


def test_a_suite_that_cannot_start_is_one_thing_to_mend() -> None:
    dead = replace(PROOF, why="no test could run: ImportError: no x")
    found = [*telling.findings(RED, dead)]
    assert [(each.code, each.text, each.weight) for each in found] == [("test", dead.why, Weight.MUST)]
    assert telling.run("after", dead, RED).state == "failed"
    # Where it could not start before either, that is nothing that the change did.
    assert [*telling.findings(dead, dead)] == []
    row = telling.run("after", dead, dead)
    assert row.state == "red before"
    assert row.why == "no test could run before the change either: ImportError: no x"


def test_tests_that_are_gone_are_told() -> None:
    passed = replace(RED, state=State.PASSED, tests=(Case("t.four", Result.PASSED),))
    more = replace(passed, tests=(*passed.tests, Case("t.five", Result.PASSED), Case("t.six", Result.PASSED)))
    found = [*telling.findings(more, passed)]
    assert [(each.code, each.weight) for each in found] == [("test-gone", Weight.LOOK)]
    assert found[0].text == "2 tests that ran before do not run now, such as t.five"
    assert [*telling.findings(passed, more)] == []


def test_a_row_says_what_ran() -> None:
    row = telling.run("after", RED)
    assert (row.state, row.django, row.python, row.passed, row.failed, row.skipped) == (
        "failed",
        "3.2.25",
        "3.8.18",
        1,
        3,
        1,
    )


def test_new_messages_of_the_checks_are_told_by_their_level() -> None:
    known, new = (
        Checked("fields.W1", "WARNING", "old"),
        Checked("models.E9", "ERROR", "broken", "shop.Thing", "mend it"),
    )
    secure = Checked("security.W004", "WARNING", "set HSTS")
    found = [*telling.findings(replace(PROOF, checks=(known,)), replace(PROOF, checks=(known, new, secure)))]
    assert [(each.code, each.text, each.how, each.weight) for each in found] == [
        ("check models.E9", "broken (shop.Thing)", "mend it", Weight.MUST)
    ]


def test_of_warnings_only_own_removals_are_told() -> None:
    own = Warned("RemovedInDjango40Warning", "x is gone", "shop/a.py", 3)
    others = Warned("RemovedInDjango40Warning", "y is gone", distribution="celery")
    plain = Warned("ResourceWarning", "z", "shop/a.py", 4)
    found = [*telling.findings(None, replace(PROOF, state=State.PASSED, warnings=(own, others, plain)))]
    assert [(each.path, each.line, each.weight) for each in found] == [("shop/a.py", 3, Weight.NOTE)]


def test_migrations_say_what_a_person_decides() -> None:
    written = Migration("core", "0002_x", "core/migrations/0002_x.py", "", alters=("core_user",))
    harmless = Migration("shop", "0003_y", "shop/migrations/0003_y.py", "")
    asking = Migration("till", "0004_z", "till/migrations/0004_z.py", "", asks=("a default for 'kind'",))
    others = Migration("tick", "0005_w", "", "", distribution="tick")
    needed = (written, harmless, asking, others)
    found = [*telling.migrations(needed, (written.path, harmless.path), {})]
    assert [each.weight for each in found] == [Weight.LOOK, Weight.MUST, Weight.LOOK]
    assert "alters core_user" in found[0].text
    assert "state only" in found[0].how
    assert "a default for 'kind'" in found[1].text
    assert "tick" in found[2].text


def test_a_migration_that_was_not_written_is_told_with_the_reason() -> None:
    old = Migration("core", "0002_x", "core/migrations/0002_x.py", "", ("Alter field a on b", "Add field c to b"))
    for why, weight in ((MISSING_BEFORE, Weight.LOOK), ("it could not be told", Weight.MUST)):
        (found,) = telling.migrations((old,), (), {old: why})
        assert (found.path, found.weight) == (old.path, weight)
        assert "Alter field a on b, Add field c to b" in found.text
        assert found.text.endswith(f"which was not written: {why}")


def test_names_that_the_target_lost_are_told_by_distribution() -> None:
    old = [Lost("pytest-django", "3.10", "p.py", 1, "django.test.gone")]
    new = [Lost("django-q", "1.3", "q/a.py", line, f"django.utils.n{line}") for line in range(1, 6)]
    before = replace(PROOF, built=Built(lost=tuple(old)))
    after = replace(PROOF, built=Built(lost=(*old, *new)))
    (found,) = [each for each in telling.findings(before, after) if each.code == "lost-names"]
    assert found.weight is Weight.LOOK
    assert "django-q 1.3 uses django.utils.n1, django.utils.n2, django.utils.n3 and 2 more" in found.text
    assert "(q/a.py:1)" in found.text
    assert not [each for each in telling.findings(after, after) if each.code == "lost-names"]
