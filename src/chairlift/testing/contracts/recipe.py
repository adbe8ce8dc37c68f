"""The contract of recipes: the test of a recipe inherits from it and gives it two fixtures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chairlift.core.upgrade import RunState
from chairlift.ports import Prover, Recipe, RecipeFailed
from chairlift.testing.recipes import check_changes, check_unchanged, read_files, write_files


@dataclass(frozen=True)
class Example:
    """Files that the recipe changes under these settings, and what becomes of them; `failing` settings make it fail."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)
    failing: Mapping[str, object] | None = None


class RecipeContract:
    """What every recipe does."""

    @pytest.fixture
    def recipe(self) -> Recipe:
        raise NotImplementedError

    @pytest.fixture
    def example(self) -> Example:
        raise NotImplementedError

    def test_it_is_a_recipe(self, recipe: Recipe) -> None:
        assert isinstance(recipe, Recipe)
        assert recipe.name
        assert recipe.version

    def test_its_version_is_the_same_for_each_of_them(self, recipe: Recipe) -> None:
        assert type(recipe)().version == recipe.version

    def test_it_changes_what_it_should_and_once(self, recipe: Recipe, example: Example) -> None:
        check_changes(recipe, example.settings, example.before, example.after)

    def test_it_leaves_alone_what_is_done(self, recipe: Recipe, example: Example) -> None:
        check_unchanged(recipe, example.settings, example.after)

    def test_it_says_the_same_each_time(self, recipe: Recipe, example: Example) -> None:
        said = [check_changes(recipe, example.settings, example.before, example.after) for _ in range(2)]
        assert said[0] == said[1]

    def test_its_failure_is_told(self, recipe: Recipe, example: Example, tmp_path: Path) -> None:
        if example.failing is None:
            pytest.skip("nothing is known to make it fail")
        with pytest.raises(RecipeFailed) as failure:
            recipe.apply(tmp_path, example.failing, 10)
        assert str(failure.value).strip()


@dataclass(frozen=True)
class Suites:
    """Checkouts whose tests are green, red, not there at all, and green on something else than `settings` ask for."""

    green: Mapping[str, str]
    red: Mapping[str, str]
    without: Mapping[str, str]
    elsewhere: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)


class ProverContract:
    """What every recipe does that runs tests."""

    @pytest.fixture
    def prover(self) -> Prover:
        raise NotImplementedError

    @pytest.fixture
    def suites(self) -> Suites:
        raise NotImplementedError

    def test_it_is_a_prover(self, prover: Prover) -> None:
        assert isinstance(prover, Prover)

    def test_its_order_is_data_and_the_same_each_time(self, prover: Prover, suites: Suites) -> None:
        for changed in (False, True):
            order = prover.order(suites.settings, changed)
            assert json.loads(json.dumps(order)) == order == prover.order(suites.settings, changed)

    @pytest.mark.parametrize(
        ("which", "state"),
        [
            ("green", RunState.PASSED),
            ("red", RunState.FAILED),
            ("without", RunState.ABSENT),
            ("elsewhere", RunState.UNPROVEN),
        ],
    )
    def test_only_tests_that_ran_on_what_is_meant_are_green(
        self, which: str, state: RunState, prover: Prover, suites: Suites, tmp_path: Path
    ) -> None:
        files = getattr(suites, which)
        write_files(tmp_path, files)
        proven = prover.prove(tmp_path, prover.order(suites.settings, changed=True), 300)
        assert proven.state is state, proven
        assert proven.why
        assert read_files(tmp_path) == files, "the checkout stays as it is"

    def test_before_the_change_it_is_proven_on_what_is_there(
        self, prover: Prover, suites: Suites, tmp_path: Path
    ) -> None:
        write_files(tmp_path, suites.elsewhere)
        assert prover.prove(tmp_path, prover.order(suites.settings, changed=False), 300).state is RunState.PASSED
