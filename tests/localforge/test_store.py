"""The store under many threads, forks and refusals."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from chairlift.localforge.store import Store, storable
from chairlift.localforge.talk import instant
from tests.localforge.clone import REPO


def test_threads_comment_at_once_and_ids_grow_with_time(forge, opened):
    opened()
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda i: forge.talk.say(REPO, 1, "ann", f"comment {i}"), range(80)))
    heard = forge.talk.heard(REPO, 0, ())
    assert [comment.id for comment in heard] == sorted(set(ids))
    assert {comment.text for comment in heard} == {f"comment {i}" for i in range(80)}


def test_threads_look_while_one_writes(forge, opened):
    opened()

    def look(i):
        if i % 10 == 0:
            forge.talk.keep(REPO, 1, "chairlift", "notice", f"number {i}")
        return forge.pulls.newest(REPO, "work").number

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(look, range(100))) == {1}


def test_a_refusal_inside_a_transaction_takes_all_of_it_back(tmp_path):
    store = Store(tmp_path, 1)

    def interrupted():
        with store.writing() as db:
            db.execute("INSERT INTO repositories (name) VALUES ('a')")
            with store.writing() as inner:
                inner.execute("INSERT INTO repositories (name) VALUES ('b')")
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.db.execute("SELECT count(*) FROM repositories").fetchone()[0] == 0
    with store.writing() as db:
        db.execute("INSERT INTO repositories (name) VALUES ('c')")
    store.close()
    assert [row["name"] for row in store.db.execute("SELECT name FROM repositories")] == ["c"]


FORKED = """
import os, pathlib, sys
from chairlift.localforge.store import Store

store = Store(pathlib.Path(sys.argv[1]), 1)
mine = store.db
child = os.fork()
if child == 0:
    assert store.db is not mine
    with store.writing() as db:
        db.execute("INSERT INTO repositories (name) VALUES ('child')")
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert store.db is mine
assert [row["name"] for row in mine.execute("SELECT name FROM repositories")] == ["child"]
"""


def test_a_forked_process_has_its_own_connection(tmp_path):
    subprocess.run([sys.executable, "-c", FORKED, str(tmp_path)], check=True)


def test_one_open_pull_request_per_branch_is_a_law_of_the_store(forge, opened):
    opened()
    columns = (
        "repo, title, body, labels, author, branch, base, draft, state, opened_at, head, base_seen, fork, conflicted"
    )
    with pytest.raises(sqlite3.IntegrityError):
        forge.store.db.execute(f"INSERT INTO pulls (number, {columns}) SELECT 9, {columns} FROM pulls")


@pytest.mark.parametrize(("text", "kept"), [("a\0b", "a\0b"), ("\ud800x", "?x"), ("ü🚡", "ü🚡"), ("", "")])
def test_text_is_kept_as_far_as_it_is_text(tmp_path, text, kept):
    db = Store(tmp_path, 1).db
    assert storable(text) == kept
    assert db.execute("SELECT ?", (storable(text),)).fetchone()[0] == kept


def test_times_are_kept_in_utc_to_the_microsecond():
    at = datetime(2021, 7, 5, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=2)))
    assert instant(at) == "2021-07-04T23:02:03.000004+00:00"
    assert datetime.fromisoformat(instant(at)) == at
