"""GitLab's adapter fulfils the contract of forges."""

from __future__ import annotations

import pytest

from chairlift.testing.contracts.directory import DirectoryContract
from chairlift.testing.contracts.forge import ForgeContract
from tests.localforge.clone import Clock

KEYS = ("notice", "other", "django")


class TestGitLab(ForgeContract, DirectoryContract):
    @pytest.fixture
    def made(self, server, running, tmp_path):
        return running[1].world(tmp_path)

    @pytest.fixture
    def forge(self, made):
        return made.forge(Clock())

    @pytest.fixture
    def world(self, made, forge):
        return made

    def our_comments(self, forge, world, number):
        return world.our_comments(number, KEYS)

    def heard(self, text):
        return text.replace("\r", "")
