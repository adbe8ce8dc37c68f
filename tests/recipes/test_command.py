"""The command recipe with real programs: it fulfils the contract, and tells crash, hang and nonsense apart."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import pygit2
import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.ports import Applied, RecipeFailed
from chairlift.recipes import command
from chairlift.recipes.command import CommandRecipe
from chairlift.testing.contracts.recipe import Example, ProverContract, RecipeContract, Suites
from chairlift.testing.fakes.recipe import ScriptedProver, ScriptedRecipe
from chairlift.testing.recipes import check_changes, check_unchanged
from tests.adapters.git.world import LINK, GitWorld
from tests.living import gone

SED = "sed -i s/2.2/{target}/ requirements.txt"
#: Writes its arguments, one a line, with the number of the call before each.
RECORD = '{python} -c \'import sys; open(".calls", "a").write(repr(sys.argv[1:]) + chr(10))\' '


@pytest.fixture
def recipe():
    return CommandRecipe()


def calls(folder):
    """What RECORD was called with."""
    path = folder / ".calls"
    return [eval(line) for line in path.read_text().splitlines()] if path.exists() else []


def tracked(folder, *names):
    """A git repository that tracks these files."""
    repo = pygit2.init_repository(str(folder))
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x\n")
        repo.index.add(name)
    repo.index.write()


class TestCommandRecipe(RecipeContract):
    @pytest.fixture
    def recipe(self):
        return CommandRecipe()

    @pytest.fixture
    def example(self):
        before, after = {"requirements.txt": "Django==2.2\n"}, {"requirements.txt": "Django==3.2\n"}
        return Example(before, after, {"run": SED, "target": "3.2"}, {"run": "false"})


class TestScriptedRecipe(RecipeContract):
    @pytest.fixture
    def recipe(self):
        return ScriptedRecipe({"a": "new\r\n", "gone": None})

    @pytest.fixture
    def example(self):
        return Example({"a": "old", "gone": "x"}, {"a": "new\r\n"}, failing={"fails": "no"})

    def test_it_hangs_and_counts(self, recipe, tmp_path):
        with pytest.raises(RecipeFailed, match="still running after 5 seconds"):
            recipe.apply(tmp_path, {"hangs": True}, 5)
        assert recipe.apply(tmp_path, {"edits": {"b/c": "x"}}, 5) == Applied()
        assert (tmp_path / "b" / "c").read_text() == "x"
        assert recipe.runs == 2


class TestScriptedProver(ProverContract):
    @pytest.fixture
    def prover(self):
        return ScriptedProver()

    @pytest.fixture
    def suites(self):
        green = {"tests.py": "", "pins": "django==3.2"}
        settings = {"shows": "django==3.2"}
        return Suites(green, {**green, "broken": ""}, {"pins": "django==3.2"}, {**green, "pins": "2.2"}, settings)


# ---- commands ----


def test_commands_run_in_order_without_a_shell(recipe, tmp_path):
    run = ["touch 'a b' $(id) ; >x", "cp 'a b' third", "rm ';'"]
    recipe.apply(tmp_path, {"run": run}, 20)
    assert sorted(os.listdir(tmp_path)) == ["$(id)", ">x", "a b", "third"]


def test_the_second_does_not_run_when_the_first_fails(recipe, tmp_path):
    with pytest.raises(RecipeFailed, match="exit code 3"):
        recipe.apply(tmp_path, {"run": ["sh -c 'exit 3'", "touch second"]}, 20)
    assert os.listdir(tmp_path) == []


def test_placeholders_stay_within_their_argument(recipe, tmp_path):
    settings = {
        "run": RECORD + "--to={target} {n} {f} {odd}",
        "target": "3.2; rm -rf x",
        "n": 4,
        "f": 1.5,
        "odd": "{n} 'x",
    }
    recipe.apply(tmp_path, settings, 20)
    assert calls(tmp_path) == [["--to=3.2; rm -rf x", "4", "1.5", "{n} 'x"]]


def test_python_is_our_own(recipe, tmp_path):
    said = recipe.apply(tmp_path, {"run": "{python} -c 'import sys; print(sys.executable)'"}, 20)
    assert said.summary == sys.executable


def test_braces_that_are_no_names_are_left_alone(recipe, tmp_path):
    recipe.apply(tmp_path, {"run": RECORD + "'{print $1}' {} {A} '{\"a\": 1}'"}, 20)
    assert calls(tmp_path) == [["{print $1}", "{}", "{A}", '{"a": 1}']]


def test_the_summary_is_what_was_said_last(recipe, tmp_path):
    said = recipe.apply(tmp_path, {"run": ["echo first", "sh -c 'echo; echo \"\\033[31mlast\\033[0m\"'", "true"]}, 20)
    assert said == Applied("last")


def test_findings_are_collected_once(recipe, tmp_path):
    say = "echo 'finding: look at settings.py\nother\nfinding: and at urls.py'"
    said = recipe.apply(tmp_path, {"run": [say, say]}, 20)
    assert said.findings == ("look at settings.py", "and at urls.py")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "nothing to run"),
        ({"run": ""}, "the command is empty"),
        ({"run": []}, "nothing to run"),
        ({"run": 3}, "nothing to run"),
        ({"run": ["true", 3]}, "nothing to run"),
        ({"run": "  "}, "the command is empty"),
        ({"run": "echo 'open"}, "close its quotes"),
        ({"run": "echo {target}"}, "nothing fills {target}"),
        ({"run": "echo x{files:*.py}"}, "as an argument by itself"),
        ({"run": "echo {files:*.py} {files:*.txt}"}, "as an argument by itself"),
        ({"run": "no-such-program x"}, "no program called 'no-such-program' on PATH; install it"),
        ({"run": "./no-such"}, "does not exist"),
        ({"run": "true", "detect": ["true"]}, "detect must be one command"),
        ({"run": "true", "ok_codes": "0"}, "ok_codes must be a list of numbers"),
        ({"run": "true", "pass_env": [1]}, "pass_env one of names"),
        ({"run": "true", "env": {"A": 1}}, "env must be a table of texts"),
        ({"run": "true", "env": "A=1"}, "env must be a table of texts"),
    ],
)
def test_what_cannot_work_is_named_with_its_remedy(settings, words, recipe, tmp_path):
    with pytest.raises(RecipeFailed) as failure:
        recipe.apply(tmp_path, settings, 20)
    assert words in str(failure.value)


# ---- ends ----


def test_a_crash_shows_the_end_of_the_output(recipe, tmp_path):
    script = "import sys; print('early', 'x' * 5000); sys.exit('SyntaxError: at the very end')"
    with pytest.raises(RecipeFailed) as failure:
        recipe.apply(tmp_path, {"run": f'{{python}} -c "{script}"'}, 20)
    assert "exit code 1" in str(failure.value)
    assert str(failure.value).endswith("SyntaxError: at the very end")
    assert len(str(failure.value)) < 2500


def test_a_signal_is_a_crash(recipe, tmp_path):
    with pytest.raises(RecipeFailed, match="killed by SIGSEGV"):
        recipe.apply(tmp_path, {"run": "sh -c 'kill -SEGV $$'"}, 20)


def test_a_hang_is_ended_with_all_its_children(recipe, tmp_path):
    begun = time.monotonic()
    with pytest.raises(RecipeFailed, match=r"still running after .* seconds; it said:\nstuck"):
        recipe.apply(tmp_path, {"run": "sh -c 'echo stuck; sleep 60 & echo $! > pid; trap \"\" TERM; wait'"}, 1)
    assert time.monotonic() - begun < 10
    assert gone(int((tmp_path / "pid").read_text()))


def test_the_time_is_for_all_commands_together(recipe, tmp_path):
    with pytest.raises(RecipeFailed, match="still running"):
        recipe.apply(tmp_path, {"run": ["sleep 0.4"] * 5}, 1)


def test_other_codes_may_be_fine(recipe, tmp_path):
    assert recipe.apply(tmp_path, {"run": "sh -c 'echo changed; exit 1'", "ok_codes": [0, 1]}, 20).summary == "changed"
    with pytest.raises(RecipeFailed, match="exit code 0"):
        recipe.apply(tmp_path, {"run": "true", "ok_codes": [1]}, 20)


# ---- surroundings ----


def test_secrets_of_the_server_do_not_pass(recipe, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    monkeypatch.setenv("INDEX", "https://index")
    seen = recipe.apply(tmp_path, {"run": "env", "env": {"MODE": "a b"}, "pass_env": ["INDEX"]}, 20).summary
    assert "hunter2" not in seen
    assert {"MODE=a b", "INDEX=https://index", "PYTHONDONTWRITEBYTECODE=1"} <= set(seen.splitlines())


def test_a_run_leaves_no_bytecode(recipe, tmp_path):
    (tmp_path / "module.py").write_text("X = 1\n")
    recipe.apply(tmp_path, {"run": "{python} -c 'import module; print(module.X)'"}, 20)
    assert os.listdir(tmp_path) == ["module.py"]


# ---- files ----


def test_files_are_those_that_git_tracks(recipe, tmp_path):
    tracked(tmp_path, "b.py", "a.py", "deep/er/c.py", "deep/x.txt", "gone.py", "-rf.py", "a b.py", "line\nend.py")
    (tmp_path / "untracked.py").write_text("x")
    (tmp_path / "gone.py").unlink()
    recipe.apply(tmp_path, {"run": RECORD + "--first {files:*.py} --last"}, 20)
    names = ["./-rf.py", "a b.py", "a.py", "b.py", "deep/er/c.py", "line\nend.py"]
    assert calls(tmp_path) == [["--first", *names, "--last"]]


def test_a_pattern_with_a_slash_is_a_path(recipe, tmp_path):
    tracked(tmp_path, "a.py", "deep/b.py", "deep/er/c.py", "requirements/dev.txt", "dev.txt")
    recipe.apply(tmp_path, {"run": [RECORD + "{files:deep/*.py}", RECORD + "{files:dev.tx[t]}"]}, 20)
    assert calls(tmp_path) == [["deep/b.py", "deep/er/c.py"], ["dev.txt", "requirements/dev.txt"]]


def test_no_files_is_no_run(recipe, tmp_path):
    tracked(tmp_path, "a.txt")
    assert recipe.apply(tmp_path, {"run": RECORD + "{files:*.py}"}, 20) == Applied("no file matches; nothing was run")
    assert calls(tmp_path) == []


def test_links_are_not_followed(recipe, tmp_path):
    tracked(tmp_path, "a.py")
    (tmp_path / "outside").mkdir()
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    pygit2.Repository(str(tmp_path)).index.add("link.py")
    recipe.apply(tmp_path, {"run": RECORD + "{files:*.py}"}, 20)
    assert calls(tmp_path) == [["a.py"]]


def test_many_files_come_in_batches_each_once(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "_BATCH", 100)
    names = [f"module_{i:02}_with_a_name.py" for i in range(10)]
    tracked(tmp_path, *names)
    recipe.apply(tmp_path, {"run": RECORD + "{files:*.py}"}, 20)
    found = calls(tmp_path)
    assert [name for call in found for name in call] == names
    assert [len(call) for call in found] == [3, 3, 3, 1]


def test_a_batch_is_what_a_system_takes(recipe, tmp_path):
    folder = "d" * 200
    (tmp_path / folder).mkdir()
    for i in range(5000):
        (tmp_path / folder / f"{i:0200}.py").touch()
    recipe.apply(
        tmp_path,
        {"run": '{python} -c \'import sys; open(".n", "a").write(str(len(sys.argv)-1) + " ")\' {files:*.py}'},
        60,
    )
    counts = [int(word) for word in (tmp_path / ".n").read_text().split()]
    assert sum(counts) == 5000
    assert len(counts) > 1


def test_without_git_all_files_count(recipe, tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("a.py", "deep/b.py", "c.txt"):
        (tmp_path / name).write_text("x")
    recipe.apply(tmp_path, {"run": RECORD + "{files:*.py}"}, 20)
    assert calls(tmp_path) == [["a.py", "deep/b.py"]]


def test_names_that_are_no_text_are_given_as_they_are(recipe, tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9.py", "w") as file:
        file.write("x")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    recipe.apply(tmp_path, {"run": "{python} -c 'import os, sys; os.remove(sys.argv[1])' {files:*.py}"}, 20)
    assert os.listdir(tmp_path) == [".git"]


# ---- detectors ----


def test_nothing_runs_where_the_detector_finds_nothing(recipe, tmp_path):
    said = recipe.apply(tmp_path, {"run": "touch ran", "detect": "true"}, 20)
    assert said.done is True
    assert os.listdir(tmp_path) == []


def test_the_detector_is_asked_again_afterwards(recipe, tmp_path):
    said = recipe.apply(tmp_path, {"run": "touch ran", "detect": "test -e ran"}, 20)
    assert (said.done, said.findings) == (False, ())
    (tmp_path / "ran").unlink()
    said = recipe.apply(tmp_path, {"run": "true", "detect": "test -e ran"}, 20)
    assert said.done is False
    assert said.findings == ("the detector still finds something to do after the run",)


def test_a_detector_over_files_must_be_content_with_all(recipe, tmp_path):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("old")
    detect = "{python} -c 'import sys; sys.exit(any(\"old\" in open(n).read() for n in sys.argv[1:]))' {files:*.py}"
    assert recipe.apply(tmp_path, {"run": "sed -i s/old/new/ a.py", "detect": detect}, 20).findings
    assert not recipe.apply(tmp_path, {"run": "sed -i s/old/new/ b.py", "detect": detect}, 20).findings
    assert recipe.apply(tmp_path, {"run": "false", "detect": detect}, 20).done


def test_a_detector_that_crashes_is_no_answer(recipe, tmp_path):
    with pytest.raises(RecipeFailed, match="exit code 2"):
        recipe.apply(tmp_path, {"run": "touch ran", "detect": "sh -c 'exit 2'"}, 20)
    assert os.listdir(tmp_path) == []


# ---- versions ----


def test_the_version_follows_the_shipped_programs(tmp_path):
    copy = tmp_path / "recipes"
    shutil.copytree(os.path.dirname(command.__file__), copy)
    before = command._digest(copy)
    assert before == CommandRecipe.version
    (copy / "another.py").write_text("x = 1\n")
    assert command._digest(copy) != before


# ---- the tools for authors ----


def test_check_changes_tells_what_differs():
    recipe = ScriptedRecipe({"a": "new"})
    assert check_changes(recipe, {}, {"a": "old", "b": ""}, {"a": "new", "b": ""}) == Applied()
    assert recipe.runs == 2
    for after, words in (
        ({"a": "other"}, "a after one run: 'new', not 'other'"),
        ({"a": "new", "c": ""}, "c is missing after one run"),
        ({}, "a was added, after one run: 'new'"),
    ):
        with pytest.raises(AssertionError, match=words):
            check_changes(recipe, {}, {"a": "old"}, after)
    with pytest.raises(AssertionError, match="a case for check_unchanged"):
        check_changes(recipe, {}, {"a": "x"}, {"a": "x"})


def test_check_unchanged_sees_a_change():
    check_unchanged(ScriptedRecipe({"a": "x"}), {}, {"a": "x"})
    with pytest.raises(AssertionError, match="a after one run"):
        check_unchanged(ScriptedRecipe({"a": "y"}), {}, {"a": "x"})


def test_a_recipe_that_goes_on_changing_is_found():
    with pytest.raises(AssertionError, match="after a second run"):
        check_changes(CommandRecipe(), {"run": "sed -i s/$/x/ a"}, {"a": "1\n"}, {"a": "1x\n"})


# ---- with a workspace ----


def test_from_a_checkout_to_a_commit(recipe, tmp_path):
    world = GitWorld(tmp_path)
    files = {"a.py": "import six\n", "b.txt": "import six\n", "-x.py": "import six\n", "l.py": "a.py"}
    base = world.push("main", files, {"l.py": LINK})
    workspace = GitWorkspace(Settings(tmp_path / "root"))
    with workspace.checkout(world.url, base) as path:
        recipe.apply(path, {"run": "sed -i s/six/seven/ {files:*.py}"}, 20)
        written = workspace.commit(world.url, path, base, "Change\n")
        assert (path / "l.py").is_symlink()
    workspace.push(world.url, written.commit, "work", frozenset())
    expected = {**files, "a.py": "import seven\n", "-x.py": "import seven\n"}
    assert {name: world.files("work")[name] for name in files} == expected
    assert written.files == 2
