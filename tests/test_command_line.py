"""Commands out of settings files: no value can leave its argument, and every failure says what to do."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairlift.command_line import CommandLine, Surroundings, failed, read_instant, read_json, shown
from chairlift.ports import Refused, Unavailable
from chairlift.programs import Ran

NAMES = ("service", "commit")
HERE = Surroundings(seconds=20)


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


@pytest.mark.parametrize(
    ("template", "arguments"),
    [
        ("deploy {service} {commit}", ["deploy", "a b", "c"]),
        ("deploy --what='{service} at {commit}'", ["deploy", "--what=a b at c"]),
        ("sh -c 'exit ${1}' {service}", ["sh", "-c", "exit ${1}", "a b"]),
        ("awk '{print $1}' {commit}.txt", ["awk", "{print $1}", "c.txt"]),
        ("plain", ["plain"]),
    ],
)
def test_templates_are_split_before_they_are_filled(template: str, arguments: list[str]) -> None:
    assert CommandLine.parse(template, NAMES).filled({"service": "a b", "commit": "c"}) == arguments


@given(st.text(), st.text())
def test_a_value_stays_within_its_argument(service: str, commit: str) -> None:
    command = CommandLine.parse("x {service} -{commit}-", NAMES)
    assert command.filled({"service": service, "commit": commit}) == ["x", service, f"-{commit}-"]


@pytest.mark.parametrize(
    ("template", "cause"),
    [
        ("", "the command is empty; write the program"),
        ("  ", "the command is empty; write the program"),
        ("deploy 'x", "cannot be split: No closing quotation; close its quotes"),
        ("deploy {servise}", r"unknown {servise}; there are {service}, {commit}"),
    ],
)
def test_a_template_that_cannot_work_is_refused(template: str, cause: str) -> None:
    with pytest.raises(Refused) as refused:
        CommandLine.parse(template, NAMES)
    assert cause in str(refused.value)


def test_standard_output_is_kept_apart_from_noise() -> None:
    ran = HERE.run(python("import sys; print('{}'); print('warning', file=sys.stderr)"))
    assert (ran.out, ran.err) == ("{}\n", "warning\n")


def test_only_named_variables_are_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_SECRET", "s3cret")
    monkeypatch.setenv("THEIR_TOKEN", "t0ken")
    code = "import os; print(os.environ.get('OUR_SECRET'), os.environ.get('THEIR_TOKEN'))"
    assert Surroundings(20, ("THEIR_TOKEN",)).run(python(code)).out == "None t0ken\n"


def test_a_missing_program_is_refused_with_its_name() -> None:
    with pytest.raises(Refused, match="no program called 'no-such-program' on PATH; install it"):
        HERE.run(["no-such-program"])


def test_an_argument_that_no_program_can_take_is_refused() -> None:
    with pytest.raises(Refused, match="NUL"):
        HERE.run([sys.executable, "a\0b"])


def test_a_program_that_hangs_is_unavailable() -> None:
    with pytest.raises(Unavailable, match=r"still running after 0\.\d seconds; see why, or allow it more seconds"):
        Surroundings(0.3).run(python("import time; time.sleep(60)"))


def test_failures_are_one_short_line_whatever_was_said() -> None:
    argv = ["deploy", "a\nb\x1b[31m", "x" * 10_000]
    line = failed(argv, Ran(3, "out\n", 0.1, err="Traceback:\n" + "y" * 10_000 + "\n\x1b[31mKeyError: 'x'\n"))
    assert line.startswith("deploy 'a b'")
    assert line.endswith("KeyError: 'x'")
    assert "exit code 3" in line
    assert line.isprintable()
    assert len(line) < 700
    assert failed(["deploy"], Ran(1, "", 0.1)) == "deploy ended with exit code 1: it said nothing"
    assert len(shown(argv)) < 200


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", "-Infinity", "[" * 100_000, "1" * 5000, "{} {}"])
def test_rubbish_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_json(text)


@pytest.mark.parametrize(
    "text", ["2021-07-05T12:00:00Z", "2021-07-05T14:00:00+02:00", "2021-07-05 12:00+00:00", "20210705T120000Z"]
)
def test_instants_are_read_in_utc(text: str) -> None:
    instant = read_instant(text)
    assert instant == datetime(2021, 7, 5, 12, tzinfo=UTC)
    assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [None, 0, 1625486400, "", "now", "2021-07-05", "2021-07-05T12:00:00", "0001-01-01T00:00:00+14:00", "2021-13-01Z"],
)
def test_anything_else_is_no_instant(value: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_instant(value)
