from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.third_party_names import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged

PINNED = {"requirements.txt": "wagtail==5.2\ndjangorestframework==3.12.4\n    # via x\n"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from wagtail.core.models import Page, Site\n", "from wagtail.models import Page, Site\n"),
        ("from wagtail.core import blocks\nx = blocks.A\n", "from wagtail import blocks\nx = blocks.A\n"),
        (
            "def f():\n    from wagtail.core.utils import a as b\n",
            "def f():\n    from wagtail.coreutils import a as b\n",
        ),
        (
            "import wagtail.core.fields\n\nx = wagtail.core.fields.RichTextField()\n",
            "import wagtail.fields\n\nx = wagtail.fields.RichTextField()\n",
        ),
        ("import wagtail.core.fields as f\nx = f.A\n", "import wagtail.fields as f\nx = f.A\n"),
        (
            "from wagtail.images.edit_handlers import ImageChooserPanel\nx = [ImageChooserPanel('a')]\n",
            "from wagtail.admin.panels import FieldPanel\nx = [FieldPanel('a')]\n",
        ),
        (
            "X = {'A': ('rest_framework.filters.DjangoFilterBackend',)}\n",
            "X = {'A': ('django_filters.rest_framework.DjangoFilterBackend',)}\n",
        ),
        (
            "from wagtail.admin.edit_handlers import FieldPanel, StreamFieldPanel\nx = FieldPanel, StreamFieldPanel\n",
            "from wagtail.admin.panels import FieldPanel\nx = FieldPanel, FieldPanel\n",
        ),
        ("X = 'wagtail.core.models.Page'\n", "X = 'wagtail.models.Page'\n"),
        (
            "from rest_framework.filters import DjangoFilterBackend, A\nx = DjangoFilterBackend, A\n",
            "from rest_framework.filters import A\nfrom django_filters.rest_framework import DjangoFilterBackend\n"
            "x = DjangoFilterBackend, A\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(3, 2), stage=Stage.UPGRADE, files=PINNED)


@pytest.mark.parametrize(
    "text",
    [
        "from wagtail.models import Page\n",
        "from wagtail.core.models import *\n",
        "from wagtail.core import unheard_of\n",
        "from .wagtail.core.models import Page\n",
        "from ours.wagtail.core.models import Page\n",
        "try:\n    from wagtail.core.models import Page\nexcept ImportError:\n    from wagtail.models import Page\n",
        "def f():\n    'wagtail.core.models'\n",
        "x = 'wagtail.core' '.models'\n",
        "from rest_framework.filters import SearchFilter\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text, target=(3, 2), stage=Stage.UPGRADE, files=PINNED)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"requirements.txt": "wagtail==4.2.4\n"},
        {"requirements.in": "wagtail>=5\n"},
        {"a.txt": "wagtail==4.2.4\n", "b.txt": "wagtail==5.0\n"},
        {"poetry.lock": '[[package]]\nname = "wagtail"\nversion = "4.0"\n'},
    ],
)
def test_only_where_everything_that_is_pinned_has_reached_the_release(files: dict[str, str]) -> None:
    check_unchanged(fixer, "from wagtail.core.models import Page\n", target=(3, 2), stage=Stage.UPGRADE, files=files)


@pytest.mark.parametrize("stage", [Stage.PREPARE, Stage.CLEAN_UP])
def test_it_goes_with_the_requirements(stage: Stage) -> None:
    check_unchanged(fixer, "from wagtail.core.models import Page\n", target=(3, 2), stage=stage, files=PINNED)


def test_locks_of_other_tools_pin_as_well() -> None:
    lock = {"poetry.lock": '[[package]]\nname = "wagtail"\nversion = "5.1"\n'}
    before, after = "from wagtail.core.models import Page\n", "from wagtail.models import Page\n"
    check_changes(fixer, before, after, target=(3, 2), stage=Stage.UPGRADE, files=lock)
