"""What `make test-live` runs works, and leaves nothing behind: here on the stand-in, with one token of an admin."""

from __future__ import annotations

import os
import subprocess
import sys

SOME = "test_opening_twice_is_opening_once or test_a_conflict_shows"


def test_a_live_run_passes_and_cleans_up(server):
    users = set(server.places.users)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "CHAIRLIFT_LIVE_FORGE": "forgejo",
        "CHAIRLIFT_LIVE_URL": server.url,
        "CHAIRLIFT_LIVE_TOKEN_ENV": "CHAIRLIFT_LIVE_TEST_TOKEN",
        "CHAIRLIFT_LIVE_TEST_TOKEN": server.places.add_token(server.admin),
    }
    command = [sys.executable, "-m", "pytest", "tests/live.py", "-k", SOME]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "2 passed" in done.stdout, done.stdout
    assert server.calls["adminCreateUser"] == server.calls["adminDeleteUser"] == 5
    assert set(server.places.users) == users


def test_without_a_server_it_is_skipped_and_says_how(server):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CHAIRLIFT_"))}
    command = [sys.executable, "-m", "pytest", "tests/live.py", "-k", SOME, "-rs"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "make test-live FORGE=gitea" in done.stdout
    assert "2 skipped" in done.stdout
