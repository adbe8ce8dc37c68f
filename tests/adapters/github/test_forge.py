"""GitHub's adapter fulfils the contract of forges, with a token and as an App, on a stand-in held to GitHub's word."""

from __future__ import annotations

import pytest

from chairlift.adapters.github.talk import held
from chairlift.testing.contracts.directory import DirectoryContract
from chairlift.testing.contracts.forge import ForgeContract
from chairlift.testing.contracts.keyring import KeyringContract


def texts(world, number, by):
    """What Chairlift's comments say to people."""
    found = []
    for said in world.said(number, by):
        key = said.text.rpartition("<!-- chairlift:comment:")[2].removesuffix(" -->")
        found.append(held("comment", key, said.text))
    return found


class TestWithAToken(ForgeContract, DirectoryContract, KeyringContract):
    @pytest.fixture
    def forge(self, kit):
        return kit.forge()

    @pytest.fixture
    def world(self, kit):
        return kit.world

    def our_comments(self, forge, world, number):
        return texts(world, number, "chairlift")


class TestAsAnApp(ForgeContract, DirectoryContract, KeyringContract):
    @pytest.fixture
    def forge(self, kit):
        return kit.as_app()

    @pytest.fixture
    def world(self, kit):
        return kit.world

    def our_comments(self, forge, world, number):
        return texts(world, number, "chairlift-app[bot]")
