from __future__ import annotations

import http.server
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from chairlift.recipes.django.dependencies.bisecting import oldest_that_works
from chairlift.recipes.django.dependencies.index import IndexAway, releases, urls
from tests.recipes.django.dependencies.wheels import wheel
from tests.recipes.django.index import served


def test_releases_come_in_order_with_their_dates(tmp_path: Path) -> None:
    for version in ("1.10", "1.9", "2.0rc1"):
        wheel(tmp_path, "Some-Thing", version)
    with served(tmp_path, {"Some_Thing-1.9-py3-none-any.whl": "2020-02-03T04:05:06Z"}) as url:
        found = releases("some.thing", (3, 11), (url,))
    assert [str(each.version) for each in found] == ["1.9", "1.10"]
    assert found[0].at is not None
    assert found[0].at.isoformat() == "2020-02-03T04:05:06+00:00"


def test_an_index_that_is_away_is_said_without_its_password() -> None:
    with pytest.raises(IndexAway) as away:
        releases("x", (3, 11), ("http://me:hunter2@127.0.0.1:9/simple",))
    assert "127.0.0.1:9" in str(away.value)
    assert "hunter2" not in str(away.value)
    with pytest.raises(IndexAway, match="https://"):
        releases("x", (3, 11), ("file:///tmp/wheels",))


def test_an_answer_that_is_no_json_is_no_empty_list() -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>log in first</html>")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.handle_request, daemon=True).start()
    with pytest.raises(IndexAway, match="does not answer in JSON"):
        releases("x", (3, 11), (f"http://127.0.0.1:{server.server_port}/simple",))
    server.server_close()


def test_the_indexes_are_those_of_uv() -> None:
    assert urls({}) == ("https://pypi.org/simple",)
    assert urls({"UV_INDEX": "mine=https://a/simple https://b/simple", "UV_DEFAULT_INDEX": "https://c/simple"}) == (
        "https://a/simple",
        "https://b/simple",
        "https://c/simple",
    )


@given(st.integers(1, 60), st.integers(0, 70))
def test_the_oldest_that_works_is_found(count: int, first: int) -> None:
    candidates = [Version(f"1.{number}") for number in range(count)]
    tried: list[Version] = []

    def works(version: Version) -> bool:
        tried.append(version)
        return version >= Version(f"1.{first}")

    found = oldest_that_works(candidates, works, most=10)
    assert found == (Version(f"1.{first}") if first < count else None)
    assert len(tried) <= 10
    assert found is None or found in tried


def test_when_the_tries_run_out_what_was_seen_to_work_is_taken() -> None:
    candidates = [Version(f"1.{number}") for number in range(64)]
    tried: list[Version] = []
    found = oldest_that_works(candidates, lambda each: bool(tried.append(each)) or each >= Version("1.5"), most=3)
    assert found in tried
    assert found is not None
    assert found >= Version("1.5")
    assert oldest_that_works([], lambda each: True) is None
