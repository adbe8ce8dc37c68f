"""Menus for tests: the four levels as they are shipped, and menus of any shape."""

from __future__ import annotations

from chairlift.core.decision import StepName
from chairlift.core.menu import DEPLOY_DOCS, Change, ServiceLevel
from tests.core.dice import Dice

#: The steps that a squad can keep.
ACTING = (StepName.CREATE, StepName.REVIEW, StepName.MERGE, StepName.DEPLOY, StepName.TEST)


def level(name: str, *squad: str, notice: bool = False, needs: tuple[str, ...] = ()) -> ServiceLevel:
    return ServiceLevel(name, frozenset(StepName(step) for step in squad), notice, needs)


SHIPPED = (
    level("Hands-off", notice=True, needs=(DEPLOY_DOCS,)),
    level("Trust but verify", "deploy", "test", notice=True),
    level("Review everything", "review", "merge", "deploy", "test"),
    level("DIY", "create", "review", "merge", "deploy", "test"),
)


def menus(dice: Dice) -> tuple[ServiceLevel, ...]:
    """The four shipped levels, or one to seven of any shape."""
    if dice.usually(True, False, but=35):
        return SHIPPED
    return tuple(
        ServiceLevel(
            f"level {number}",
            frozenset(step for step in ACTING if dice.pick((True, False))),
            notice=dice.pick((True, False)),
            needs=dice.usually((), (DEPLOY_DOCS,), but=30),
        )
        for number in range(1 + dice.pick(range(7)))
    )


CHANGES = (
    Change("prepare", "Prepare", after=StepName.MERGE),
    Change("upgrade", "Upgrade", proof="3.2"),
    Change("clean-up", "Clean up", deploys=False, transitional=True),
)
