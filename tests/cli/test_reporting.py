"""The weekly report at the command line: in three forms, of any week, and what is wrong said in one line."""

from __future__ import annotations

import pytest

from chairlift.core.week import Week
from chairlift.server import choices
from tests.cli.said import FINE, USAGE


@pytest.fixture
def chosen(shop):
    choices.choose(shop.row("shop"), "DIY", "Ana", "", shop.roster, shop.now)
    return shop


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), "1 newly chosen"),
        (("--format", "markdown"), "- [1](http://127.0.0.1:8400/campaigns/tiny/report/chosen?week="),
        (("--format", "html"), "<h2>Service levels</h2>"),
        (("--squad", "ibis"), "No service takes part yet"),
    ],
)
def test_forms(run, chosen, words, found):
    said = run("report", *words)
    assert said.code == FINE
    assert found in said.text


def test_of_another_week(run, chosen):
    before = str(Week.of(chosen.now, chosen.campaign.value.zone).later(-1))
    assert before in run("report", "--week", before).text


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--week", "nonsense"), "write it as 2026-W48"),
        (("--week", "2199-W01"), "has not begun"),
        (("--squad", "Egret"), "no squad called 'Egret'"),
        (("--format", "pdf"), "pdf"),
    ],
)
def test_what_is_wrong(run, chosen, words, why):
    said = run("report", *words)
    assert said.code == USAGE
    assert why in said.err
