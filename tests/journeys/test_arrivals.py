"""From chosen to done at every level, also with a process that is killed at every effect it has: laws 6 and 11."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from chairlift.core.decision import Verb
from chairlift.core.log import Kind
from chairlift.core.verdict import Health
from tests.journeys.passage import CHANGES, URL, Fuse, Passage, diligent

LEVELS = ("Hands-off", "Trust but verify", "Review everything", "DIY", "library")


def passage(level: str, fuse: Fuse | None = None) -> Passage:
    found = Passage(answers=diligent, fuse=fuse or Fuse())
    if level == "library":
        library = replace(found.service, library=True, environments=("registry",))
        found = Passage(service=library, answers=diligent, fuse=fuse or Fuse())
    found.choose("Hands-off" if level == "library" else level)
    return found


def arrives(found: Passage) -> None:
    """Done is exactly law 11, and on the way each change was opened and merged once, after its notice."""
    reached = found.go_on()
    assert reached.done, reached.decision
    assert [pull.branch for pull in found.pulls()] == [found.campaign.branch(change.slug) for change in CHANGES]
    facts = found.up.said
    level = found.up.level
    assert level
    for change in CHANGES:
        pull = found.pull(change.slug)
        assert pull
        assert pull.state == "merged"
        assert found.git.contains(URL, found.git.repositories[URL].branches["main"], pull.merged_commit)
        for environment in found.up.environments:
            assert found.git.contains(URL, found.runs(environment), pull.merged_commit)
            since = facts.running[change.slug, environment, pull.merged_commit]
            verdict = facts.verdicts.get((change.slug, environment, pull.merged_commit))
            signed = any(word.at >= since for word in facts.tested.get(change.slug, ()))
            assert signed or (verdict and verdict.health is Health.HEALTHY)
        if level.notice:
            told = [m for m in found.notifier.messages if m.key.startswith("notice") and m.key.endswith(pull.head)]
            assert len(told) == 1
            assert pull.merged_at
            assert pull.merged_at >= found.up.calendar.add(
                facts.announced[change.slug, pull.head], found.campaign.times.notice
            )
    tree = found.git.commit(URL, found.git.repositories[URL].branches["main"]).tree
    assert tree == {"code.py": "new style\n", "requirements.txt": "Django==3.2\n"}


@pytest.mark.parametrize("level", LEVELS)
def test_arrives(level: str) -> None:
    found = passage(level)
    arrives(found)
    merges = [entry.change for entry in found.did(Verb.MERGE)]
    squad_merges = level in ("Review everything", "DIY")
    assert merges == ([] if squad_merges else ["prepare", "upgrade", "clean-up"])
    assert bool(found.did(Verb.FILE)) == (level == "DIY")


@pytest.mark.parametrize("before", [False, True], ids=["after", "before"])
@pytest.mark.parametrize("level", LEVELS[:4])
def test_arrives_however_it_is_killed(level: str, before: bool) -> None:
    for effect in count():
        fuse = Fuse(effect, before)
        found = passage(level, fuse)
        arrives(found)
        if not fuse.blown:
            break
    assert effect > 15


@pytest.mark.parametrize("every", [3, 4, 7])
def test_arrives_although_it_is_killed_again_and_again(every: int) -> None:
    class Flickering(Fuse):
        """Blows at every nth effect."""

        calls = 0

        def around(self, call):  # type: ignore[no-untyped-def]
            self.calls += 1
            self.left = 0 if self.calls % every == 0 else -1
            return super().around(call)

    arrives(passage("Hands-off", Flickering()))


def test_every_word_of_chairlift_is_in_the_log_before_the_deed() -> None:
    found = passage("Hands-off")
    found.go_on()
    meant = {(entry.data["verb"], entry.about) for entry in found.log if entry.kind is Kind.MEANT}
    done = {(entry.data["verb"], entry.about) for entry in found.log if entry.kind is Kind.DID}
    assert meant == done
