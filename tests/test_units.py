"""The service's own tests, really run: what is kept of them as the reason."""

from __future__ import annotations

import sys
from typing import Any, cast

import pytest

from chairlift import units
from chairlift.core.unit import Unit
from chairlift.core.upgrade import RunState
from chairlift.ports import Ports
from chairlift.testing.fakes.git import MemoryGit
from chairlift.testing.fakes.workspace import MemoryWorkspace

URL = "memory://shop"

DJANGO_ENDS = """
..E
----------------------------------------------------------------------
Ran 3 tests in 0.012s

{result}
Destroying test database for alias 'default'...
"""


def verified(output: str, code: int = 0) -> dict[str, Any]:
    """What a test command that says this and ends so comes to."""
    git = MemoryGit()
    commit = git.init(URL, {"speak.py": f"import sys\nsys.stdout.write({output!r})\nsys.exit({code})\n"})
    inputs = {"url": URL, "commit": commit, "tests": f"{sys.executable} speak.py", "seconds": 30, "proof": ""}
    ports = cast(Ports, type("Ports", (), {"workspace": MemoryWorkspace(git)}))
    return units.run(Unit("verify", "verify-1", "shop", inputs), ports)


@pytest.mark.parametrize(
    ("output", "code", "why"),
    [
        ("collected 3\n=== 3 passed in 0.1s ===\n\n", 0, "=== 3 passed in 0.1s ==="),
        (DJANGO_ENDS.format(result="OK (skipped=1)"), 0, "OK (skipped=1): Ran 3 tests in 0.012s"),
        (
            DJANGO_ENDS.format(result="FAILED (failures=1, errors=2)"),
            1,
            "exit code 1: FAILED (failures=1, errors=2): Ran 3 tests in 0.012s",
        ),
        (
            DJANGO_ENDS.format(result="OK") + DJANGO_ENDS.format(result="FAILED (errors=1)"),
            1,
            "exit code 1: FAILED (errors=1): Ran 3 tests in 0.012s",
        ),
        ("Ran 3 tests in 0.012s\nand then it fell over\n", 1, "exit code 1: and then it fell over"),
        ("", 0, "no output"),
    ],
)
def test_the_reason_is_the_count_of_the_test_runner(output: str, code: int, why: str) -> None:
    found = verified(output, code)
    assert found["why"] == why
    assert found["state"] == (RunState.FAILED if code else RunState.PASSED)
