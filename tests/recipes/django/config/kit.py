"""Runs the edits of a stage over files, twice: the second run must change nothing."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from chairlift.recipes.django.config import Declared, Edited, Fetch, detect, edits
from chairlift.recipes.django.findings import Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, Stage
from chairlift.testing.recipes import read_files, write_files

PREPARE, UPGRADE, CLEAN_UP = Stage.PREPARE, Stage.UPGRADE, Stage.CLEAN_UP


def declared(files: Mapping[str, str], fetch: Fetch | None = None) -> Declared:
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), files)
        return detect(Project(Path(folder)), fetch)


@dataclass
class Ran:
    files: dict[str, str]
    edited: Edited

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.edited.findings]

    @property
    def musts(self) -> list[str]:
        return [each.code for each in self.edited.findings if each.weight is Weight.MUST]


def run(
    files: Mapping[str, str],
    stage: Stage = PREPARE,
    *,
    current: Release = (2, 2),
    target: Release = (3, 2),
    exact: Version | None = None,
    fetch: Fetch | None = None,
) -> Ran:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_files(root, files)
        leg = Leg(current, target, stage)
        edited = edits(Project(root), leg, detect(Project(root), fetch), exact)
        assert read_files(root) == dict(files), "nothing is written by the edits themselves"
        for each in edited.edits:
            (root / each.path).parent.mkdir(parents=True, exist_ok=True)
            (root / each.path).write_bytes(each.data)
        again = edits(Project(root), leg, detect(Project(root), fetch), exact)
        assert [(each.path, each.why) for each in again.edits] == [], "a second run changes something"
        return Ran(read_files(root), edited)


def changed(before: str, after: str) -> list[str]:
    """The lines of a diff, without places."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


PINNED = {"requirements.txt": "Django==2.2.28\nrequests\n"}


def workflow(matrix: str, steps: str) -> str:
    head = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n"
    return f"{head}{matrix}    steps:\n{steps}"


PIP = """\
      - uses: actions/setup-python@v2
        with:
          python-version: ${{ matrix.python }}
      - run: pip install -r requirements.txt
      - run: pip install "Django~=${{ matrix.django }}.0"
      - run: python manage.py test
"""


WITHOUT_MATRIX = """\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-python@v2
        with: {python-version: 3.8}
      # what is pinned
      - run: pip install -r requirements.txt
      - run: python manage.py test  # all
"""
