"""What is asked of the world while there is something to do: each thing once, until we change it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chairlift.core.decision import Do, Verb
from chairlift.core.log import Kind
from chairlift.core.upgrade import PullRequest
from chairlift.testing.fakes.forge import MemoryForge
from tests.journeys.passage import URL, Passage


class Asked:
    """A port that counts the calls of each name."""

    def __init__(self, port: object) -> None:
        self.port, self.calls = port, Counter[str]()

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self.port, name)


def counted(level: str) -> tuple[Passage, Asked, Asked]:
    """A passage at this level, and what it asks of its workspace and its forge."""
    found = Passage()
    found.choose(level)
    workspace, forge = Asked(found.workspace), Asked(found.forge)
    found.workspace, found.forge = workspace, forge  # type: ignore[assignment]
    return found, workspace, forge


def test_branches_and_pull_requests_are_asked_for_once_until_one_is_opened() -> None:
    found, workspace, forge = counted("Review everything")
    reached = found.settle()
    assert reached.seen.pull
    assert (workspace.calls["heads"], workspace.calls["push"]) == (2, 1)
    assert (forge.calls["pull_for"], forge.calls["ensure_pull"]) == (2, 1)


def test_a_new_try_in_between_is_not_taken_for_the_old_one() -> None:
    found, _, _ = counted("Review everything")
    while not (isinstance((reached := found.look()).decision, Do) and reached.decision.verb is Verb.OPEN):
        found.engine.work(found.ports)
    assert found.known
    found.say(Kind.RETRIED, change=reached.change, again=True)
    again = found.look(found.known)
    assert isinstance(again.decision, Do)
    assert (again.decision.verb, again.seen.pull) == (Verb.PLAN, None)


class Hasty:
    """A forge where somebody merges what is opened at once."""

    def __init__(self, port: MemoryForge) -> None:
        self.port = port

    def __getattr__(self, name: str) -> Any:
        return getattr(self.port, name)

    def ensure_pull(self, *given: Any) -> PullRequest:
        pull = self.port.ensure_pull(*given)
        self.port.merge_as("shop", pull.number, "ada", pull.head)
        return self.port.ensure_pull(*given)


def test_what_was_merged_as_soon_as_it_was_opened_is_looked_at_anew() -> None:
    found = Passage()
    found.choose("Review everything")
    found.forge = Hasty(found.forge)  # type: ignore[assignment]
    reached = found.settle()
    assert reached.seen.merged
    assert reached.seen.base == found.git.repositories[URL].branches["main"]
