"""The notifier in memory under the contract of notifiers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chairlift.ports import Notifier, Refused
from chairlift.testing.contracts.notifier import HELLO, NotifierContract, Told
from chairlift.testing.fakes.notifier import MemoryNotifier


class TestMemoryNotifier(NotifierContract):
    @pytest.fixture
    def notifier(self) -> Notifier:
        return MemoryNotifier()

    @pytest.fixture
    def told(self, notifier: MemoryNotifier) -> Told:
        return lambda: notifier.messages

    @pytest.fixture
    def away(self) -> Notifier:
        return MemoryNotifier(away="no route to host")


def test_people_whom_nobody_can_tell_are_named_in_memory() -> None:
    notifier = MemoryNotifier(unknown=frozenset({"eve@example.org"}))
    with pytest.raises(Refused, match=r"nobody is called 'eve@example.org'; mend the address"):
        notifier.tell(replace(HELLO, to=("eve@example.org", "ada@example.org")))
    assert not notifier.messages
