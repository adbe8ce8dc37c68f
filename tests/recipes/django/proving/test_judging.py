"""What one run of the tests proves, told from what was heard of it alone: no sandbox and no Django are needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chairlift.programs import Ran as Ended
from chairlift.recipes.django.proving.commands import Command
from chairlift.recipes.django.proving.evidence import Case, Failure, Proof, Ran, Result, State, Wish
from chairlift.recipes.django.proving.prove import judge
from chairlift.recipes.django.proving.sandbox import Confined
from chairlift.recipes.django.proving.tests import Suite

ON = Ran(("3.2.25",), ("3.8.18",), ("sqlite 3.40",))
GREEN, RED = Case("a", Result.PASSED), Case("b", Result.FAILED, Failure("AssertionError", "1 != 2"))
SKIPPED = Case("c", Result.SKIPPED)
SUITE = Suite(Confined(Ended(0, "OK\n", 1.0)), (GREEN, SKIPPED), ON, ())


def judged(suite: Suite = SUITE, flaky: frozenset[str] = frozenset()) -> Proof:
    found = judge(suite, flaky, Wish((3, 2)), Command("run the tests", "here"))
    assert found.state in (State.PASSED, State.FAILED) or found.unverified
    return found


def ended(code: int, suite: Suite = SUITE, **changes: str) -> Suite:
    return replace(suite, confined=Confined(Ended(code, "OK\n", 1.0), **changes))


def test_green() -> None:
    found = judged()
    assert (found.state, found.why) == (State.PASSED, "1 tests passed on Django 3.2.25")
    expected = judged(replace(SUITE, cases=(GREEN, Case("d", Result.XFAILED))))
    assert expected.why == "1 tests passed on Django 3.2.25, 1 failed as expected"


@pytest.mark.parametrize("django", [("2.2.28",), ("3.2.25", "2.2.28"), ("4.2",), ("3.20",), ("unknown",), ()])
def test_another_django_than_meant_is_never_green(django: tuple[str, ...]) -> None:
    found = judged(replace(SUITE, ran=replace(ON, django=django)))
    assert found.state is State.UNPROVEN
    assert "Django" in found.why


@pytest.mark.parametrize("code", [0, 1, 5])
@pytest.mark.parametrize("cases", [(), (SKIPPED,)], ids=["none", "skipped"])
def test_no_exit_code_is_green_without_tests(code: int, cases: tuple[Case, ...]) -> None:
    assert judged(ended(code, replace(SUITE, cases=cases))).state is not State.PASSED


def test_what_python_told_nothing_of_is_never_green() -> None:
    assert judged(replace(SUITE, ran=Ran())).state is State.UNPROVEN
    assert judged(replace(SUITE, ran=replace(ON, python=()))).state is State.UNPROVEN


def test_an_exit_code_beside_green_tests_is_believed() -> None:
    assert judged(ended(2)).state is State.FAILED


def test_what_was_stopped_is_never_green() -> None:
    assert judged(ended(0, stopped="stopped after 12 seconds")).state is State.FAILED
    assert judged(ended(0, stopped="stopped: more than 60 processes")).state is State.UNPROVEN


def test_a_red_test_is_red_whatever_the_exit_code() -> None:
    suite = replace(SUITE, cases=(GREEN, RED))
    assert judged(suite).state is State.FAILED
    assert judged(suite, frozenset({"b"})).state is State.PASSED
    needs = replace(RED, failure=Failure("OSError", "no route", needs="a network"))
    assert judged(replace(SUITE, cases=(GREEN, needs))).state is State.UNPROVEN


def test_a_library_of_the_system_that_is_missing_is_named_and_is_no_fault_of_the_code() -> None:
    words = 'ImproperlyConfigured: Could not find the GDAL library (tried "gdal"). Is GDAL installed?'
    found = judged(replace(SUITE, cases=(), confined=Confined(Ended(1, f"{words}\n", 1.0))))
    assert found.state is State.UNPROVEN
    assert "the library gdal (install the package gdal-bin)" in found.why
    other = judged(replace(SUITE, cases=(), confined=Confined(Ended(1, "ImproperlyConfigured: GDAL\n", 1.0))))
    assert other.state is State.FAILED
