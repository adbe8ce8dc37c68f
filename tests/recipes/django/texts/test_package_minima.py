from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.package_minima import rule
from chairlift.testing.texts import check_text_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("django==3.2\nPillow==6.0.0  # via x\n", "Pillow 6.0.0"),
        ("argon2_cffi[dev]==19.1.0 \\\n    --hash=sha256:00\n", "19.2.0"),
        ('mysqlclient = "==1.3.14"\n', "mysqlclient"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_text_unchanged(rule, text, path="requirements.txt").findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    ["Pillow==9.0\n", "pillow>=6.0\n", "# Pillow==6.0\n", "asgiref==3.2.0\n", "my-redis==1.0\n", "redis==five\n"],
)
def test_leaves_alone(text: str) -> None:
    assert not check_text_unchanged(rule, text, path="requirements.txt").findings


def test_what_is_needed_is_the_targets() -> None:
    assert not check_text_unchanged(rule, "redis==4.0\n", path="dev.in", target=(5, 2)).findings
    assert check_text_unchanged(rule, "redis==4.0\n", path="dev.in", target=(6, 0)).findings
