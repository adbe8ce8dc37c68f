"""The contract of recipes: the test of a recipe inherits from it and gives it two fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chairlift.ports import Recipe, RecipeFailed
from chairlift.testing.recipes import check_changes, check_unchanged


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
