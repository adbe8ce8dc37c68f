"""The message file under the contract of notifiers, with torn lines, full disks and several processes."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from chairlift.adapters.log import LogNotifier, Settings
from chairlift.ports import Message, Notifier, Refused, Unavailable
from chairlift.testing.contracts.notifier import HELLO, NotifierContract, Told


@contextmanager
def full_disk(path: Path) -> Iterator[bytes]:
    """Leaves room for ten more bytes in the file, which is already a megabyte long."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x" * 1_000_000 + b"\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_011, hard))
    try:
        yield path.read_bytes()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def logged(path: Path) -> list[Message]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [Message(**{**json.loads(line), "to": tuple(json.loads(line)["to"])}) for line in lines if line]


class TestLogNotifier(NotifierContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "home" / "messages.jsonl"

    @pytest.fixture
    def notifier(self, path: Path) -> Notifier:
        return LogNotifier(Settings(path))

    @pytest.fixture
    def told(self, path: Path) -> Told:
        return lambda: logged(path)

    @pytest.fixture
    def away(self, path: Path) -> Iterator[Notifier]:
        with full_disk(path):
            yield LogNotifier(Settings(path))


def test_a_line_holds_the_whole_message(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    LogNotifier(Settings(path)).tell(replace(HELLO, at=datetime(2021, 7, 5, 12, tzinfo=UTC)))
    assert json.loads(path.read_text()) == {
        "key": HELLO.key,
        "to": list(HELLO.to),
        "subject": HELLO.subject,
        "text": HELLO.text,
        "at": "2021-07-05T12:00:00+00:00",
    }


def test_a_key_is_remembered_over_a_restart_and_by_others(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    first, second = LogNotifier(Settings(path)), LogNotifier(Settings(path))
    other = replace(HELLO, key="other")
    for notifier in (first, second, LogNotifier(Settings(path))):
        notifier.tell(HELLO)
    second.tell(other)
    first.tell(other)
    assert logged(path) == [HELLO, other]


def test_a_torn_line_swallows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    notifier = LogNotifier(Settings(path))
    notifier.tell(HELLO)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"key": "torn", "to": ["ad')
    notifier.tell(replace(HELLO, key="torn"))
    notifier.tell(HELLO)
    assert path.read_bytes().startswith(whole + b'{"key": "torn", "to": ["ad\n{')
    assert json.loads(path.read_text().splitlines()[2])["key"] == "torn"
    assert len(path.read_text().splitlines()) == 3


@pytest.mark.parametrize("rubbish", ["\n", "null\n", "[1]\n", '{"key": 7}\n', "\ufeff\n"])
def test_rubbish_in_the_file_is_passed_over(tmp_path: Path, rubbish: str) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text(rubbish)
    LogNotifier(Settings(path)).tell(HELLO)
    LogNotifier(Settings(path)).tell(HELLO)
    assert path.read_text().count(HELLO.key) == 1


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    with full_disk(path) as content:
        with pytest.raises(Unavailable, match=r"cannot write .*: File too large; make room for it"):
            LogNotifier(Settings(path)).tell(HELLO)
        assert path.read_bytes() == content


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    notifier = LogNotifier(Settings(path))
    notifier.tell(HELLO)
    notifier.tell(HELLO)
    path.rename(tmp_path / "messages.1.jsonl")
    other = replace(HELLO, key="other", text="x" * 1000)
    LogNotifier(Settings(path)).tell(other)
    notifier.tell(HELLO)
    notifier.tell(other)
    assert logged(path) == [other, HELLO]


def test_a_file_that_was_emptied_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    notifier = LogNotifier(Settings(path))
    notifier.tell(HELLO)
    notifier.tell(HELLO)
    os.truncate(path, 0)
    notifier.tell(HELLO)
    assert logged(path) == [HELLO]


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "messages.jsonl", Path("/dev/null")):
        with pytest.raises(Refused, match=r"cannot write .*; mend its path or its rights"):
            LogNotifier(Settings(path)).tell(HELLO)


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    LogNotifier(Settings(tmp_path / "messages.jsonl")).tell(HELLO)
    assert (tmp_path / "messages.jsonl").stat().st_mode & 0o077 == 0


def test_whoever_writes_waits_for_the_others(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    with path.open("a") as file, ThreadPoolExecutor() as pool:
        fcntl.flock(file, fcntl.LOCK_EX)
        telling = pool.submit(LogNotifier(Settings(path)).tell, HELLO)
        with pytest.raises(TimeoutError):
            telling.result(0.2)
        assert not logged(path)
        fcntl.flock(file, fcntl.LOCK_UN)
        telling.result(10)
    assert logged(path) == [HELLO]


def _tell_all(path: Path, name: str, ready: Barrier) -> None:
    notifier = LogNotifier(Settings(path))
    ready.wait(60)
    for number in range(50):
        notifier.tell(Message(f"shared {number}", ("ada",), "x" * 5000, name))
        notifier.tell(Message(f"{name} {number}", ("ada",), "x", name))


def test_several_processes_write_whole_lines_and_each_key_once(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(3)
    processes = [context.Process(target=_tell_all, args=(path, name, ready)) for name in ("one", "two", "three")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    keys = [message.key for message in logged(path)]
    assert len(keys) == len(set(keys)) == 200


def test_telling_costs_no_more_when_much_was_told(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    notifier = LogNotifier(Settings(path))
    with path.open("w") as file:
        file.writelines(json.dumps({"key": str(number), "text": "x" * 100}) + "\n" for number in range(20_000))
    notifier.tell(HELLO)
    begun = os.times().user
    for number in range(100):
        notifier.tell(replace(HELLO, key=f"new {number}"))
    assert os.times().user - begun < 0.5


def test_whether_it_could_be_written_is_found_without_writing(tmp_path: Path) -> None:
    path = tmp_path / "not" / "yet" / "messages.jsonl"
    (found,) = LogNotifier(Settings(path)).examine()
    assert (found.what, found.wrong, path.parent.exists()) == (f"file {path}", "", False)
    path.parent.mkdir(parents=True)
    path.mkdir()
    (found,) = LogNotifier(Settings(path)).examine()
    assert "cannot write" in found.wrong
    (found,) = LogNotifier(Settings(path.parent / "file")).examine()
    assert found.wrong == ""
    (tmp_path / "file").write_text("")
    (found,) = LogNotifier(Settings(tmp_path / "file" / "messages.jsonl")).examine()
    assert "mend the path" in found.wrong
