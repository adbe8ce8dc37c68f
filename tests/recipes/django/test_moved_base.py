"""A campaign's own way to a branch, on real git: on a moved base our work is done again, and that of others kept."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from chairlift import units
from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.core.unit import Unit
from chairlift.core.upgrade import PlanState
from chairlift.ports import Refused
from chairlift.recipes.django.recipe import DjangoRecipe
from chairlift.testing.recipes import write_files

OLD = "from django.utils.translation import ugettext as _\n"
NEW = OLD.replace("ugettext", "gettext")
FILES = {"requirements.txt": "django==2.2.28\n", "a.py": OLD, "b.py": OLD}
BRANCH = "chairlift/django-3.2/prepare"


@dataclass(frozen=True)
class _Outside:
    """Of all ports, the two that make a plan."""

    workspace: GitWorkspace
    recipe: DjangoRecipe


class Company:
    """A repository of a squad, and Chairlift beside it: what it plans, and pushes as its own."""

    def __init__(self, folder: Path) -> None:
        self.remote, self.theirs = folder / "remote.git", folder / "theirs"
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.remote))
        git(folder, "clone", "-q", str(self.remote), str(self.theirs))
        self.workspace = GitWorkspace(Settings(root=folder / "mirrors"))
        self.ours: frozenset[str] = frozenset()

    def they_push(self, files: Mapping[str, str], branch: str = "main", onto: str = "") -> str:
        if onto:
            git(self.theirs, "fetch", "-q", "origin", onto)
            git(self.theirs, "checkout", "-q", "-B", branch, "FETCH_HEAD")
        write_files(self.theirs, files)
        git(self.theirs, "add", "-A")
        git(self.theirs, "commit", "-qm", f"theirs: {', '.join(files)}")
        git(self.theirs, "push", "-q", "origin", f"HEAD:{branch}")
        return git(self.theirs, "rev-parse", "HEAD")

    @property
    def url(self) -> str:
        return str(self.remote)

    def plan(self, base: str, stage: str = "prepare") -> Mapping[str, object]:
        settings = {"target": "3.2", "stage": stage, "offline": True}
        inputs = {"url": self.url, "base": base, "settings": settings, "seconds": 300, "message": stage}
        outside = _Outside(self.workspace, DjangoRecipe())
        return units.run(Unit("plan", "prepare", "shop", inputs), outside)  # type: ignore[arg-type]

    def push(self, commit: str, branch: str = BRANCH) -> None:
        self.workspace.push(self.url, commit, branch, self.ours | {commit})
        self.ours |= {commit}

    def files(self, ref: str) -> dict[str, str]:
        names = git(self.remote, "ls-tree", "-r", "--name-only", ref).splitlines()
        return {name: git(self.remote, "show", f"{ref}:{name}") + "\n" for name in names}

    def subjects(self, ref: str) -> list[str]:
        return git(self.remote, "log", "--format=%s", ref).splitlines()


def git(where: Path, *argv: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *who, *argv], cwd=where, capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_on_a_moved_base_its_own_work_is_done_again_and_theirs_below_is_kept(company: Company) -> None:
    first = company.plan(company.they_push(FILES))
    company.push(str(first["commit"]))
    assert company.files(BRANCH) == {**FILES, "a.py": NEW, "b.py": NEW}
    # They mend one of the places themselves, add another, and something of their own.
    mine = {"a.py": NEW + "x = _('theirs')\n", "c.py": OLD, "README": "theirs\n"}
    base = company.they_push(mine)
    again = company.plan(base)
    company.push(str(again["commit"]))
    assert company.files(BRANCH) == {**FILES, **mine, "b.py": NEW, "c.py": NEW}
    assert company.subjects(BRANCH) == ["prepare", "theirs: a.py, c.py, README", f"theirs: {', '.join(FILES)}"]
    assert company.plan(base)["commit"] == again["commit"], "the same once more"


def test_what_lies_on_top_of_ours_is_never_overwritten(company: Company) -> None:
    first = company.plan(company.they_push(FILES))
    company.push(str(first["commit"]))
    company.they_push({"a.py": NEW + "y = 1\n"}, BRANCH, onto=BRANCH)
    git(company.theirs, "checkout", "-q", "main")
    again = company.plan(company.they_push({"README": "moved\n"}))
    with pytest.raises(Refused):
        company.push(str(again["commit"]))
    assert company.files(BRANCH)["a.py"] == NEW + "y = 1\n"
    assert company.subjects(BRANCH)[:2] == ["theirs: a.py", "prepare"]


def test_with_ours_merged_and_theirs_on_top_only_what_is_new_is_done(company: Company) -> None:
    first = company.plan(company.they_push(FILES))
    company.push(str(first["commit"]))
    git(company.theirs, "pull", "-q", "origin", BRANCH)
    merged = git(company.theirs, "rev-parse", "HEAD")
    git(company.theirs, "push", "-q", "origin", "HEAD:main")
    assert company.plan(merged)["state"] == PlanState.NOTHING
    # On top of ours: something of theirs in a file of ours, and the old way once more in a new one.
    top = company.they_push({"a.py": NEW + "# theirs\n", "d.py": OLD})
    again = company.plan(top)
    company.push(str(again["commit"]), f"{BRANCH}-2")
    assert company.files(f"{BRANCH}-2") == {**FILES, "a.py": NEW + "# theirs\n", "b.py": NEW, "d.py": NEW}
    changed = git(company.remote, "diff", "--name-only", f"{BRANCH}-2~1", f"{BRANCH}-2")
    assert changed == "d.py"
    # The next change stands on all of that.
    upgrade = company.plan(top, "upgrade")
    company.push(str(upgrade["commit"]), "chairlift/django-3.2/upgrade")
    after = company.files("chairlift/django-3.2/upgrade")
    assert after["a.py"] == NEW + "# theirs\n"
    assert after["requirements.txt"].startswith("django==3.2")
