"""The budget in memory is a budget."""

from __future__ import annotations

import pytest

from chairlift.testing.contracts.budget import BudgetContract
from chairlift.testing.fakes.budget import MemoryBudget


class TestMemoryBudget(BudgetContract):
    @pytest.fixture
    def budget(self, time):
        return MemoryBudget(time.now, time.sleep, ticks=time.ticks)
