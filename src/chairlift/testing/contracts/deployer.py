"""The contract of deployers: the test of an adapter inherits from it and gives it two fixtures."""

from __future__ import annotations

import pytest

from chairlift.ports import Deployer, Unavailable

FIRST = "1" * 40
SECOND = "2" * 40
ODD_NAMES = ("-rf", "it's; $(reboot) `x` && exit", 'line\nfeed "quoted" {commit}', "Bürgeramt 🚡", "../../etc", " ")


class DeployerContract:
    """What every deployer does."""

    @pytest.fixture
    def deployer(self) -> Deployer:
        """A deployer of an empty world."""
        raise NotImplementedError

    @pytest.fixture
    def away(self) -> Deployer:
        """A deployer that cannot reach its world."""
        raise NotImplementedError

    def test_it_is_a_deployer(self, deployer: Deployer) -> None:
        assert isinstance(deployer, Deployer)

    def test_nothing_runs_before_the_first_deploy(self, deployer: Deployer) -> None:
        assert deployer.running("shop", "production") is None

    def test_what_was_deployed_runs(self, deployer: Deployer) -> None:
        deployer.deploy("shop", "production", FIRST)
        running = deployer.running("shop", "production")
        assert running is not None
        assert (running.commit, running.environment) == (FIRST, "production")
        assert running.since.utcoffset() is not None

    def test_it_is_seen_and_not_told(self, deployer: Deployer) -> None:
        deployer.deploy("shop", "production", FIRST)
        running = deployer.running("shop", "production")
        assert running is not None
        assert running.by == ""

    def test_deploying_twice_is_deploying_once(self, deployer: Deployer) -> None:
        deployer.deploy("shop", "production", FIRST)
        once = deployer.running("shop", "production")
        deployer.deploy("shop", "production", FIRST)
        assert deployer.running("shop", "production") == once

    def test_the_next_commit_takes_over(self, deployer: Deployer) -> None:
        deployer.deploy("shop", "production", FIRST)
        before = deployer.running("shop", "production")
        deployer.deploy("shop", "production", SECOND)
        after = deployer.running("shop", "production")
        assert before is not None
        assert after is not None
        assert after.commit == SECOND
        assert after.since >= before.since

    def test_rolling_back_is_deploying_the_commit_before(self, deployer: Deployer) -> None:
        for commit in (FIRST, SECOND, FIRST):
            deployer.deploy("shop", "production", commit)
        running = deployer.running("shop", "production")
        assert running is not None
        assert running.commit == FIRST

    def test_services_and_environments_are_apart(self, deployer: Deployer) -> None:
        deployer.deploy("shop", "production", FIRST)
        assert deployer.running("shop", "stage") is None
        assert deployer.running("till", "production") is None

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_a_name_may_hold_anything(self, deployer: Deployer, name: str) -> None:
        deployer.deploy(name, name, FIRST)
        running = deployer.running(name, name)
        assert running is not None
        assert (running.commit, running.environment) == (FIRST, name)
        assert deployer.running(name + "x", name) is None

    def test_away_is_not_nothing(self, away: Deployer) -> None:
        with pytest.raises(Unavailable, match=r"\w"):
            away.running("shop", "production")
        with pytest.raises(Unavailable, match=r"\w"):
            away.deploy("shop", "production", FIRST)
