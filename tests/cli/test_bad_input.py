"""Bad input on real git: each gets a clear line in `status` and `why`, the exit code tells, and the others go on."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from tests.cli.said import FINE, PERSON, TROUBLE
from tests.localforge.clone import git
from tests.server.world import FILES, TIMES, campaign_text

MANUAL = "Review everything"


@pytest.fixture
def two(world):
    """`desk` is as it should be; each test makes `shop` bad."""
    world.service("desk")
    return world


@pytest.fixture
def tells(run):
    """Both commands say so, with this exit code, and `desk` got to where only its squad can go on."""

    def check(text, code, turn="project team"):
        status, why = run("status"), run("why", "shop")
        (row,) = [line for line in status.lines if line.startswith("shop ")]
        assert text in row, row
        assert f"  because     {text}" in why.text or text in why.text.split("because")[1].splitlines()[0], why.text
        (plain,) = [row for row in run("status", "--json").json["services"] if row["service"] == "shop"]
        assert plain["turn"] == turn
        assert (status.code, why.code) == (code, code)
        (desk,) = [row for row in run("status", "--json").json["services"] if row["service"] == "desk"]
        assert (desk["decision"], desk["turn"]) == ("ask", "Heron")
        return row

    return check


def bare(world, name="shop"):
    return world.forge.repositories.get(name).path


def begun(world, level="Hands-off", **more):
    """The pull request of shop is open, and waits for its notice or its review."""
    world.service("shop", **more)
    world.load()
    world.choose("shop", level)
    world.settle()
    return world.pull("shop")


class TestRepositories:
    def test_that_is_not_there(self, two, tells):
        two.service("shop", files=None)
        two.load()
        two.settle()
        tells("no repository called 'shop' at ", PERSON)

    def test_that_goes_away_and_comes_back(self, two, tells):
        pull = begun(two)
        bare(two).rename(two.home / "gone.git")
        two.forward(minutes=6)
        tells("shop.git", PERSON)
        (two.home / "gone.git").rename(two.home / "forge" / "shop.git")
        two.forward(minutes=20)
        assert two.row("shop").decision == "wait"
        assert two.pull("shop").head == pull.head

    def test_that_is_empty(self, two, tells):
        two.service("shop")
        git("update-ref", "-d", "refs/heads/main", cwd=bare(two))
        two.load()
        two.settle()
        assert "is empty" in tells("", PERSON)

    def test_without_a_default_branch(self, two, tells):
        two.service("shop")
        git("symbolic-ref", "HEAD", "refs/heads/nowhere", cwd=bare(two))
        two.load()
        two.settle()
        assert "default branch" in tells("", PERSON)

    def test_that_is_huge(self, two, run):
        """60 MB that do not compress: it takes longer, and that is all."""
        source = two.home / "sources" / "shop"
        source.mkdir(parents=True)
        (source / "blob").write_bytes(os.urandom(60 << 20))
        for name, text in FILES.items():
            (source / name).write_text(text)
        two.forge.repositories.create("shop", str(source))
        two.service("shop", files=None)
        two.load()
        two.choose("shop", MANUAL)
        two.settle()
        assert (two.pull("shop").state, two.row("shop").step) == ("open", "review")
        assert run("status").code == PERSON


class TestPullRequests:
    def test_closed_by_hand(self, two, tells, run):
        pull = begun(two)
        assert run("forge", "close", "shop", pull.number, "--as", "Ana").code == FINE
        two.forward(minutes=6)
        tells("pull request 1 was closed by Ana: why? To go on, reopen it, or run 'chairlift retry'", PERSON, "Heron")
        two.forward(days=3)
        tells("pull request 1 was closed by Ana; to go on, reopen it", PERSON)
        assert [each.state for each in two.forge.pulls.all("shop")] == ["closed"]
        run("retry", "shop", "--as", "Ana")
        two.settle()
        assert [each.state for each in two.forge.pulls.all("shop")] == ["open", "closed"]

    def test_merged_by_hand(self, two, tells, run):
        pull = begun(two)
        assert run("forge", "merge", "shop", pull.number, "--as", "Ana").code == FINE
        two.forward(minutes=6)
        assert "no deployer" in tells("", PERSON)
        assert not [kind for kind in two.kinds("shop") if kind == "did merge"]

    def test_pushed_over_by_force(self, two, run):
        pull = begun(two)
        clone = two.clone("shop")
        clone.push(clone.commit("main", {"version.txt": "2\n", "more.txt": "theirs\n"}), pull.branch)
        theirs = two.pull("shop").head
        two.forward(hours=2)
        assert (two.pull("shop").state, two.pull("shop").head) == ("open", theirs)
        assert f"waits for a review by the project team of {theirs[:10]}" in run("why", "shop").text
        assert run("status").code == PERSON

    def test_commits_of_others_in_conflict_are_theirs_to_mend(self, two, tells):
        pull = begun(two)
        clone = two.clone("shop")
        clone.push(clone.commit(pull.branch, {"test.sh": "echo Running on 2\n"}), pull.branch)
        theirs = two.pull("shop").head
        clone.push(clone.commit("main", {"test.sh": "echo Running on 1 # other\n"}), "main")
        two.forward(minutes=6)
        row = tells("pull request 1 conflicts with main", PERSON, "Heron")
        assert "it holds commits of other people, which Chairlift never overwrites" in row
        assert two.pull("shop").head == theirs

    def test_left_without_a_change_it_is_withdrawn(self, two, run):
        begun(two)
        clone = two.clone("shop")
        clone.push(clone.commit("main", {"version.txt": "2\n", "notes.txt": "by hand\n"}), "main")
        two.forward(minutes=6)
        assert (two.pull("shop").state, two.pull("shop").closed_by) == ("closed", "chairlift")
        (text,) = [text for text in two.answers("shop") if "landed in another way" in text]
        assert git("rev-parse", "main", cwd=bare(two)).strip() in text
        assert "withdraw" in run("log", "--service", "shop").text
        assert "left over" not in run("why", "shop").text
        # What was undone is wanted again, and nobody is asked why Chairlift closed it.
        clone.push(clone.commit("main", {"version.txt": "1\n"}), "main")
        two.forward(minutes=30)
        assert [each.state for each in two.forge.pulls.all("shop")] == ["open", "closed"]

    def test_left_without_a_change_but_with_commits_of_others_it_stays_and_why_says_so(self, two, run):
        pull = begun(two)
        clone = two.clone("shop")
        clone.push(clone.commit(pull.branch, {"more.txt": "theirs\n"}), pull.branch)
        clone.push(clone.commit("main", {"version.txt": "2\n"}), "main")
        two.forward(minutes=6)
        assert two.pull("shop").state == "open"
        assert "left over   its change landed without it, and it is not Chairlift's alone" in run("why", "shop").text
        assert not [kind for kind in two.kinds("shop") if kind == "did withdraw"]


class TestRecipes:
    def planned(self, two, how):
        two.service("shop", files={**FILES, "bad": ""})
        self.load(two, how)

    def load(self, two, how):
        two.load(campaign_text(run=f'sh -c "if [ -e bad ]; then {how}; fi; sed -i s/1/2/ version.txt"', times=TIMES))
        two.settle()

    def test_that_crashes(self, two, tells):
        self.planned(two, "echo the parser fell over >&2; exit 7")
        row = tells("the recipe failed on ", PERSON)
        assert "exit code 7" in row
        assert "the parser fell over" in row

    def test_that_hangs(self, two, tells):
        two.service("shop", files={**FILES, "bad": ""})
        times = TIMES.replace('recipe = "5 seconds"', 'recipe = "1 second"')
        two.load(campaign_text(run='sh -c "test -e bad && sleep 30; sed -i s/1/2/ version.txt"', times=times))
        two.settle()
        row = tells("the recipe failed on ", PERSON)
        assert "1 second" in row

    def test_that_changes_nothing(self, two, run):
        self.planned(two, "exit 0")
        (shop,) = [row for row in run("status", "--json").json["services"] if row["service"] == "shop"]
        assert (shop["decision"], shop["done"]) == ("done", True)
        assert "plan        nothing to change" in run("why", "shop").text
        assert two.forge.pulls.all("shop") == []
        assert run("why", "shop").code == FINE

    def test_that_only_adds_a_file(self, two, run):
        two.service("shop", files={"bad": "", "test.sh": "cat added.txt 2> errors; exit 0"})
        self.load(two, "echo Running on 2 > added.txt; exit 0")
        run("choose", "shop", MANUAL, "--as", "Ana")
        two.settle()
        assert "+++ b/added.txt" in two.forge.pulls.patch("shop", 1)


class TestClocks:
    def test_that_jump_back_hold_nobody_up(self, two, tells):
        begun(two)
        two.tick(timedelta(days=-30))
        two.settle()
        assert two.row("shop").decision == "wait"
        two.settle()
        assert two.row("shop").look_again_at - two.now <= timedelta(minutes=5)
        # The notice counts from when it was given: it ends no earlier than it was promised.
        two.forward(days=29)
        assert two.pull("shop").state == "open"
        two.forward(days=2)
        assert two.pull("shop").state == "merged"
        assert "no deployer" in tells("", PERSON)

    def test_that_jump_ahead_remind_once(self, two):
        two.load()
        two.settle()
        before = two.kinds("desk").count("reminded")
        two.forward(days=400)
        two.forward(minutes=6)
        assert two.kinds("desk").count("reminded") == before + 1
        two.tick(timedelta(days=-400))
        two.settle()
        assert two.row("desk").decision == "ask"
        assert two.kinds("desk").count("reminded") == before + 1


def test_several_bad_ones_at_once_and_trouble_outweighs(two, run):
    two.service("shop", files=None)
    two.load()
    two.settle()
    assert run("status").code == PERSON
    two.faults["git_url", "desk"] = lambda: (_ for _ in ()).throw(OSError("odd"))
    two.forward(minutes=6)
    assert run("status").code == TROUBLE
    assert "an error inside Chairlift: see the server's log" in run("status").text
