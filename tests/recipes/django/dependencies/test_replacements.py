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


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (
            "setup.py",
            "from setuptools import setup\nsetup(install_requires=[\n    'Django>=3.2', 'django_q>=1.3',\n])\n",
            3,
        ),
        ("setup.cfg", "[options]\ninstall_requires =\n    Django\n    django-q >= 1.3\n", 4),
        ("pyproject.toml", '[project]\ndependencies = ["django-q[redis]>=1"]\n', 2),
        ("pyproject.toml", '[tool.poetry.dependencies]\ndjango-q = "^1.3"\n', 2),
        ("Pipfile", '[packages]\ndjango-q = "*"\n', 2),
        ("requirements/base.in", "django\ndjango-q  # for the mails\n", 2),
        ("setup.py", "setup(install_requires=['django-q2', 'django-qr'], url='https://x/django-q/')\n", 0),
        ("setup.cfg", "[metadata]\nname = my-django-q\n", 0),
        ("pyproject.toml", '[project]\nname = "x"\ndescription = "uses django-q for mails"\n', 0),
    ],
)
def test_what_a_manifest_asks_for_is_named_as_well(tmp_path: Path, path: str, text: str, line: int) -> None:
    write_files(tmp_path, {path: text})
    found = [*unmaintained(Project(tmp_path), (5, 2))]
    assert [(each.path, each.line) for each in found] == ([(path, line)] if line else [])


def test_a_distribution_is_named_once(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"requirements.txt": "django-q==1.3.9\n", "requirements.in": "django-q\n", "Pipfile": "django-q\n"}
    )
    assert [each.path for each in unmaintained(Project(tmp_path), (5, 2))] == ["requirements.txt"]


def test_every_row_is_whole() -> None:
    assert table()
    for row in table().values():
        assert row["instead"]
        assert row["why"]
        assert not row["stops"] or parse(row["stops"])
