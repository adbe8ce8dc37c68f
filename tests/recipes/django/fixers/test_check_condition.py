from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.check_condition import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from django.db.models import CheckConstraint as C\nC(name='a', check=1)\n",
            "from django.db.models import CheckConstraint as C\nC(name='a', condition=1)\n",
        ),
        (
            "from django.db.models.constraints import CheckConstraint\nCheckConstraint(\n    check = (1),\n)\n",
            "from django.db.models.constraints import CheckConstraint\nCheckConstraint(\n    condition = (1),\n)\n",
        ),
        (
            "import django.db.models\ndjango.db.models.CheckConstraint(check=1)\n",
            "import django.db.models\ndjango.db.models.CheckConstraint(condition=1)\n",
        ),
        (
            "from django.db import models as m\nm.constraints.CheckConstraint(check=1)\n",
            "from django.db import models as m\nm.constraints.CheckConstraint(condition=1)\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(5, 1), target=(5, 2))


@pytest.mark.parametrize(
    "text",
    [
        "from ours import CheckConstraint\nCheckConstraint(check=1)\n",
        "from django.db.models import CheckConstraint\nCheckConstraint(condition=1)\n",
        "from django.db.models import CheckConstraint\nCheckConstraint(check=1, condition=2)\n",
        "from django.db.models import CheckConstraint\nother(check=CheckConstraint)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(5, 1), target=(5, 2)).findings


def test_the_old_version_does_not_know_the_new_word() -> None:
    text = "from django.db.models import CheckConstraint\nCheckConstraint(check=1)\n"
    check_unchanged(fixer, text, current=(4, 2), target=(5, 2))
