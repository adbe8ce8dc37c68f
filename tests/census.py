"""Prints which decisions the random worlds of the laws reach, and how often: `make census`."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings

from chairlift.core.decision import Decision, Do, StepName
from tests.core.worlds import World, worlds

WORLDS = 5_000


def name(step: StepName | None, decision: Decision) -> str:
    """A decision as the census counts it: the step, the kind, and what is done."""
    kind = f"do {decision.verb}" if isinstance(decision, Do) else type(decision).__name__.lower()
    return f"{step or 'finish'}: {kind}"


def count(amount: int = WORLDS) -> Counter[str]:
    """How often each decision is reached; the same each time."""
    found: Counter[str] = Counter()

    @settings(
        max_examples=amount, database=None, derandomize=True, phases=[Phase.generate], deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(worlds())
    def look(world: World) -> None:
        found[name(*world.concluded())] += 1

    look()
    return found


def main() -> None:
    found = count()
    print(f"{found.total()} worlds, {len(found)} decisions\n")
    for decision, times in sorted(found.items(), key=lambda item: -item[1]):
        print(f"{times / found.total():7.1%}  {decision}")


if __name__ == "__main__":
    main()
