"""The shared spreadsheet at the command line: synced, settled, and what is wrong said in one line."""

from __future__ import annotations

import pytest

from tests.cli.said import FINE, PERSON, TROUBLE, USAGE
from tests.googlesheets import EMAIL, SPREADSHEET, stand_in


@pytest.fixture
def google(tmp_path):
    with stand_in(tmp_path) as running:
        yield running


@pytest.fixture
def shared(shop, google):
    lines = [f'[sheets."{shop.campaign.slug}"]', 'kind = "google"', f'spreadsheet = "{SPREADSHEET}"', 'by = "Lena"']
    lines += [f'credentials = "{google.credentials}"', f'endpoint = "{google.url}"', 'tab = "Upgrade"']
    (shop.home / "chairlift.toml").write_text("\n".join(lines))
    return shop


class TestSync:
    def test_both_ways(self, run, shared, google):
        first = run("sheet", "--sync")
        assert (first.code, first.lines[-1].split(",")[0]) == (FINE, "0 choices taken from the sheet")
        google.book.person("Upgrade", 1, 2, "DIY")
        second = run("sheet", "--sync")
        assert second.lines[0] == "shop: not chosen -> DIY"
        assert run("sheet", "--sync", "--json").json == {"taken": [], "written": 0, "problems": [], "conflicts": []}
        assert run("settle").lines[-1].startswith("0 things in the way; last synced ")

    def test_what_differs_is_settled(self, run, shared, google):
        run("sheet", "--sync")
        run("choose", "shop", "DIY", "--as", "Ana")
        google.book.person("Upgrade", 1, 2, "Review everything")
        said = run("sheet", "--sync")
        assert said.code == PERSON
        assert "shop, Level: 'Review everything' in the sheet, 'DIY' in Chairlift: it was changed here and" in said.err
        assert run("settle").code == PERSON
        assert run("settle", "shop").code == USAGE
        assert run("settle", "shop", "--take", "sheet", "--as", "Cy").code == USAGE
        assert run("settle", "SHOP", "--take", "sheet", "--as", "Ana").lines == [
            "shop, Level: DIY -> Review everything"
        ]
        assert "nothing to settle at shop" in run("settle", "shop", "--take", "sheet", "--as", "Ana").err
        assert run("sheet", "--sync").code == FINE

    def test_not_shared(self, run, shared, google):
        google.book.fault = "403"
        for words in (["sheet", "--sync"], ["doctor"]):
            said = run(*words)
            assert said.code == TROUBLE
            assert f"share it with {EMAIL} as editor" in said.err + said.text

    def test_not_configured(self, run, shop):
        said = run("sheet", "--sync")
        assert said.code == USAGE
        assert "tiny has no spreadsheet: add [sheets." in said.err

    def test_a_table_for_no_campaign(self, run, shared):
        text = (shared.home / "chairlift.toml").read_text()
        (shared.home / "chairlift.toml").write_text(text.replace('sheets."tiny"', 'sheets."huge"'))
        said = run("doctor")
        assert said.code == TROUBLE
        assert "no campaign called 'huge'" in said.text
