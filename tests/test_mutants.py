"""What `make mutants` plants is still there to be planted: seen in a second, where planting all takes minutes."""

from __future__ import annotations

import pytest

from tests.mutants import KNOWN, ROOT


@pytest.mark.parametrize("mutant", KNOWN, ids=lambda mutant: mutant.what)
def test_it_stands_once_in_its_file_and_its_tests_are_there(mutant):
    file = ROOT / "src" / "chairlift" / mutant.file
    assert file.exists(), f"{mutant.file} has moved"
    assert file.read_text().count(mutant.old) == 1
    assert mutant.new != mutant.old
    for each in mutant.tests.split():
        assert (ROOT / each.partition("::")[0]).exists(), each
