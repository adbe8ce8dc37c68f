"""The contract of notifiers: the test of an adapter inherits from it and gives it three fixtures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from chairlift.ports import Message, Notifier, Unavailable

#: What people have got so far, oldest first; what their mail system or channel shows once is there once.
Told = Callable[[], Sequence[Message]]

HELLO = Message("shop/merge/1", ("ada@example.org",), "Merging on Thursday", "Dear Ada,\n\nsay so if it hurts.\n")


class NotifierContract:
    """What every notifier does."""

    @pytest.fixture
    def notifier(self) -> Notifier:
        """A notifier that has told nothing."""
        raise NotImplementedError

    @pytest.fixture
    def told(self, notifier: Notifier) -> Told:
        """Reads what arrived from that notifier."""
        raise NotImplementedError

    @pytest.fixture
    def away(self) -> Notifier:
        """A notifier that cannot reach its world."""
        raise NotImplementedError

    def test_it_is_a_notifier(self, notifier: Notifier) -> None:
        assert isinstance(notifier, Notifier)

    def test_what_is_told_arrives(self, notifier: Notifier, told: Told) -> None:
        assert not told()
        notifier.tell(HELLO)
        assert list(told()) == [HELLO]

    def test_everybody_is_told(self, notifier: Notifier, told: Told) -> None:
        everybody = ("ada@example.org", "bob@example.org", "cy@example.org")
        notifier.tell(Message("k", everybody, "Hello", "all\n"))
        assert {person for message in told() for person in message.to} == set(everybody)

    def test_telling_twice_is_telling_once(self, notifier: Notifier, told: Told) -> None:
        notifier.tell(HELLO)
        notifier.tell(HELLO)
        assert list(told()) == [HELLO]

    def test_another_key_is_another_message(self, notifier: Notifier, told: Told) -> None:
        other = Message("shop/merge/2", HELLO.to, HELLO.subject, HELLO.text)
        notifier.tell(HELLO)
        notifier.tell(other)
        assert list(told()) == [HELLO, other]

    @pytest.mark.parametrize(
        "text",
        [
            "Größe 🚡 und Maß\n",
            "one line of " + "very " * 2000 + "many words\n",
            ".\n..\n.hidden\nQUIT\n",
            "From here\n>From there\n\n\n",
            "trailing blank \nand\ttabs\t\n= =3D =20 =\n",
            '"quotes" <b>tags</b> {"json": [1]}\n',
            "x\n" * 10_000,
        ],
        ids=["unicode", "long line", "dots", "From", "blanks", "markup", "long text"],
    )
    def test_every_letter_arrives(self, notifier: Notifier, told: Told, text: str) -> None:
        message = Message("k", ("ada@example.org",), "Größe 🚡: " + "ab " * 40 + "end", text)
        notifier.tell(message)
        assert list(told()) == [message]

    def test_a_subject_cannot_tell_anybody_else(self, notifier: Notifier, told: Told) -> None:
        hostile = "Hello\r\nBcc: eve@example.org\nTo: eve@example.org\n\nforged"
        notifier.tell(Message("k\r\nCc: eve@example.org", ("ada@example.org",), hostile, "text\n"))
        (message,) = told()
        assert message.to == ("ada@example.org",)
        assert message.text == "text\n"
        assert message.subject.startswith("Hello")

    def test_away_is_said(self, away: Notifier) -> None:
        with pytest.raises(Unavailable, match=r"\w"):
            away.tell(HELLO)
