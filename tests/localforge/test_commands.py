"""A person plays the squad: every command as text and as JSON, with its exit codes."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from chairlift.localforge.commands import forge as command
from chairlift.localforge.pages import one_line, plain
from tests.localforge.clone import REPO, git


class Said:
    """What a command printed, and its exit code."""

    def __init__(self, result) -> None:
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        self.code, self.text = result.exit_code, result.output

    @property
    def json(self):
        assert self.code == 0, self.text
        return json.loads(self.text)


@pytest.fixture
def run(tmp_path):
    def call(*arguments, **environment):
        clean = {"CHAIRLIFT_HOME": str(tmp_path), "CHAIRLIFT_AS": None, "FORCE_COLOR": None, **environment}
        return Said(CliRunner().invoke(command, [str(a) for a in arguments], env=clean))

    return call


def test_init_makes_the_forge_and_list_shows_it(run, tmp_path):
    source = tmp_path / "files"
    source.mkdir()
    (source / "a.txt").write_text("a\n")
    path = tmp_path / "forge" / "shop.git"
    assert run("init", "shop", "--from", source).text == f"{path}\n"
    assert run("init", "other", "--default", "trunk", "--json").json == {
        "name": "other",
        "url": str(tmp_path / "forge" / "other.git"),
    }
    assert run("list").text.split() == ["REPOSITORY", "URL", "other", str(path.parent / "other.git"), "shop", str(path)]
    assert [row["name"] for row in run("list", "--json").json] == ["other", "shop"]
    assert git("ls-tree", "--name-only", "main", cwd=path) == "a.txt\n"


def test_the_root_may_be_elsewhere(run, tmp_path):
    assert run("--root", tmp_path / "else", "init", "shop").code == 0
    assert (tmp_path / "else" / "shop.git" / "HEAD").exists()


def test_where_no_forge_is_nothing_is_made(run, tmp_path):
    said = run("list")
    assert said.code == 2
    assert "`chairlift forge init NAME` makes one" in said.text
    assert list(tmp_path.iterdir()) == []


def test_a_squad_opens_reviews_and_merges(run, opened, clone):
    pull = opened()
    assert run("prs").text.splitlines()[1].split() == [REPO, "1", "open", "work", "chairlift", "Upgrade", "Django"]
    said = run("review", REPO, 1, "--as", "ann", "--request-changes", "--text", "the cookie settings?")
    assert (said.code, said.text) == (0, f"{REPO} #1 is open: Upgrade Django\n")
    shown = run("review", REPO, 1, "--approve", "--json", CHAIRLIFT_AS="bob").json["pull"]
    assert [(r["by"], r["state"], r["head"]) for r in shown["reviews"]] == [
        ("ann", "changes requested", pull.head),
        ("bob", "approved", pull.head),
    ]
    assert run("comment", REPO, 1, "/chairlift hold", "--as", "ann", "--json").json["comment"] == 2
    checked = run("check", REPO, 1, "tests", "failed", "--summary", "3 failed", "--json").json["pull"]
    assert [(c["name"], c["state"], c["summary"]) for c in checked["checks"]] == [("tests", "failed", "3 failed")]
    page = run("show", REPO, 1).text
    for part in ("into main", "labels: chairlift", "Why:", "failed   tests  3 failed", "bob: approved, of", "+new"):
        assert part in page
    assert page.index("the cookie settings?") < page.index("/chairlift hold")
    merged = run("merge", REPO, 1, "--method", "merge", "--as", "ann", "--json").json["pull"]
    assert (merged["state"], merged["merged_by"]) == ("merged", "ann")
    assert f"merged as {merged['merged_commit'][:10]} by ann, 20" in run("show", REPO, 1).text
    assert run("prs", REPO).text.split() == ["REPOSITORY", "NUMBER", "STATE", "BRANCH", "BY", "TITLE"]
    assert [row["pull"]["state"] for row in run("prs", REPO, "--all", "--json").json] == ["merged"]


def test_a_squad_pushes_and_opens_its_own(run, forge, clone):
    commit = clone.commit("own", {"own.txt": "own\n"})
    said = run("push", REPO, "own", "--from", clone.path, "--json")
    assert said.json == {"repo": REPO, "branch": "own", "commit": commit}
    opened = run("open", REPO, "own", "--title", "Our way", "--label", "a", "--draft", "--as", "ann", "--json").json
    assert (opened["pull"]["number"], opened["pull"]["draft"], opened["pull"]["labels"]) == (1, True, ["a"])
    assert "draft: own at" in run("show", REPO, 1).text
    assert run("ready", REPO, 1, "--json").json["pull"]["draft"] is False
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=clone.path)
    rewound = run("push", REPO, "own", "--from", clone.path)
    assert (rewound.code, "rejected" in rewound.text) == (1, True)
    assert run("push", REPO, "own", "--from", clone.path, "--force").code == 0


def test_closing_is_by_a_person_and_can_be_undone(run, opened):
    opened()
    assert run("close", REPO, 1).code == 2
    closed = run("close", REPO, 1, "--as", "ann", "--json").json["pull"]
    assert (closed["state"], closed["closed_by"]) == ("closed", "ann")
    assert "closed by ann" in run("show", REPO, 1).text
    assert run("merge", REPO, 1, "--as", "ann").code == 1
    assert run("reopen", REPO, 1).text == f"{REPO} #1 is open: Upgrade Django\n"


def test_protection_holds_for_merges_and_pushes(run, opened, clone):
    opened()
    rule = run("protect", REPO, "main", "--approvals", 2, "--check", "tests", "--may-push", "bob", "--json").json[
        "rule"
    ]
    assert rule == {"branch": "main", "approvals": 2, "checks": ["tests"], "pushers": ["bob"]}
    assert "needs 2 approvals of its present head" in run("show", REPO, 1).text
    refused = run("merge", REPO, 1, "--as", "ann")
    assert (refused.code, "and has 0: ask for a review" in refused.text) == (1, True)
    clone.commit("main", {"a.txt": "a\n"})
    refused = run("push", REPO, "main", "--from", clone.path, "--as", "ann")
    assert (refused.code, "main is protected, ann may not push to it" in refused.text) == (1, True)
    assert run("push", REPO, "main", "--from", clone.path, "--as", "bob").code == 0
    assert run("protect", REPO, "main", "--off").text == f"{REPO} 'main' is not protected any more\n"
    assert run("merge", REPO, 1, "--as", "ann").code == 0


def test_issues_are_listed_and_shown(run, forge):
    forge.talk.raise_topic(REPO, "django", "The plan\nin two lines", "Apply `git am`", "chairlift")
    run("comment", REPO, 1, "half done", "--as", "ann")
    assert run("issues").text.splitlines()[1].split() == [REPO, "1", "open", "The", "plan", "in", "two", "lines"]
    page = run("issue", REPO, 1).text
    for part in (f"{REPO} #1: The plan in two lines", "open, by chairlift", "  Apply `git am`", "half done"):
        assert part in page
    (row,) = run("issues", REPO, "--json").json
    assert row["issue"]["key"] == "django"
    assert run("issue", REPO, 1, "--json").json["comments"][0]["text"] == "half done"


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "nothing", "1"],
        ["show", REPO, "7"],
        ["issue", REPO, "7"],
        ["show", REPO, "0"],
        ["show", REPO, "9" * 30],
        ["prs", "../../etc"],
        ["comment", REPO, "7", "text", "--as", "ann"],
        ["init", "a b"],
        ["merge", REPO, "1", "--as", "ann", "--method", "octopus"],
        ["push", REPO, "work", "--from", "/nothing/here"],
        ["dance"],
    ],
)
def test_a_wrong_word_is_usage(run, forge, arguments):
    said = run(*arguments)
    assert said.code == 2
    assert "Error: " in said.text


def test_what_the_forge_refuses_is_one_line_and_exit_code_1(run, forge):
    said = run("init", REPO)
    assert (said.code, said.text.count("\n")) == (1, 1)
    said = run("open", REPO, "no\x1b[31mbranch", "--title", "t", "--as", "ann")
    assert (said.code, "\x1b" in said.text, said.text.count("\n")) == (1, False, 1)
    assert run("init", "made", "--from", "/nothing/here").code == 1


def test_trouble_with_the_store_is_exit_code_3(run, tmp_path):
    (tmp_path / "forge").mkdir()
    (tmp_path / "forge" / "forge.sqlite3").write_text("no database" * 100)
    said = run("list")
    assert (said.code, said.text) == (3, "Error: the forge does not answer: file is not a database\n")


def test_a_terminal_gets_nothing_to_obey(run, opened):
    opened(files={"a.txt": "\x1b]0;owned\x07\x1b[2J\n"}, title="\x1b[31mred\u202e\ud800\nsecond", body="\r\x9b2J\x00")
    run("comment", REPO, 1, "\x1b[5mblink", "--as", "a\x1bb")
    run("check", REPO, 1, "te\x1bsts", "failed", "--summary", "\x07")
    for arguments in (["show", REPO, 1], ["prs"], ["merge", REPO, 1, "--as", "a\x1bb", "--head", "\x1b[m"]):
        said = run(*arguments)
        assert said.text.replace("\n", "").isprintable()
        assert "red" in said.text or said.code == 1
    assert "\x1b" not in run("show", REPO, 1, "--json").text


def test_plain_keeps_lines_and_tabs_wide():
    assert plain("a\tb\r\nc\x1b\x00d\u202e") == "a       b\nc  d "
    assert one_line(" a\n\tb ") == "a b"
