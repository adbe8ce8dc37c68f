"""The command deployer and the deployer in memory under one contract, and what each does besides."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chairlift.adapters.command_deployer import CommandDeployer, Settings
from chairlift.ports import Deployer, Refused, Unavailable
from chairlift.testing.contracts.deployer import FIRST, SECOND, DeployerContract
from chairlift.testing.fakes.deployer import MemoryDeployer

NOON = datetime(2021, 7, 5, 12, tzinfo=UTC)

#: A world in one file: what runs where, and since when.
WORLD = """
import datetime, json, sys
path, verb, service, environment, *commit = sys.argv[1:]
world = json.load(open(path))
key = json.dumps([service, environment])
if verb == "deploy":
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    world[key] = {"commit": commit[0], "since": now, "extra": ["ignored"]}
    json.dump(world, open(path, "w"))
    print("deployed", file=sys.stderr)
else:
    print(json.dumps(world.get(key)))
"""


def python(code: str) -> str:
    return shlex.join([sys.executable, "-S", "-c", code])


def saying(text: str) -> CommandDeployer:
    return CommandDeployer(Settings(deploy="true", running=python(f"print({text!r})")))


def deploying(code: str, seconds: int = 20) -> CommandDeployer:
    return CommandDeployer(Settings(deploy=python(code), running=python("pass"), seconds=seconds))


class TestCommandDeployer(DeployerContract):
    @pytest.fixture
    def deployer(self, tmp_path: Path) -> Deployer:
        program, world = tmp_path / "a world.py", tmp_path / "world.json"
        program.write_text(WORLD)
        world.write_text("{}")
        command = shlex.join([sys.executable, "-S", str(program), str(world)])
        return CommandDeployer(
            Settings(
                deploy=command + " deploy {service} {environment} {commit}",
                running=command + " running {service} {environment}",
            )
        )

    @pytest.fixture
    def away(self) -> Deployer:
        gone = python("import sys; sys.exit('no route to host')")
        return CommandDeployer(Settings(deploy=gone, running=gone))


class TestMemoryDeployer(DeployerContract):
    @pytest.fixture
    def deployer(self) -> Deployer:
        return MemoryDeployer(lambda: NOON)

    @pytest.fixture
    def away(self) -> Deployer:
        return MemoryDeployer(lambda: NOON, away="no route to host")


@pytest.mark.parametrize("said", ["", "null", " \n"])
def test_nothing_runs(said: str) -> None:
    assert saying(said).running("shop", "stage") is None


def test_what_runs_is_read_in_utc_with_any_further_keys() -> None:
    for commit in (FIRST, "a" * 64):
        answer = {"commit": commit, "since": "2021-07-05T14:00:00+02:00", "django": "3.2"}
        running = saying(json.dumps(answer)).running("shop", "stage")
        assert running is not None
        assert (running.commit, running.since, running.environment) == (commit, NOON, "stage")


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (FIRST, "not a JSON object"),
        ("deployed!", "Expecting value"),
        ("[]", "not a JSON object"),
        ('"' + FIRST + '"', "not a JSON object"),
        ("{}", "'commit' is not the full id of a commit"),
        ('{"commit": "abc123", "since": "2021-07-05T12:00:00Z"}', "'commit' is not the full id"),
        (json.dumps({"commit": "A" * 40, "since": "2021-07-05T12:00:00Z"}), "'commit' is not the full id"),
        ('{"commit": 1, "since": "2021-07-05T12:00:00Z"}', "'commit' is not the full id"),
        (json.dumps({"commit": FIRST}), "'since' is no instant: not a text"),
        (json.dumps({"commit": FIRST, "since": "2021-07-05T12:00:00"}), "'since' is no instant: it has no time zone"),
        (json.dumps({"commit": FIRST, "since": 1625486400}), "'since' is no instant"),
        ("[" * 100_000, "nested too deeply"),
        ("null\nnull", "Extra data"),
    ],
)
def test_rubbish_is_refused_with_what_to_print(said: str, cause: str) -> None:
    with pytest.raises(Refused) as refused:
        saying(said).running("shop", "stage")
    assert cause in str(refused.value)
    assert 'print {"commit": "<full id>", "since": "<ISO instant with zone>"}, or nothing' in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 600


def test_a_program_that_fails_knows_nothing() -> None:
    crashing = CommandDeployer(Settings(deploy="true", running=python("print('null'); 1 / 0")))
    with pytest.raises(Unavailable, match=r"exit code 1: .*ZeroDivisionError"):
        crashing.running("shop", "stage")


def test_a_failed_deploy_is_refused_with_its_last_words() -> None:
    with pytest.raises(Refused, match=r"exit code 1: .*migration 0007 is missing"):
        deploying("import sys; sys.exit('migration 0007 is missing')").deploy("shop", "stage", FIRST)


def test_a_deploy_may_ask_to_be_tried_again() -> None:
    with pytest.raises(Unavailable, match=r"exit code 75: .*locked by another deploy"):
        deploying("import sys; print('locked by another deploy'); sys.exit(75)").deploy("shop", "stage", FIRST)


def test_a_deploy_that_hangs_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="still running after"):
        deploying("import time; time.sleep(60)", seconds=1).deploy("shop", "stage", FIRST)


def test_programs_that_do_not_exist_or_cannot_be_read_are_refused() -> None:
    with pytest.raises(Refused, match="no program called 'no-such-program'"):
        CommandDeployer(Settings(deploy="true", running="no-such-program")).running("shop", "stage")
    with pytest.raises(Refused, match=r"unknown \{commit\}; there are \{service\}, \{environment\}"):
        CommandDeployer(Settings(deploy="true", running="running {commit}"))


def test_a_world_that_runs_another_commit_than_asked_is_seen() -> None:
    world = MemoryDeployer(lambda: NOON, instead={SECOND: FIRST})
    world.deploy("shop", "stage", SECOND)
    running = world.running("shop", "stage")
    assert running is not None
    assert running.commit == FIRST


def test_a_deployment_that_arrives_late_leaves_the_old_one_running_until_then() -> None:
    clock = [NOON]
    world = MemoryDeployer(lambda: clock[0])
    world.deploy("shop", "stage", FIRST)
    world.delay = timedelta(minutes=5)
    world.deploy("shop", "stage", SECOND)
    world.deploy("shop", "stage", SECOND)
    seen = []
    for minutes in (0, 4, 5):
        clock[0] = NOON + timedelta(minutes=minutes)
        running = world.running("shop", "stage")
        assert running is not None
        seen.append((running.commit, running.since))
    assert seen == [(FIRST, NOON), (FIRST, NOON), (SECOND, NOON + timedelta(minutes=5))]


def test_a_world_where_deployments_fail() -> None:
    world = MemoryDeployer(lambda: NOON, failing="the disk is full; make room")
    with pytest.raises(Refused, match="the disk is full; make room"):
        world.deploy("shop", "stage", FIRST)
    assert world.running("shop", "stage") is None
