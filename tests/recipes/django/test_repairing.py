"""Where all was red before, nothing is repaired; what is red beside that is."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.proving.evidence import Built, Case, Failure, Proof, Result, State
from chairlift.recipes.django.repairing import _is_as_before

RED = Case("a", Result.FAILED, Failure("ValueError", "no"))
WORSE = Case("b", Result.FAILED, Failure("ValueError", "no"))
GREEN = Case("b", Result.PASSED, None)


def proof(state: State, *tests: Case, why: str = "") -> Proof:
    return Proof(state, "why", (3, 2), tests=tests, built=Built(why=why))


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (proof(State.FAILED, RED, GREEN), proof(State.FAILED, RED, GREEN), True),
        (proof(State.FAILED, RED, GREEN), proof(State.FAILED, RED, WORSE), False),
        (proof(State.FAILED, RED, GREEN), proof(State.FAILED, RED), False),
        (proof(State.FAILED, RED, GREEN), proof(State.FAILED), False),
        (proof(State.FAILED), proof(State.FAILED), True),
        (proof(State.UNPROVEN, why="away"), proof(State.UNPROVEN, why="away"), True),
        (proof(State.UNPROVEN, why="away"), proof(State.UNPROVEN, why="another"), False),
        (proof(State.FAILED, RED), proof(State.UNPROVEN, why="another"), False),
        (proof(State.PASSED, GREEN), proof(State.FAILED, WORSE), False),
    ],
)
def test_what_was_red_before(before: Proof, after: Proof, same: bool) -> None:
    assert _is_as_before(before, after) is same
