"""One forge with one repository, and a person's clone of it."""

from __future__ import annotations

import pytest

from tests.localforge.clone import REPO, Clone, make_forge


@pytest.fixture
def forge(tmp_path):
    return make_forge(tmp_path)


@pytest.fixture
def repository(forge):
    return forge.repositories.get(REPO)


@pytest.fixture
def clone(repository, tmp_path):
    return Clone(str(repository.path), tmp_path / "clone")


@pytest.fixture
def opened(forge, clone):
    """Pushes a branch with these files and opens a pull request from it."""

    def open_one(branch="work", files=None, title="Upgrade Django", body="Why:\n\nbecause"):
        clone.push(clone.commit(branch, files or {f"{branch}.txt": "new\n"}), branch)
        return forge.pulls.open(REPO, branch, "main", title, body, ("chairlift",), "chairlift")

    return open_one
