from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chairlift.core.clusters import clusters
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.report import html, markdown
from chairlift.recipes.django.report.model import Bump, Part, Reason, Report, Run, State, Touched, of_data

PASSED = Run("after", "passed", "12 passed", "3.2.25", "3.8.18", "sqlite 3.40", passed=12)
MUST = Finding("shop/views.py", 7, "is_ajax", "is_ajax() is gone", "test a header", weight=Weight.MUST)
LOOK = Finding("shop/models.py", 3, "ordering", "ordering no longer counts in GROUP BY")
PART = Part(
    "upgrade",
    "Upgrade to Django 3.2",
    files=(Touched("requirements.txt", 1, 1, ("pins",), "-django==2.2\n+django==3.2\n"),),
    reasons=(Reason("pins", "The pin of Django", "https://docs.djangoproject.com/", 1, ("requirements.txt",)),),
    runs=(PASSED,),
)
REPORT = Report("shop", "2.2", "3.2", parts=(PART,), declared=("requirements.txt:1 django==2.2",))


def with_part(**changes: object) -> Report:
    return replace(REPORT, parts=(replace(PART, **changes),))


def test_green_is_only_what_the_last_run_proved() -> None:
    assert REPORT.state is State.GREEN
    assert with_part(runs=()).state is State.OPEN
    assert with_part(runs=(replace(PASSED, state="failed"),)).state is State.RED
    assert with_part(runs=(PASSED, replace(PASSED, state="unproven"))).state is State.OPEN
    assert with_part(runs=(replace(PASSED, what="before"),)).state is State.OPEN
    assert with_part(unproven=("the tests need a network",)).state is State.OPEN
    assert with_part(files=(), runs=()).state is State.NOTHING
    # Red even where the recipe had nothing to change: somebody's suite does not pass on the target.
    assert with_part(files=(), runs=(replace(PASSED, state="failed"),)).state is State.RED


def test_nothing_to_change_is_not_said_where_a_person_must_mend_something() -> None:
    assert with_part(files=(), runs=(), findings=(MUST,)).state is State.OPEN
    assert with_part(files=(), runs=(), findings=(LOOK,)).state is State.NOTHING


def test_the_worst_part_speaks_for_the_whole() -> None:
    red = replace(PART, runs=(replace(PASSED, state="failed"),))
    assert replace(REPORT, parts=(PART, red)).state is State.RED
    assert replace(REPORT, parts=(PART, replace(PART, runs=()))).state is State.OPEN
    assert Report("shop", "2.2", "3.2").state is State.NOTHING


def test_what_was_red_before_is_not_proven_and_not_the_upgrades() -> None:
    red = with_part(runs=(replace(PASSED, state="red before", failed=2),), unproven=("it is not green",))
    assert red.state is State.OPEN
    assert [each for each in red.risk.reasons if "default branch" in each]
    assert not [each for each in red.risk.reasons if "did not fail before" in each]
    dead = with_part(runs=(replace(PASSED, state="failed", why="no test could run: no x"),))
    assert dead.risk.reasons == ("no test could run: no x",)


def test_one_is_one() -> None:
    one = with_part(findings=(MUST,), runs=(replace(PASSED, state="failed", failed=4, newly_failed=1),))
    assert one.risk.reasons == ("1 finding must be mended by a person", "1 test that did not fail before fails with it")


def test_the_risk_has_reasons() -> None:
    assert (REPORT.risk.word, REPORT.risk.reasons) == ("low", ())
    assert with_part(findings=(LOOK,)).risk.word == "medium"
    assert with_part(findings=(MUST,)).risk.word == "high"
    assert with_part(runs=(replace(PASSED, state="failed", failed=3),)).risk.word == "high"
    bumped = with_part(bumps=(Bump("celery", "4.4", "5.2"), Bump("django", "2.2", "3.2")))
    assert bumped.risk.reasons == ("major versions of other distributions change: celery",)
    assert with_part(findings=(MUST,)).risk.hours > REPORT.risk.hours


def test_json_comes_back_as_it_was() -> None:
    full = with_part(
        findings=(MUST, LOOK),
        bumps=(Bump("a", "1", "2", "why"),),
        migrations=("0002",),
        repairs=("x",),
        unproven=("y",),
    )
    full = replace(full, baseline=(replace(PASSED, what="before"),))
    text = json.dumps(full.data())
    assert of_data(json.loads(text)) == full
    with pytest.raises(KeyError, match="make it again"):
        of_data({**full.data(), "version": 0})


@pytest.mark.parametrize("render", [markdown.page, html.page])
def test_every_page_tells_the_same(render) -> None:
    shown = render(with_part(findings=(MUST, LOOK), unproven=("no database here",)))
    told = ("2.2", "3.2", "risk high", "requirements.txt", "shop/views.py:7", "test a header", "3.2.25", "no database")
    for word in told:
        assert word in shown, word


@pytest.mark.parametrize("render", [markdown.page, html.page])
def test_words_from_outside_do_nothing(render) -> None:
    evil = "<script>alert(1)</script> @everyone\n# big `code`"
    report = with_part(
        findings=(Finding(evil, 1, "x", evil, evil, "javascript:alert(1)"),),
        files=(Touched(evil, 1, 1, (evil,), f"+{evil}"),),
        bumps=(Bump(evil, "1", "2", evil),),
        runs=(replace(PASSED, why=evil),),
        unproven=(evil,),
    )
    shown = render(replace(report, name=evil, declared=(evil,)))
    assert "javascript:" not in shown
    if render is html.page:
        assert "<script" not in shown
    else:
        assert "\n# big" not in shown
        prose = "".join(part for part in shown.split("`")[::2])
        assert "<script" not in prose
        assert "@everyone" not in prose


def test_a_long_page_is_cut_and_says_so() -> None:
    many = tuple(Finding(f"f{number}.py", 1, f"code{number}", "something " * 20) for number in range(500))
    shown = markdown.page(with_part(findings=many), limit=5000)
    assert len(shown) <= 5000
    assert shown.endswith("has everything.\n")


def test_places_of_one_cause_are_one_line() -> None:
    many = tuple(replace(LOOK, line=line) for line in range(1, 13))
    shown = markdown.page(with_part(findings=many))
    assert shown.count("GROUP BY") == 1
    assert "and 4 more" in shown


@pytest.mark.parametrize("render", [markdown.page, html.page])
def test_two_causes_are_two_lines_and_one_place_is_named_once(render) -> None:
    other = replace(LOOK, text="another thing")
    shown = render(with_part(findings=(LOOK, other, replace(other, how="in another way"))))
    assert shown.count("another thing") == 1
    assert "GROUP BY" in shown
    assert shown.count("shop/models.py:3") == 2


def test_only_release_notes_are_called_so() -> None:
    tool = Reason("x", "x", "https://github.com/adamchainz/django-upgrade#fixers", 1, ("a.py",))
    notes = Reason("y", "y", "https://docs.djangoproject.com/en/3.1/releases/3.1/#id2", 1, ("a.py",))
    shown = markdown.page(with_part(reasons=(tool, notes)))
    assert f"[documentation]({tool.link})" in shown
    assert f"[release notes]({notes.link})" in shown


def test_failures_cluster_by_cause() -> None:
    found = clusters(
        {
            "shop": ["ImportError: cannot import name 'x' from 'y' (/a/b/y.py)"],
            "till": ["ImportError: cannot import name 'x' from 'y' (/c/d/y.py)", "timeout after 30 seconds"],
            "wiki": ["timeout after 31 seconds"],
            "blog": ["ImportError: cannot import name 'z' from 'y' (/c/y.py)"],
        }
    )
    assert [each.services for each in found] == [("shop", "till"), ("till", "wiki"), ("blog",)]
    assert "'x'" in found[0].cause
