"""What `make mutants` plants is still there to be planted, and what it says of a bug is so."""

from __future__ import annotations

import pytest

from tests.mutant import Mutant
from tests.mutants import KNOWN, ROOT, Bed

VERDICT = "tests/core/test_verdict.py"
SURGE = f"{VERDICT}::test_what_is_no_surge"
LINE = "MIN_NEW = 10"


def planted(new: str, tests: str = SURGE, old: str = LINE, file: str = "core/verdict.py") -> Mutant:
    return Mutant(0, "", file, old, new, tests)


#: As long as each other, in one module: what was compiled of the one is not taken for the next.
KILLED = planted(LINE.replace("10", "+9"))
HARMLESS = planted(LINE.replace(" 10", "10 "))


@pytest.fixture(scope="module")
def bed():
    """Compiled beforehand, as all are."""
    found = Bed([VERDICT])
    yield found
    found.close()


@pytest.mark.parametrize("mutant", KNOWN, ids=lambda mutant: mutant.what)
def test_it_stands_once_in_its_file_and_its_tests_are_there(mutant):
    file = ROOT / "src" / "chairlift" / mutant.file
    assert file.exists(), f"{mutant.file} has moved"
    assert file.read_text().count(mutant.old) == 1
    assert mutant.new != mutant.old
    for each in mutant.tests.split():
        assert (ROOT / each.partition("::")[0]).exists(), each


@pytest.mark.xdist_group("mutants")
def test_each_is_judged_for_what_it_is(bed):
    """One after the other in the same bed, in whatever order."""
    assert len(KILLED.new) == len(HARMLESS.new)
    for each in (KILLED, HARMLESS, HARMLESS, KILLED, KILLED, HARMLESS):
        assert bed.judge(each)[0] == ("killed" if each is KILLED else "SURVIVED")


@pytest.mark.xdist_group("mutants")
class TestWhatIsNeither:
    """Nothing that goes wrong is taken for a bug that was seen."""

    def test_a_text_that_is_not_there(self, bed):
        assert bed.judge(planted("pass", old="no such text"))[0].startswith("stale")

    def test_a_test_that_is_not_there(self, bed):
        assert bed.judge(planted("pass", tests=f"{VERDICT}::test_nothing"))[0].startswith("broken")

    def test_tests_of_another_program(self, bed):
        """Whatever stands in the place, the modules that were tested came from elsewhere."""
        old = '"""Runs an upgrade across'
        away = planted(f"__path__ = [{str(ROOT / 'src' / 'chairlift')!r}]\n{old}", old=old, file="__init__.py")
        assert bed.judge(away)[0].startswith("broken: what was tested")

    def test_the_next_is_judged_as_ever(self, bed):
        assert (bed.judge(HARMLESS)[0], bed.judge(KILLED)[0]) == ("SURVIVED", "killed")


def test_one_that_hangs_is_ended_and_the_next_is_planted():
    bed = Bed(seconds=0.5)
    try:
        for _ in range(2):
            assert bed.judge(planted("while True: pass"))[0].startswith("hung")
    finally:
        bed.close()
