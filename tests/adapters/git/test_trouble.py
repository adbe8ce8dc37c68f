"""The git workspace under bad luck and ill will: kills, crowds, full disks, hostile repositories and remotes."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.ports import Refused, Unavailable
from chairlift.testing.contracts.workspace import BRANCH, NO_COMMIT, NOBODY, changed
from tests.adapters.git.world import START, git, home, process

# ---- few processes ----


def test_a_look_is_one_process_and_a_warm_fetch_none(workspace, world, spy):
    heads = workspace.heads(world.url)
    assert len(spy.calls()) == 1
    workspace.fetch(world.url, heads["main"])
    assert [call.split()[0] for call in spy.calls()] == ["fetch"]
    workspace.fetch(world.url, heads["main"])
    assert workspace.contains(world.url, heads["main"], heads["main"])
    written = changed(workspace, world, {"new": "x"})
    assert spy.calls() == []
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    assert [call.split()[0] for call in spy.calls()] == ["ls-remote", "push"]
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    assert [call.split()[0] for call in spy.calls()] == ["ls-remote"]


# ---- kills and crowds ----


def test_what_a_killed_process_left_is_removed_at_next_use(workspace, world, root):
    main = world.tip("main")
    script = """
        with workspace.checkout(url, commit) as path:
            (path / "half").write_text("done")
            print(path, flush=True)
            time.sleep(60)
    """
    other = process(script, str(root), world.url, main)
    left = Path(other.stdout.readline().strip())
    with workspace.checkout(world.url, main):
        assert (left / "half").exists(), "a living process keeps its checkout"
    other.send_signal(signal.SIGKILL)
    other.wait()
    other.stdout.close()
    assert left.exists()
    with workspace.checkout(world.url, main) as path:
        assert not left.parent.exists()
        assert sorted(os.listdir(path)) == [".git", "README", "app.py"]
        assert len(list((home(root) / "trees").iterdir())) == 1
    assert list((home(root) / "trees").iterdir()) == []


def test_half_a_mirror_and_half_a_pack_do_no_harm(workspace, world, root):
    workspace.fetch(world.url, world.tip("main"))
    mirror = home(root) / "git"
    mirror.rename(home(root) / "git.new")
    (home(root) / "git.new" / "HEAD").unlink()
    workspace.fetch(world.url, world.tip("main"))
    assert not (home(root) / "git.new").exists()
    (mirror / "objects" / "pack" / "tmp_pack_killed").write_text("half")
    workspace.fetch(world.url, world.push("main", {"two": "2"}))
    assert not list(mirror.glob("objects/pack/tmp_*"))
    assert changed(workspace, world, {"new": "x"})


def test_a_fetch_is_there_as_a_whole_or_not_at_all(workspace, world, root):
    # Loose objects would come one by one, the commit before its files.
    workspace.fetch(world.url, world.tip("main"))
    workspace.fetch(world.url, world.push("main", {"two": "2"}))
    objects = home(root) / "git" / "objects"
    assert sorted(path.name for path in objects.iterdir()) == ["info", "pack"]
    assert len(list(objects.glob("pack/*.pack"))) == 2


def test_processes_share_a_mirror(world, root):
    main = world.tip("main")
    script = """
        name = sys.argv[4]
        for at in range(3):
            with workspace.checkout(url, commit) as path:
                (path / name).write_text(str(at))
                written = workspace.commit(url, path, commit, "Change")
            workspace.push(url, written.commit, f"{name}/{at}", frozenset())
    """
    others = [process(script, str(root), world.url, main, name) for name in ("one", "two", "three")]
    for other in others:
        assert other.wait(60) == 0
        other.stdout.close()
    for name in ("one", "two", "three"):
        assert [world.files(f"{name}/{at}") for at in range(3)] == [{**START, name: str(at)} for at in range(3)]
    assert list((home(root) / "trees").iterdir()) == []


def test_threads_share_a_workspace(workspace, world, spy):
    commits = [world.push("main", {"at": str(i)}) for i in range(6)]

    def work(commit):
        with workspace.checkout(world.url, commit) as path:
            (path / "new").write_text(commit)
            written = workspace.commit(world.url, path, commit, "Change")
        workspace.push(world.url, written.commit, f"at/{commit}", NOBODY)
        return world.files(f"at/{commit}")["new"]

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, commits)) == commits
    assert len([call for call in spy.calls() if call.startswith("fetch")]) == 1


# ---- what others push ----


def test_a_push_in_the_very_moment_is_not_overwritten(workspace, world, spy):
    written = changed(workspace, world, {"new": "x"})
    foreign = world.push("work", {"foreign": "x"})
    move = f"git -C {world.url} update-ref refs/heads/{BRANCH} {foreign}"
    spy.before.write_text(f'case "$*" in *" push "*) {move} ;; esac\n')
    with pytest.raises(Unavailable, match="the branch moved meanwhile"):
        workspace.push(world.url, written.commit, BRANCH, NOBODY)
    assert world.tip(BRANCH) == foreign
    spy.before.write_text("")
    with pytest.raises(Refused, match="by Ann"):
        workspace.push(world.url, written.commit, BRANCH, NOBODY)


def test_over_what_a_look_saw_nobody_is_asked_again(workspace, world, spy):
    written = changed(workspace, world, {"new": "x"})
    workspace.push(world.url, written.commit, BRANCH, NOBODY, "")
    assert [call for call in spy.calls() if call.startswith("ls-remote")] == []
    assert world.tip(BRANCH) == written.commit


def test_a_foreign_commit_on_top_of_ours_is_safe(workspace, world):
    written, other = changed(workspace, world, {"new": "x"}), changed(workspace, world, {"new": "y"})
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    foreign = world.push(BRANCH, {"fix": "by hand"}, by="Eve\x1b[31m\u202e\nRefused: nothing")
    with pytest.raises(Refused) as refused:
        workspace.push(world.url, other.commit, BRANCH, frozenset({written.commit}))
    assert str(refused.value).startswith(f"{BRANCH} holds {foreign[:10]} by Eve")
    assert "\x1b" not in str(refused.value)
    assert "\u202e" not in str(refused.value)
    assert world.tip(BRANCH) == foreign


def test_a_commit_that_was_forced_away_is_still_brought_or_named(workspace, world, tmp_path):
    lost = world.push("work", {"one": "1"})
    world.delete("work")
    workspace.fetch(world.url, lost)
    assert workspace.tree(world.url, lost)
    git("gc", "--quiet", "--prune=now", cwd=world.path)
    other = GitWorkspace(Settings(root=tmp_path / "other"))
    with pytest.raises(Refused, match="the commit is gone"):
        other.fetch(world.url, lost)
    assert not other.contains(world.url, lost, world.tip("main"))


def test_branches_may_take_each_others_folders(workspace, world):
    workspace.fetch(world.url, world.push("a", {"x": "1"}))
    world.delete("a")
    nested = world.push("a/b", {"x": "2"})
    workspace.fetch(world.url, nested)
    assert workspace.heads(world.url)["a/b"] == nested


def test_a_remote_that_refuses_is_quoted(workspace, world):
    hook = world.path / "hooks" / "update"
    hook.write_text("#!/bin/sh\necho 'main is frozen' >&2\nexit 1\n")
    hook.chmod(0o755)
    written = changed(workspace, world, {"new": "x"})
    with pytest.raises(Refused, match=r"hook declined.*let Chairlift's account push"):
        workspace.push(world.url, written.commit, BRANCH, NOBODY)


# ---- looks at odd repositories ----


def test_a_default_branch_must_exist(workspace, world):
    git("symbolic-ref", "HEAD", "refs/heads/gone", cwd=world.path)
    with pytest.raises(Refused, match="no default branch; point its HEAD"):
        workspace.heads(world.url)
    (world.path / "HEAD").write_text(world.tip("main") + "\n")
    with pytest.raises(Refused, match="no default branch"):
        workspace.heads(world.url)


def test_no_branch_can_pose_as_another(workspace, world):
    main = world.tip("main")
    evil = world.push("work", {"evil": "x"})
    for name in ("ma\u202ein", "main\u200e", "HEAD", "refs/heads/main"):
        git("update-ref", f"refs/heads/{name}", evil, cwd=world.path)
    heads = workspace.heads(world.url)
    assert heads["main"] == main
    assert heads["HEAD"] == "main"
    assert heads["ma\u202ein"] == heads["refs/heads/main"] == evil


@pytest.mark.parametrize("url", ["", "-x", "--upload-pack=touch pwned", "ext::touch pwned", "a\nb", "http://[x/y"])
def test_what_git_would_run_is_refused(url, workspace, root):
    with pytest.raises(Refused, match="is no address of a repository"):
        workspace.heads(url)
    assert not root.exists()


@pytest.mark.parametrize(
    "branch", ["", "-d", "a b", "a..b", "x.lock", "a~1", "@{-1}", "a\nb", "/a", "a:b", "a\u202eb", "a\udcff"]
)
def test_a_branch_must_be_a_branch(branch, workspace, world):
    written = changed(workspace, world, {"new": "x"})
    before = workspace.heads(world.url)
    with pytest.raises(Refused, match="cannot be the name of a branch"):
        workspace.push(world.url, written.commit, branch, NOBODY)
    assert workspace.heads(world.url) == before


@pytest.mark.parametrize("branch", ["+a", "a'b\"c", "$(id)", "ünï/🚡", "HEAD2"])
def test_a_branch_may_have_an_odd_name(branch, workspace, world):
    written = changed(workspace, world, {"new": "x"})
    workspace.push(world.url, written.commit, branch, NOBODY)
    assert workspace.heads(world.url)[branch] == written.commit


@pytest.mark.parametrize("commit", ["", "main", "HEAD", "--all", "abc123", NO_COMMIT[:-1], NO_COMMIT.upper()])
def test_a_commit_must_be_an_id(commit, workspace, world):
    with pytest.raises(Refused, match="is no commit id"):
        workspace.fetch(world.url, commit)
    with pytest.raises(Refused, match="is no commit"):
        workspace.push(world.url, commit, BRANCH, NOBODY)


@pytest.mark.parametrize("name", [b"..", b".", b".git", b".Git", b"a/b"])
def test_a_tree_that_reaches_outside_is_refused(name, workspace, world, root):
    blob = world.repo.create_blob(b"pwned").raw
    inner = bytes.fromhex(world.raw_tree((b"100644", b"pwned", blob)))
    for entry in ((b"40000", name, inner), (b"100644", name, blob)):
        commit = world.write("evil", world.raw_tree(entry), (world.tip("main"),))
        with pytest.raises(Refused, match="it holds a file called"), workspace.checkout(world.url, commit):
            pass
    assert not list(root.rglob("pwned"))


def test_a_tree_with_a_name_twice_writes_through_no_link(workspace, world, tmp_path):
    blob = world.repo.create_blob(b"pwned").raw
    inner = bytes.fromhex(world.raw_tree((b"100644", b"pwned", blob)))
    link = world.repo.create_blob(os.fsencode(tmp_path)).raw
    commit = world.write("evil", world.raw_tree((b"120000", b"a", link), (b"40000", b"a", inner)), ())
    with workspace.checkout(world.url, commit):
        pass
    assert not (tmp_path / "pwned").exists()


def test_folders_without_end_are_refused(workspace, world):
    tree = bytes.fromhex(world.raw_tree((b"100644", b"x", world.repo.create_blob(b"x").raw)))
    for _ in range(300):
        tree = (
            bytes.fromhex(world.raw_tree((b"40000", b"d", tree)))
            if _ < 3
            else world.repo.write(2, b"40000 d\0" + tree).raw
        )
    commit = world.write("deep", tree.hex(), ())
    with pytest.raises(Refused, match="nested more than 200 deep"), workspace.checkout(world.url, commit):
        pass
