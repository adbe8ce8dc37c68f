"""Pull requests beyond the contract: messages, history, drafts, what a hand has done, and what a kill leaves."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from chairlift.localforge.forge import Forge
from chairlift.localforge.git import known, tip
from chairlift.localforge.repositories import Unknown
from chairlift.ports import Refused
from tests.localforge.clone import REPO, START, Clock, git


@pytest.fixture
def log(repository):
    """Lines of the log of main, newest first."""

    def lines(form, *what):
        return git("log", f"--format={form}", *(what or ("main",)), cwd=repository.path).splitlines()

    return lines


# ---- what a merge writes ----


def test_a_squash_carries_number_title_and_the_first_lines_of_the_body(forge, opened, log):
    opened(title="Upgrade\nDjango  to 3.2\0", body="\n".join(f"line {i}" for i in range(50)))
    commit = forge.pulls.merge(REPO, 1, "bob <b>\n", "squash")
    message = git("log", "-1", "--format=%B", commit, cwd=forge.repositories.get(REPO).path)
    assert message.splitlines()[:3] == ["Upgrade Django to 3.2 (#1)", "", "line 0"]
    assert "line 19" in message
    assert "line 20" not in message
    assert log("%an, %cn", "-1", "main") == ["ann@localhost, bob b"]
    assert len(log("%h")) == 2


def test_a_merge_commit_names_number_branch_and_title(forge, opened, log):
    pull = opened(title="Upgrade Django")
    forge.pulls.merge(REPO, 1, "bob", "merge")
    assert log("%s|%b|%P", "-1", "main")[0].startswith("Merge pull request #1 from work|Upgrade Django")
    assert log("%P", "-1", "main") == [f"{log('%H', 'main~1', '-1')[0]} {pull.head}"]


def test_a_rebase_keeps_each_commit_and_leaves_out_what_the_base_has(forge, opened, clone, log):
    opened(files={"one.txt": "1\n"})
    clone.push(clone.commit("main", {"same.txt": "picked\n"}), "main")
    for files in ({"same.txt": "picked\n"}, {"two.txt": "2\n"}):
        clone.push(clone.commit("work", files), "work")
    forge.pulls.merge(REPO, 1, "bob", "rebase")
    assert log("%s, %an, %cn") == [
        "work on work, ann@localhost, bob",
        "work on work, ann@localhost, bob",
        "work on main, ann@localhost, ann@localhost",
        "First commit, chairlift, chairlift",
    ]


def merged_by_hand(clone, theirs, resolved):
    """Merges main into work, where both changed one file, and pushes what came of it."""
    clone.push(clone.commit("main", {"same.txt": theirs}), "main")
    clone.commit("work", {})
    git("reset", "--quiet", "--hard", "origin/work", cwd=clone.path)
    git("merge", "--quiet", "--strategy=ours", "--no-edit", "origin/main", cwd=clone.path)
    (clone.path / "same.txt").write_text(resolved)
    git("commit", "--quiet", "--all", "--amend", "--no-edit", cwd=clone.path)
    clone.push("HEAD", "work")


@pytest.mark.parametrize("method", ["squash", "merge"])
def test_what_was_resolved_in_the_branch_is_merged_as_resolved(forge, opened, clone, repository, method):
    opened(files={"same.txt": "ours\n"})
    merged_by_hand(clone, "theirs\n", "both\n")
    forge.pulls.merge(REPO, 1, "bob", method)
    assert git("show", "main:same.txt", cwd=repository.path) == "both\n"


def test_a_rebase_that_would_lose_a_resolution_is_refused(forge, opened, clone, repository):
    opened(files={"same.txt": "ours\n"})
    merged_by_hand(clone, "theirs\n", "both\n")
    before = tip(repository.open(), "main")
    with pytest.raises(Refused, match=r"rebase.*squash"):
        forge.pulls.merge(REPO, 1, "bob", "rebase")
    assert tip(repository.open(), "main") == before


def test_a_rebase_that_would_lose_what_only_a_merge_brought_is_refused(forge, opened, clone):
    opened()
    clone.push(clone.commit("main", {"theirs.txt": "t\n"}), "main")
    clone.commit("work", {})
    git("merge", "--quiet", "--no-edit", "origin/main", cwd=clone.path)
    (clone.path / "extra.txt").write_text("only in the merge\n")
    git("add", ".", cwd=clone.path)
    git("commit", "--quiet", "--amend", "--no-edit", cwd=clone.path)
    clone.push("HEAD", "work")
    with pytest.raises(Refused, match="would give other files than a merge: use squash or merge"):
        forge.pulls.merge(REPO, 1, "bob", "rebase")


def test_a_conflict_names_the_paths_and_the_way_out(forge, opened, clone):
    opened(files={"same.txt": "ours\n"})
    clone.push(clone.commit("main", {"same.txt": "theirs\n"}), "main")
    with pytest.raises(Refused, match=r"conflicts with its base in same\.txt: merge the base into the branch and push"):
        forge.pulls.merge(REPO, 1, "bob", "squash")


def test_branches_without_a_common_past_can_be_merged(forge, clone, repository):
    git("checkout", "--quiet", "--orphan", "lonely", cwd=clone.path)
    git("rm", "-rfq", ".", cwd=clone.path)
    (clone.path / "new.txt").write_text("new\n")
    git("add", ".", cwd=clone.path)
    git("commit", "--quiet", "-m", "alone", cwd=clone.path)
    clone.push("HEAD", "lonely")
    forge.pulls.open(REPO, "lonely", "main", "t", "", (), "ann")
    assert "+new" in forge.pulls.patch(REPO, 1)
    forge.pulls.merge(REPO, 1, "bob", "squash")
    assert git("ls-tree", "--name-only", "main", cwd=repository.path).split() == sorted([*START, "new.txt"])


def test_the_branch_stays_after_the_merge(forge, opened, repository):
    pull = opened()
    forge.pulls.merge(REPO, 1, "bob", "squash")
    assert tip(repository.open(), "work") == pull.head


# ---- people ----


def test_a_pull_request_shows_its_words(forge, opened):
    opened(title="T\ud800", body="B" * 20_000)
    pull = forge.pulls.get(REPO, 1)
    assert (pull.title, pull.body, pull.labels) == ("T?", "B" * 20_000, ("chairlift",))
    assert pull.url.endswith("/team/shop.git#1")
    assert [p.number for p in forge.pulls.all(REPO)] == [1]


def test_authors_do_not_judge_their_own(forge, opened):
    opened()
    for state in ("approved", "changes requested"):
        with pytest.raises(Refused, match="somebody else must judge it"):
            forge.pulls.review(REPO, 1, "Chairlift", state)
    forge.pulls.review(REPO, 1, "chairlift", "commented", "mind the cookie settings")
    assert [c.text for c in forge.talk.said(REPO, 1)] == ["mind the cookie settings"]


def test_a_review_of_another_head_is_refused(forge, opened, clone):
    old = opened().head
    clone.push(clone.commit("work", {"b.txt": "b\n"}), "work")
    with pytest.raises(Refused, match=rf"is at \w{{10}}, not at {old[:10]}: look at it again"):
        forge.pulls.review(REPO, 1, "ann", "approved", head=old)


def test_a_draft_is_not_merged_until_it_is_ready(forge, opened, clone):
    clone.push(clone.commit("idea", {"a.txt": "a\n"}), "idea")
    assert forge.pulls.open(REPO, "idea", "main", "t", "", (), "ann", draft=True).draft
    with pytest.raises(Refused, match="it is a draft: mark it ready"):
        forge.pulls.merge(REPO, 1, "bob", "squash")
    forge.pulls.set_draft(REPO, 1, False)
    forge.pulls.merge(REPO, 1, "bob", "squash")


def test_closing_and_reopening_keep_to_the_rules(forge, opened, clone):
    opened()
    forge.pulls.close(REPO, 1, "ann")
    first = forge.pulls.get(REPO, 1)
    forge.pulls.close(REPO, 1, "bob")
    assert forge.pulls.get(REPO, 1) == first
    with pytest.raises(Refused, match="is closed: there is nothing left to review"):
        forge.pulls.review(REPO, 1, "ann", "approved")
    forge.pulls.open(REPO, "work", "main", "again", "", (), "ann")
    with pytest.raises(Refused, match="pull request 2 of team/shop is open for this branch: close it first"):
        forge.pulls.reopen(REPO, 1)
    forge.pulls.close(REPO, 2, "ann")
    forge.pulls.reopen(REPO, 1)
    assert forge.pulls.newest(REPO, "work").number == 1
    assert forge.pulls.open(REPO, "work", "main", "once more", "", (), "ann").number == 1
    forge.pulls.merge(REPO, 1, "bob", "squash")
    for act in (lambda: forge.pulls.close(REPO, 1, "ann"), lambda: forge.pulls.reopen(REPO, 1)):
        with pytest.raises(Refused, match="is merged"):
            act()
    clone.push("", "work")
    with pytest.raises(Refused, match="has no branch 'work': push it first"):
        forge.pulls.reopen(REPO, 2)


def test_numbers_are_the_repositorys_own(forge, opened, tmp_path):
    forge.repositories.create("other", str(tmp_path / "source"))
    opened()
    assert forge.talk.raise_topic("other", "k", "t", "b", "ann").number == 1
    assert forge.talk.raise_topic(REPO, "k", "t", "b", "ann").number == 2
    forge.talk.say("other", 1, "ann", "there")
    assert forge.talk.heard(REPO, 0, ()) == []
    with pytest.raises(Unknown):
        forge.pulls.get("other", 1)


def test_a_kept_comment_is_nobodys_to_answer_and_is_written_only_when_it_differs(forge, opened):
    opened()
    forge.talk.keep(REPO, 1, "bot", "notice", "soon")
    writes = forge.store.db.total_changes
    forge.talk.keep(REPO, 1, "bot", "notice", "soon")
    assert forge.store.db.total_changes == writes
    assert [c.by for c in forge.talk.said(REPO, 1)] == ["bot"]
    assert forge.talk.heard(REPO, 0, ("renamed-bot",)) == []


def test_nothing_said_is_no_comment(forge, opened):
    opened()
    with pytest.raises(Refused, match="give it a text"):
        forge.talk.say(REPO, 1, "ann", " \n")


# ---- what hands did ----


def test_a_merge_by_hand_is_found_among_what_came_after(forge, opened, clone, log):
    opened()
    git("fetch", "--quiet", "origin", cwd=clone.path)
    git("checkout", "--quiet", "-B", "main", "origin/main", cwd=clone.path)
    git("merge", "--quiet", "--no-ff", "--message", "by hand", "origin/work", cwd=clone.path)
    by_hand = git("rev-parse", "HEAD", cwd=clone.path).strip()
    clone.push("HEAD", "main")
    clone.push(clone.commit("main", {"later.txt": "l\n"}), "main")
    clone.push("", "work")
    pull = forge.pulls.get(REPO, 1)
    assert (pull.state, pull.merged_commit, pull.merged_by) == ("merged", by_hand, "ann@localhost")
    assert "+new" in forge.pulls.patch(REPO, 1)


def test_more_commits_than_the_base_took_leave_it_open(forge, opened, clone):
    head = opened().head
    clone.push(clone.commit("work", {"more.txt": "m\n"}), "work")
    clone.push(head, "main")
    pull = forge.pulls.get(REPO, 1)
    assert pull.state == "open"
    assert pull.head != head


def test_a_closed_one_stays_closed_though_a_hand_merged_it(forge, opened, clone):
    head = opened().head
    forge.pulls.close(REPO, 1, "ann")
    clone.push(head, "main")
    assert forge.pulls.get(REPO, 1).state == "closed"


def test_the_last_head_outlives_its_branch_and_the_garbage_collector(forge, opened, clone, repository):
    opened()
    clone.push(clone.commit("work", {"more.txt": "more\n"}), "work")
    head = forge.pulls.get(REPO, 1).head
    clone.push("", "work")
    git("gc", "--quiet", "--prune=now", cwd=repository.path)
    assert "+more" in forge.pulls.patch(REPO, 1)
    forge.pulls.merge(REPO, 1, "bob", "squash", head)
    assert git("show", "main:more.txt", cwd=repository.path) == "more\n"


def test_a_base_that_is_gone_leaves_all_as_it_was(forge, opened, clone):
    clone.push("main", "next")
    clone.push(clone.commit("work", {"a.txt": "a\n"}), "work")
    pull = forge.pulls.open(REPO, "work", "next", "t", "", (), "ann")
    clone.push("", "next")
    assert forge.pulls.get(REPO, 1) == pull
    with pytest.raises(Refused, match="has no branch 'next': push it first"):
        forge.pulls.merge(REPO, 1, "bob", "squash")


def test_a_very_long_change_is_cut(forge, opened):
    opened(files={"big.txt": "x" * 79 * 10_000})
    patch = forge.pulls.patch(REPO, 1)
    assert len(patch) < 201_000
    assert patch.endswith("the diff is cut here: fetch the branch\n")


def test_what_git_cannot_name_is_nothing(repository):
    handle = repository.open()
    assert tip(handle, "main")
    for branch in ("main\0x", "\udc80", "", ".."):
        assert tip(handle, branch) is None
    tree = str(handle.head.peel().tree.id)
    assert [known(handle, id) for id in (tip(handle, "main"), tree, "", "zz", "0" * 40)] == [True, *[False] * 4]


# ---- killed and raced ----

KILLED = """
import datetime, os, pathlib, signal, sys
from chairlift.localforge.forge import Forge

reads = 0
def now():
    global reads
    reads += 1
    if reads == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return datetime.datetime(2021, 7, 5, 9, reads, tzinfo=datetime.UTC)

Forge(pathlib.Path(sys.argv[1]), now).pulls.merge(sys.argv[4], 1, "chairlift", sys.argv[3])
"""


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
@pytest.mark.parametrize("read", [1, 2], ids=["before the branch moved", "after the branch moved"])
def test_a_merge_that_was_killed_is_done_once(forge, opened, repository, log, method, read):
    pull = opened()
    before = tip(repository.open(), "main")
    # The clock is read once for the merge commit, and once more when the branch has been moved.
    done = subprocess.run([sys.executable, "-c", KILLED, str(forge.store.root), str(read), method, REPO], check=False)
    assert done.returncode == -signal.SIGKILL
    moved = tip(repository.open(), "main")
    assert (moved != before) == (read == 2)
    again = Forge(forge.store.root, Clock())
    assert again.pulls.get(REPO, 1).state == ("merged" if read == 2 else "open")
    commit = again.pulls.merge(REPO, 1, "chairlift", method, pull.head)
    assert commit == tip(repository.open(), "main")
    assert moved in (before, commit)
    merged = again.pulls.get(REPO, 1)
    assert (merged.state, merged.merged_commit, merged.merged_by) == ("merged", commit, "chairlift")
    assert len(log("%h", "--first-parent", "main")) == 2


RACER = """
import datetime, pathlib, sys
from chairlift.localforge.forge import Forge

forge = Forge(pathlib.Path(sys.argv[1]), lambda: datetime.datetime.fromisoformat(sys.argv[3]))
sys.stdin.read()
for i in range(5):
    pull = forge.pulls.open(sys.argv[2], f"work{i}", "main", "t", "b", (), "chairlift")
    print(pull.number, forge.pulls.merge(sys.argv[2], pull.number, "chairlift", "squash", pull.head))
    forge.talk.keep(sys.argv[2], pull.number, "chairlift", "notice", "done")
"""


def test_processes_that_race_open_and_merge_once(forge, clone, repository, log):
    start = clone.commit("main", {})
    for i in range(5):
        git("checkout", "--quiet", "--detach", start, cwd=clone.path)
        (clone.path / f"{i}.txt").write_text("new\n")
        git("add", ".", cwd=clone.path)
        git("commit", "--quiet", "--message", "work", cwd=clone.path)
        clone.push("HEAD", f"work{i}")
    command = [sys.executable, "-c", RACER, str(forge.store.root), REPO]
    racers = [
        subprocess.Popen([*command, f"2021-07-05T09:0{i}:00+00:00"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for i in range(3)
    ]
    for racer in racers:
        racer.stdin.close()
    said = [racer.stdout.read() for racer in racers]
    for racer in racers:
        racer.stdout.close()
        assert racer.wait() == 0
    merged = [line.split() for line in said[0].decode().splitlines()]
    assert said[1:] == said[:1] * 2
    assert [int(number) for number, _ in merged] == [1, 2, 3, 4, 5]
    assert [commit for _, commit in reversed(merged)] == log("%H")[:5]
    assert len(log("%h")) == 5 + 1
    assert [len(forge.talk.said(REPO, n)) for n in range(1, 6)] == [1] * 5
