"""What all tests share: hypothesis without a stopwatch, since a busy machine is no bug."""

from __future__ import annotations

import hypothesis
import pytest

hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

pytest.register_assert_rewrite("chairlift.testing.contracts")
