"""What is heard from the probe, folded; and messages without what differs from run to run."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from chairlift.recipes.django.proving import records
from chairlift.recipes.django.proving.evidence import Case, Failure, Ran, Result, Warned
from chairlift.recipes.django.proving.records import Listener, cases, needs, normal, ran, warned


def test(id, outcome, **failure):  # not collected: see __test__
    return {"kind": "test", "id": id, "outcome": outcome, "failure": failure}


test.__test__ = False


def speak(place, *datagrams):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
        speaker.connect(str(place / "socket"))
        for data in datagrams:
            speaker.send(data)


def test_what_was_said_before_the_end_is_heard(tmp_path):
    with Listener(tmp_path) as listener:
        speak(tmp_path, *(json.dumps({"kind": "test", "id": str(n)}).encode() for n in range(500)))
    assert len(listener.heard) == 500


def test_a_folder_may_lie_deeper_than_the_name_of_a_socket_is_long(tmp_path, monkeypatch):
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    with Listener(deep) as listener:
        monkeypatch.chdir(deep)
        speak(Path(), b'{"kind": "python"}')
    assert listener.heard == [{"kind": "python"}]


def test_what_is_no_record_is_dropped(tmp_path):
    with Listener(tmp_path) as listener:
        speak(tmp_path, b"{", b"\xff\xff", b"[1]", b'{"kind": 3}', b'"x"', b"", b'{"kind": "python"}')
    assert listener.heard == [{"kind": "python"}]


def test_a_test_is_told_once_by_its_worst(tmp_path):
    heard = [
        test("a", "passed"),
        test("b", "failed", exception="ValueError", message="no", frame="x.py:1 f"),
        test("b", "failed"),
        test("c", "skipped"),
        test("c", "passed"),
        test("d", "passed"),
        test("d", "error", exception="KeyError", message="'x'", frame=""),
    ]
    assert cases(heard) == (
        Case("a", Result.PASSED),
        Case("b", Result.FAILED, Failure("ValueError", "no", "x.py:1 f")),
        Case("c", Result.PASSED),
        Case("d", Result.ERROR, Failure("KeyError", "'x'")),
    )


def test_what_began_and_never_ended_is_an_error():
    heard = [{"kind": "begun", "id": name} for name in "abc"] + [test("a", "passed"), {"kind": "ended", "id": "b"}]
    assert [(case.id, case.result) for case in cases(heard)] == [("a", Result.PASSED), ("c", Result.ERROR)]


@pytest.mark.parametrize("record", [{"kind": "test"}, test("a", "odd"), {"kind": "test", "id": "x", "outcome": None}])
def test_what_is_no_outcome_is_no_test(record):
    assert cases([record]) == ()


def test_a_printed_traceback_gives_its_last_line():
    heard = [test("a", "error", exception="", message="x\nE   ImportError: cannot import name 'six'", frame="")]
    assert cases(heard)[0].failure == Failure("ImportError", "cannot import name 'six'")


def test_versions_are_all_that_any_process_told():
    heard = [
        {"kind": "django", "version": "3.2.25"},
        {"kind": "django", "version": "2.2.28"},
        {"kind": "python", "version": "3.8.18"},
        {"kind": "database", "found": "sqlite 3.40.1"},
        {"kind": "database", "found": "sqlite 3.40.1"},
    ]
    assert ran(heard) == Ran(("2.2.28", "3.2.25"), ("3.8.18",), ("sqlite 3.40.1",))


def test_a_warning_is_told_once_for_each_place():
    one = {"kind": "warning", "category": "RemovedInDjango40Warning", "text": "gone", "path": "a.py", "line": 3}
    found = warned([one, one, {**one, "path": "", "line": 0, "distribution": "ddt"}, {**one, "line": "x"}])
    assert found == (
        Warned("RemovedInDjango40Warning", "gone", "", 0, "ddt"),
        Warned("RemovedInDjango40Warning", "gone", "a.py", 3),
    )
    assert [each.own for each in found] == [False, True]
    assert all(each.removal for each in found)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("<Thing object at 0x7f3a2b4c5d6e>", "<Thing object at <address>>"),
        ("no /tmp/a/lib/python3.8/site-packages/django/x.py", "no site-packages/django/x.py"),
        ("/box/checkout/shop/a.py", "checkout/shop/a.py"),
        ("key 0f8fad5b-d9cb-469f-a165-70867728950e", "key <uuid>"),
        ("at 2021-03-04T05:06:07.123+00:00", "at <time>"),
        ("3 != 4", "3 != 4"),
        ("DEADBEEF", "DEADBEEF"),
        ("0x1", "0x1"),
    ],
)
def test_what_differs_from_run_to_run_is_left_out(text, same):
    assert normal(text) == same


@pytest.mark.parametrize(
    ("kind", "message", "what"),
    [
        ("OSError", "[Errno 101] Network is unreachable", "a network"),
        ("ConnectionError", "Max retries exceeded with url: / (Caused by NewConnectionError", "a network"),
        ("gaierror", "[Errno -3] Temporary failure in name resolution", "a network"),
        ("OperationalError", '(2002, "Can\'t connect to local MySQL server through socket")', "a database"),
        ("OperationalError", 'connection to server at "localhost", port 5432 failed: Connection refused', "a database"),
        ("OperationalError", 'could not translate host name "db" to address: Name or service not known', "a database"),
        ("ConnectionError", "Error 111 connecting to redis:6379. Connection refused.", "a database"),
        ("ConnectionRefusedError", "[Errno 111] Connection refused", "a server that it can reach"),
        ("KeyError", "'STRIPE_API_KEY'", "a setting of the environment ('STRIPE_API_KEY')"),
        ("ImproperlyConfigured", "Set the SECRET environment variable", "a setting"),
        ("KeyError", "'name'", ""),
        ("OperationalError", "no such table: shop_thing", ""),
        ("AssertionError", "1 != 2", ""),
        ("ImportError", "cannot import name 'six'", ""),
    ],
)
def test_what_it_lacks_of_the_world_is_told_from_faults(kind, message, what):
    assert needs(kind, message).startswith(what)
    assert bool(needs(kind, message)) is bool(what)


def test_too_much_is_counted_and_left_out(tmp_path):
    listener = Listener(tmp_path)
    listener.heard = [{"kind": "x"}] * records.MOST
    with listener:
        speak(tmp_path, b'{"kind": "python"}')
    assert (len(listener.heard), listener.left_out) == (records.MOST, 1)
