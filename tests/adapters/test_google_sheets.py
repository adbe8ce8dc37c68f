"""Google Sheets under the contract of spreadsheets, on a stand-in that checks each call by Google's own description."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

import pytest

from chairlift.adapters.google_sheets import GoogleSheets, Settings
from chairlift.ports import Refused, Unavailable
from chairlift.spreadsheets import Edits
from chairlift.testing.contracts.spreadsheet import HEAD, TITLE, SpreadsheetContract
from chairlift.testing.fakes.spreadsheet import MemorySpreadsheet
from tests.discovery import Answer, check_call
from tests.googlesheets import EMAIL, SPREADSHEET, stand_in


@pytest.fixture
def google(tmp_path):
    with stand_in(tmp_path) as running:
        yield running


@pytest.fixture
def settings(google):
    return Settings(SPREADSHEET, google.credentials, google.url)


@pytest.fixture
def sheets(settings):
    return GoogleSheets(settings)


class TestContract(SpreadsheetContract):
    @pytest.fixture
    def spreadsheet(self, sheets):
        return sheets

    @pytest.fixture
    def person(self, google):
        return google.book.person

    @pytest.fixture
    def away(self, settings):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return GoogleSheets(replace(settings, endpoint=f"http://127.0.0.1:{free.getsockname()[1]}"))


class TestMemory(SpreadsheetContract):
    @pytest.fixture
    def spreadsheet(self):
        return MemorySpreadsheet()

    @pytest.fixture
    def person(self, spreadsheet):
        return spreadsheet.type

    @pytest.fixture
    def away(self):
        return MemorySpreadsheet(away="the cable is cut")


class TestCalls:
    def test_one_to_read_and_two_to_write(self, google, sheets):
        cells = {(row, column): f"{row}" for row in range(10_000) for column in range(16) if column != 4 or row % 2}
        sheets.write(TITLE, None, Edits(cells, frozen=(1, 1)))
        assert google.book.calls == ["sheets.spreadsheets.batchUpdate", "sheets.spreadsheets.values.batchUpdate"]
        assert sheets.read(TITLE).rows[9999][15] == "9999"
        assert google.book.calls[2:] == ["sheets.spreadsheets.get"]
        assert google.book.signed_in == 1

    def test_looks(self, google, sheets):
        edits = Edits(HEAD, (1, 1), ((1, 1), ("DIY", "Hands-off")), {"squad": "FFEB9C"}, (3, 9))
        sheets.write(TITLE, None, edits)
        sheet = google.book.sheet(TITLE)
        ((place, words),) = sheet.menus
        assert (place["startRowIndex"], place["startColumnIndex"], place["endColumnIndex"]) == (1, 1, 2)
        assert (words, sheet.bold, sheet.frozen) == (["DIY", "Hands-off"], {0}, (1, 1))
        google.book.person(TITLE, 5, 3, "squad, soon")
        assert (sheet.colour(5, 3), sheet.colour(5, 2)) == ("FFEB9C", "")

    def test_a_number_is_read_as_it_is_shown(self, google, sheets):
        google.book.person("Sheet1", 0, 0, "2")
        assert sheets.read("Sheet1").rows == (("2",),)


class TestTrouble:
    @pytest.mark.parametrize(
        ("fault", "after", "words"),
        [
            ("429", 60, "quota.* again in 60 seconds"),
            ("429 after", 120, "again in 120 seconds"),
            ("503", None, "away .503"),
            ("html", None, "away .502"),
            ("truncated", None, "does not answer properly"),
            ("slow", None, "does not answer properly"),
        ],
    )
    def test_away(self, google, settings, fault, after, words):
        google.book.fault = fault
        sheets = GoogleSheets(replace(settings, seconds=1))
        with pytest.raises(Unavailable, match=words) as caught:
            sheets.read(TITLE)
        assert caught.value.after == after

    def test_not_shared(self, google, sheets):
        google.book.fault = "403"
        with pytest.raises(Refused, match=f"share it with {EMAIL} as editor"):
            sheets.read(TITLE)

    def test_not_there(self, settings):
        with pytest.raises(Refused, match=r"no spreadsheet 1Another.*check the address"):
            GoogleSheets(replace(settings, spreadsheet="1AnotherSpreadsheet")).read(TITLE)

    def test_not_let_in(self, google, sheets):
        google.book.fault = "invalid_grant"
        with pytest.raises(Refused, match=f"does not let {EMAIL} in; make a new key"):
            sheets.read(TITLE)

    def test_a_token_that_is_over_is_renewed(self, google, sheets):
        sheets.tabs()
        google.book.tokens.clear()
        assert sheets.tabs() == {0: "Sheet1"}
        assert google.book.signed_in == 2

    @pytest.mark.parametrize("text", ["", "{}", "[1]", '{"client_email": "x", "private_key": "hush"}'])
    def test_a_key_file_that_is_none(self, settings, text):
        settings.credentials.write_text(text)
        with pytest.raises(Refused, match="is no key of a service account; download") as caught:
            GoogleSheets(settings).read(TITLE)
        assert "hush" not in str(caught.value)

    def test_a_key_file_that_is_not_there(self, settings, tmp_path):
        with pytest.raises(Refused, match=r"cannot be read .No such file"):
            GoogleSheets(replace(settings, credentials=tmp_path / "none.json")).read(TITLE)

    @pytest.mark.parametrize(
        ("given", "words"),
        [({"spreadsheet": "my sheet"}, "no Google spreadsheet"), ({"endpoint": "http://example.org"}, "write https")],
    )
    def test_settings_that_cannot_be(self, settings, given, words):
        with pytest.raises(Refused, match=words):
            GoogleSheets(replace(settings, **given))

    @pytest.mark.parametrize("fault", ["403", "429", "503", "html", "truncated", "invalid_grant"])
    def test_no_secret_is_told(self, google, sheets, fault):
        google.book.fault = fault
        with pytest.raises((Refused, Unavailable)) as caught:
            sheets.read(TITLE)
        error = caught.value
        assert error.__suppress_context__
        key = json.loads(google.credentials.read_text())["private_key"].splitlines()[1]
        for secret in (key, "Bearer", *google.book.tokens):
            assert secret not in str(error)


class TestStandIn:
    """It must notice what Google would."""

    @pytest.mark.parametrize(
        ("path", "query", "body"),
        [
            ("v4/spreadsheets/x:batchUpdate", {}, {"requests": [{"paint": {}}]}),
            ("v4/spreadsheets/x:batchUpdate", {}, {"requests": [{"addSheet": {"properties": {"sheetId": "1"}}}]}),
            ("v4/spreadsheets/x:batchUpdate", {"colour": ["red"]}, {"requests": []}),
            ("v4/spreadsheets/x/values:batchUpdate", {}, {"valueInputOption": "COOKED"}),
            ("v4/spreadsheets/x/values:batchUpdate", {}, {"data": {"range": "A1"}}),
            ("v4/spreadsheets/x/values:batchUpdat", {}, {}),
            ("v4/spreadsheets/x", {}, {}),
        ],
    )
    def test_wrong_calls(self, path, query, body):
        with pytest.raises(Answer):
            check_call("POST", path, query, body)

    def test_right_calls(self):
        body = {"valueInputOption": "RAW", "data": [{"range": "'x'!A1:A1", "values": [["=1"]]}]}
        id, _ = check_call("POST", "v4/spreadsheets/x/values:batchUpdate", {"alt": ["json"]}, body)
        assert id == "sheets.spreadsheets.values.batchUpdate"
