"""All that a forge reached with a token must fulfil, over a world of its namespace."""

from __future__ import annotations

from chairlift.testing.contracts.directory import DirectoryContract
from chairlift.testing.contracts.forge import ForgeContract
from chairlift.testing.contracts.keyring import KeyringContract

KEYS = ("notice", "other", "django")


class ServerContract(ForgeContract, DirectoryContract, KeyringContract):
    """The test of an adapter gives it `forge` and `world`."""

    def our_comments(self, forge, world, number):
        return world.our_comments(number, KEYS)
