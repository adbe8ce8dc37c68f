"""The budget that all workers share: the contract, many at once on one database, and how few it writes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection

from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.ports import Spent
from chairlift.server.budgets import GOOD, SLICE, DatabaseBudget, ticks, urgently
from chairlift.server.database import VARIABLE
from chairlift.server.models import ForgeState, Spending
from chairlift.testing.contracts.budget import GITHUB, WHO, BudgetContract, asked
from tests.postgresql import fresh_database


class TestDatabaseBudget(BudgetContract):
    @pytest.fixture
    def budget(self, time, db):
        return DatabaseBudget("hub", time.now, time.ticks, time.sleep)

    def test_of_two_processes_each_sees_what_the_other_spends(self, budget, time):
        other = DatabaseBudget("hub", time.now, time.ticks, time.sleep)
        limits = Limits(creates_hour=3)
        for each in (budget, other, budget):
            each.spend(WHO, limits, Lane.OPEN, Call.CREATE)
        assert asked(other, limits, Lane.OPEN, Call.CREATE) == 0

    def test_a_machine_that_is_new_gains_no_time(self, budget, time):
        limits = Limits(creates_hour=3)
        assert asked(budget, limits, Lane.OPEN, Call.CREATE) == 3
        ahead = [90_000.0]
        other = DatabaseBudget("hub", time.now, lambda: ("there", ahead[0]), time.sleep)
        with pytest.raises(Spent) as spent:
            other.spend(WHO, limits, Lane.OPEN, Call.CREATE)
        ahead[0] += spent.value.after
        other.spend(WHO, limits, Lane.OPEN, Call.CREATE)

    def test_undoing_is_in_the_first_lane_whatever_it_is_for(self, budget):
        limits = Limits(creates_hour=100)
        assert asked(budget, limits, Lane.OPEN, Call.CREATE) == 96
        with urgently():
            budget.spend(WHO, limits, Lane.OPEN, Call.CREATE)
        assert asked(budget, limits, Lane.OPEN, Call.CREATE) == 0

    def test_many_reads_are_few_writes(self, budget, time):
        for _ in range(200):
            budget.spend(WHO, GITHUB, Lane.READ, Call.READ)
            time.sleep(0.05)
        assert Spending.objects.get().edition <= 30

    def test_a_slow_reader_takes_nothing_in_advance(self, budget, time):
        limits = Limits(requests_hour=100)
        for _ in range(50):
            budget.spend(WHO, limits, Lane.READ, Call.READ)
            time.sleep(GOOD * 2)
        assert asked(budget, limits, Lane.READ, Call.READ) == 40

    def test_what_was_taken_in_advance_is_lost_when_the_forge_says_stop(self, budget):
        for _ in range(4):
            budget.spend(WHO, GITHUB, Lane.READ, Call.READ)
        budget.heard(WHO, Heard(retry_after=30))
        assert asked(budget, GITHUB, Lane.READ, Call.READ) == 0

    def test_who_waits_holds_no_transaction_and_is_known(self, budget, time):
        slept = []

        def sleep(seconds):
            assert not connection.in_atomic_block or connection.savepoint_ids == []
            slept.append(seconds)
            time.sleep(seconds)

        other = DatabaseBudget("hub", time.now, time.ticks, sleep)
        for _ in range(3):
            other.spend(WHO, GITHUB, Lane.OPEN, Call.WRITE)
        assert slept == [1.0, 1.0]
        assert ForgeState.objects.get(forge="hub").identity == WHO

    def test_a_call_and_an_answer_are_few_queries(self, budget, django_assert_max_num_queries):
        budget.spend(WHO, GITHUB, Lane.OPEN, Call.CREATE)
        with django_assert_max_num_queries(2):
            budget.spend(WHO, GITHUB, Lane.OPEN, Call.CREATE)
        with django_assert_max_num_queries(2):
            budget.heard(WHO, Heard(limit=5000, remaining=4000))
        with django_assert_max_num_queries(0):
            budget.heard(WHO, Heard())


def test_this_machine_counts_forwards():
    (name, first), (again, second) = ticks(), ticks()
    assert name == again
    assert first <= second


_ASK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from chairlift.cli.frame import open_home
open_home(Path(sys.argv[1]))
from chairlift.core.budget import Call, Lane, Limits
from chairlift.server.budgets import DatabaseBudget
from chairlift.testing.contracts.budget import asked
budget = DatabaseBudget("hub", lambda: datetime.now(UTC))
print("ready", flush=True)
sys.stdin.readline()
print(asked(budget, Limits(creates_hour=60), Lane.MERGE, Call.CREATE))
print(asked(budget, Limits(requests_hour=300), Lane.MERGE, Call.READ))
"""


def test_many_processes_at_once_pass_no_limit(tmp_path):
    """And come up to it: each reads up to what the others left, less what lies in a slice at the end."""
    url = {VARIABLE: fresh_database(os.environ[VARIABLE])} if VARIABLE in os.environ else {}
    environment = {**os.environ, **url, "CHAIRLIFT_HOME": str(tmp_path)}
    argv = [sys.executable, "-c", _ASK, str(tmp_path)]
    pipe = subprocess.PIPE
    asking = [subprocess.Popen(argv, env=environment, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    for each in asking:
        assert each.stdout.readline() == "ready\n"
    for each in asking:
        each.stdin.write("go\n")
        each.stdin.flush()
    made = [[int(count) for count in each.communicate(timeout=120)[0].split()] for each in asking]
    assert sum(creates for creates, _ in made) == 59
    assert 294 - 2 * SLICE <= sum(reads for _, reads in made) <= 294
