"""What `make test-live` runs works on GitLab, and leaves nothing behind: here on the stand-in, as an admin."""

from __future__ import annotations

import os
import subprocess
import sys

SOME = "test_opening_twice_is_opening_once or test_reviews_belong_to_a_head"


def test_a_live_run_passes_and_cleans_up(server):
    users = set(server.places.users)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "CHAIRLIFT_LIVE_FORGE": "gitlab",
        "CHAIRLIFT_LIVE_URL": server.url,
        "CHAIRLIFT_LIVE_TOKEN_ENV": "CHAIRLIFT_LIVE_TEST_TOKEN",
        "CHAIRLIFT_LIVE_TEST_TOKEN": server.places.add_token(server.admin),
    }
    command = [sys.executable, "-m", "pytest", "tests/live.py", "-k", SOME]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "2 passed" in done.stdout, done.stdout
    assert server.calls["POST /users"] == server.calls["DELETE /users/{id}"] == 5
    assert set(server.places.users) == users
