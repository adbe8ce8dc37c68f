"""The contract of forges against a real server: `make test-live FORGE=gitea URL=https://… TOKEN_ENV=NAME`.

The variable holds a token of an admin, who makes users of the tests' own and removes them again.
"""

from __future__ import annotations

import os
import signal

import pytest

from tests.forges.contract import ServerContract
from tests.forges.live import namespace

WANTED = ("FORGE", "URL", "TOKEN_ENV")


@pytest.fixture(scope="session")
def there():
    forge, url, token_env = (os.environ.get(f"CHAIRLIFT_LIVE_{name}", "") for name in WANTED)
    if not (forge and url and token_env):
        pytest.skip("no server is named: make test-live FORGE=gitea URL=https://git.example.org TOKEN_ENV=NAME")
    assert os.environ.get(token_env), f"the variable {token_env} holds no token"
    # Who is told to end still cleans up.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    with namespace(forge, url, os.environ[token_env]) as made:
        print(f"\nall names on {url} begin with {made.mark}")  # noqa: T201
        yield made


class TestLive(ServerContract):
    @pytest.fixture
    def world(self, there, tmp_path):
        return there.live_world(tmp_path)

    @pytest.fixture
    def forge(self, world):
        return world.live_forge()

    def heard(self, text):
        return text.replace("\r", "") if os.environ.get("CHAIRLIFT_LIVE_FORGE") == "gitlab" else text
