"""Two editions of a file, line by line, at a cost that grows with the file and not with its square."""

from __future__ import annotations

import random
import time

import hypothesis.strategies as st
from hypothesis import given

from chairlift.server.web.compare import MOST, compare

_TEXT = st.lists(st.sampled_from(["a", "b", "c", "", "<x>"]) | st.text("xyz", max_size=2), max_size=30)


@given(_TEXT, _TEXT)
def test_what_is_shown_is_what_changed(old, new):
    found = compare("\n".join(old), "\n".join(new))
    lines = [line for piece in found.pieces for line in piece.lines]
    before, after = "\n".join(old).splitlines(), "\n".join(new).splitlines()
    gone = {line.old for line in lines if line.sign == "-"}
    come = {line.new for line in lines if line.sign == "+"}
    assert [x for n, x in enumerate(before, 1) if n not in gone] == [x for n, x in enumerate(after, 1) if n not in come]
    assert (found.added, found.removed, found.left) == (len(come), len(gone), 0)
    for line in lines:
        if line.sign == " ":
            assert before[line.old - 1] == after[line.new - 1]


def test_what_a_page_does_not_hold_is_said():
    found = compare("", "\n".join(map(str, range(MOST + 50))))
    assert (found.added, found.left, sum(len(piece.lines) for piece in found.pieces)) == (MOST + 50, 50, MOST)


def test_ten_thousand_services_in_another_order():
    blocks = [f'[[service]]\nname = "s{n}"\nsquad = "q{n % 300}"\nrepo = "acme/s{n}"\n' for n in range(10_000)]
    mixed = random.Random(1).sample(blocks, len(blocks))
    begun = time.process_time()
    assert compare("\n".join(blocks), "\n".join(mixed)).left > 0
    # The square of it would take minutes.
    assert time.process_time() - begun < 30
