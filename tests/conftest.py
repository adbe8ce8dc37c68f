"""What all tests share: hypothesis without a stopwatch, since a busy machine is no bug, and the same each time."""

from __future__ import annotations

import hypothesis
import pytest

hypothesis.settings.register_profile("patient", deadline=None, derandomize=True)
#: For mutants: that a test fails is enough, the smallest example is not wanted.
hypothesis.settings.register_profile(
    "hasty", hypothesis.settings.get_profile("patient"), phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate]
)
hypothesis.settings.load_profile("patient")

pytest.register_assert_rewrite("chairlift.testing.contracts")
