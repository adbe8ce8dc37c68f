"""Who runs a service's tests: the command of its squad, else the campaign's recipe, else nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chairlift.core.decision import Ask, Party, Verb
from chairlift.core.upgrade import RunState
from chairlift.testing.fakes.recipe import ScriptedProver, ScriptedRecipe
from tests.journeys.passage import CHANGES, FILES, SHOP, URL, Passage, campaign, diligent

UPGRADE = replace(CHANGES[1], recipe={**CHANGES[1].recipe, "shows": "Django==3.2"})
TESTED = {**FILES, "tests.py": "assert True\n"}


def passage(files: dict[str, str], tests: str = "", recipe: ScriptedRecipe | None = None) -> Passage:
    made = Passage(
        campaign(changes=(UPGRADE,)), replace(SHOP, tests=tests), diligent, recipe=recipe or ScriptedProver()
    )
    made.git.push(URL, "main", files, by="ada")
    made.choose("Hands-off")
    return made


def body(found: Passage) -> str:
    (pull,) = found.forge.places["shop"].pulls.values()
    return pull.body


def test_without_a_command_the_recipe_proves_the_change() -> None:
    found = passage(TESTED)
    reached = found.settle()
    assert reached.seen.before
    assert (reached.seen.before.state, reached.seen.before.why) == (RunState.PASSED, "1 passed")
    assert found.go_on().done
    pull = found.pull("upgrade")
    assert pull
    assert [(check.name, check.state) for check in pull.checks] == [("chairlift/tests", "passed")]
    assert "Tests after: passed. `1 passed Django==3.2`" in body(found)


def test_red_before_is_the_squads_to_mend() -> None:
    reached = passage({**TESTED, "broken": ""}).settle()
    assert isinstance(reached.decision, Ask)
    assert (reached.decision.whom, "(1 failed)" in reached.decision.why) == (Party.SQUAD, True)


def test_green_on_another_version_opens_nothing() -> None:
    recipe = ScriptedProver()
    found = passage(TESTED, recipe=recipe)
    found.campaign = campaign(changes=(replace(UPGRADE, recipe={**UPGRADE.recipe, "shows": "Django==4.2"}),))
    reached = found.settle()
    assert isinstance(reached.decision, Ask)
    assert (reached.decision.whom, "nothing shows Django==4.2" in reached.decision.why) == (Party.PROJECT_TEAM, True)
    assert not found.did(Verb.OPEN)


def test_a_service_without_any_tests_is_never_called_green() -> None:
    found = passage(FILES)
    reached = found.settle()
    assert reached.seen.after
    assert (reached.seen.after.state, reached.seen.after.why) == (RunState.ABSENT, "no tests were found")
    pull = found.pull("upgrade")
    assert pull
    assert "Tests after: no tests configured. `no tests were found`" in body(found)
    assert not pull.checks
    assert not found.did(Verb.APPROVE), "Chairlift approves nothing that is not proven"


@pytest.mark.parametrize("recipe", [ScriptedProver(), ScriptedRecipe()])
def test_the_command_of_the_squad_comes_first(recipe: ScriptedRecipe) -> None:
    found = passage({**FILES, "broken": ""}, tests="tox", recipe=recipe)
    reached = found.settle()
    assert isinstance(reached.decision, Ask)
    assert reached.seen.before
    assert reached.seen.before.why == "1 failed"
    assert all("order" not in unit.inputs for unit in found.engine.asked)
