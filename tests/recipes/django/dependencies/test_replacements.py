from __future__ import annotations

from pathlib import Path

import pytest

from chairlift.recipes.django.dependencies.replacements import table, unmaintained
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release, parse
from chairlift.testing.recipes import write_files


@pytest.mark.parametrize(
    ("line", "target", "named"),
    [
        ("Django_REST-Swagger==2.1.2", (3, 2), 1),
        ("django-rest-swagger==2.1.2", (2, 2), 0),
        ("pytz==2020.1", (4, 2), 0),
        ("pytz==2020.1", (5, 2), 1),
        ("raven==6.10.0", (2, 2), 1),
        ("requests==2.0", (5, 2), 0),
    ],
)
def test_it_is_named_only_where_the_target_is_beyond_it(tmp_path: Path, line: str, target: Release, named: int) -> None:
    write_files(tmp_path, {"requirements/base.txt": f"# made\n{line}\n    # via x\n"})
    found = [*unmaintained(Project(tmp_path), target)]
    assert [(each.path, each.line) for each in found] == [("requirements/base.txt", 2)] * named
    assert all("others took" in each.how for each in found)


def test_every_row_is_whole() -> None:
    assert table()
    for row in table().values():
        assert row["instead"]
        assert row["why"]
        assert not row["stops"] or parse(row["stops"])
