from __future__ import annotations

import pytest

from chairlift.recipes.django.findings import Weight
from chairlift.recipes.django.fixers.model_state_fields import fixer
from chairlift.testing.fixers import check_unchanged

OPERATION = "class Op(AlterField):\n    def state_forwards(self, app_label, state):\n        {}\n"


@pytest.mark.parametrize(
    ("line", "findings"),
    [
        ('state.models[app_label, "x"].fields.insert(0, ("id", field))', 1),
        ("self.model_state.fields", 0),
        ("model_state.fields.append((name, field))", 1),
        ("state.models[key].fields[name] = field", 0),
        ("self.fields.append(name)", 0),
        ("state.models[key].managers.append(one)", 0),
        ("state.models[key].fields.update(more)", 0),
    ],
)
def test_flags_lists(line: str, findings: int) -> None:
    found = check_unchanged(fixer, OPERATION.format(line)).findings
    assert [(each.line, each.weight) for each in found] == [(3, Weight.MUST)] * findings


def test_elsewhere_it_is_another_thing() -> None:
    assert not check_unchanged(fixer, "def other(model_state):\n    model_state.fields.append(1)\n").findings
