"""Gitea's adapter fulfils the contract of forges."""

from __future__ import annotations

import pytest

from tests.forges.contract import ServerContract
from tests.localforge.clone import Clock


class TestGitea(ServerContract):
    @pytest.fixture
    def made(self, server, running, tmp_path):
        return running[1].world(tmp_path)

    @pytest.fixture
    def forge(self, made):
        return made.forge(Clock())

    @pytest.fixture
    def world(self, made, forge):
        return made
