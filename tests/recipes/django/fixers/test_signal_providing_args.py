from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.signal_providing_args import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Signal(providing_args=['a'])", "Signal()"),
        ("Signal(providing_args=['a'],)", "Signal()"),
        ("Signal(use_caching=True, providing_args=['a'])", "Signal(use_caching=True)"),
        ("Signal(providing_args=['a'], use_caching=True)", "Signal(use_caching=True)"),
        ("Signal(\n    providing_args=['a'],\n    use_caching=True,\n)", "Signal(\n    use_caching=True,\n)"),
        ("Signal(\n    use_caching=True,\n    providing_args=['a'],\n)", "Signal(\n    use_caching=True,\n)"),
    ],
)
def test_takes_the_argument_out(before: str, after: str) -> None:
    head = "from django.dispatch import Signal\n\ndone = "
    check_changes(fixer, f"{head}{before}\n", f"{head}{after}\n")


def test_in_every_spelling() -> None:
    check_changes(
        fixer,
        "import django.dispatch\nx = django.dispatch.Signal(providing_args=['é'])\n",
        "import django.dispatch\nx = django.dispatch.Signal()\n",
    )
    check_changes(
        fixer,
        "from django import dispatch as d\r\nx = d.Signal(providing_args=[])\r\n",
        "from django import dispatch as d\r\nx = d.Signal()\r\n",
    )
    check_changes(
        fixer,
        "from django.dispatch.dispatcher import Signal as S\nx = S(providing_args=[])",
        "from django.dispatch.dispatcher import Signal as S\nx = S()",
    )


@pytest.mark.parametrize(
    "text",
    [
        "from blinker import Signal\nx = Signal(providing_args=[])\n",
        "x = Signal(providing_args=[])\n",
        "from django.dispatch import Signal\nx = Signal()\n",
        "from django.dispatch import Signal\nx = Signal(\n    # why\n    providing_args=[],\n)\n",
        "from django.dispatch import Signal\nSignal.send(providing_args=1)\n",
        "def providing_args(): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text)
