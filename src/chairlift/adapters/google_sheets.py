"""A Google spreadsheet through gspread, as a service account with which somebody has shared it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from chairlift.ports import Refused, Unavailable
from chairlift.spreadsheets import Edits, Formula, Tab

GOOGLE = "https://sheets.googleapis.com"
_SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
_ID = re.compile(r"(?:https://docs\.google\.com/spreadsheets/d/)?([A-Za-z0-9_-]{10,200})(?:[/?#].*)?")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: Quotas of Sheets are counted by the minute.
_QUOTA_SECONDS = 60.0
_LONGEST_WAIT = 3600.0
_TABS = "sheets.properties(sheetId,title)"
_CELLS = (
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount,frozenRowCount,frozenColumnCount)),"
    "conditionalFormats(booleanRule(condition)),data(rowData(values(userEnteredValue,formattedValue))))"
)
_BEGINS = "TEXT_STARTS_WITH"

T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """`spreadsheet` is its address or its id, `credentials` the JSON key of the service account.

    `endpoint` is where Sheets v4 answers: another one only for a proxy or in tests.
    """

    spreadsheet: str
    credentials: Path
    endpoint: str = GOOGLE
    seconds: int = 60


class GoogleSheets:
    """Fulfils `spreadsheets.Spreadsheet`: one call to read, one each to write what cells say and how they look."""

    def __init__(self, settings: Settings) -> None:
        found = _ID.fullmatch(settings.spreadsheet)
        if not found:
            raise Refused(f"{settings.spreadsheet!r} is no Google spreadsheet: copy its address from the browser")
        where = urlsplit(settings.endpoint)
        if where.scheme != "https" and where.hostname not in _LOOPBACK:
            raise Refused(f"endpoint {settings.endpoint!r} would send the token in the clear: write https://")
        self._id, self._settings = found[1], settings
        self._who = "the service account"
        self._client: Any = None

    def tabs(self) -> Mapping[int, str]:
        params = {"fields": _TABS}
        found = self._asked(lambda: self._http().spreadsheets_get(self._id, params))
        return {_number(sheet["properties"], "sheetId"): sheet["properties"]["title"] for sheet in _sheets(found)}

    def read(self, title: str) -> Tab | None:
        params = {"fields": _CELLS, "ranges": _quoted(title)}
        try:
            found = self._asked(lambda: self._http().spreadsheets_get(self._id, params))
        except _BadRange as error:
            # That is how Google says that there is no such tab; it might also mean something else.
            if title in self.tabs().values():
                raise Refused(str(error)) from None
            return None
        sheets = [sheet for sheet in _sheets(found) if sheet["properties"].get("title") == title]
        return _tab(sheets[0]) if sheets else None

    def write(self, title: str, tab: Tab | None, edits: Edits) -> int:
        """First how it looks, with the room for what then is written; values go as RAW: nothing in them is parsed."""
        sheet = tab.id if tab else int(hashlib.sha256(title.encode()).hexdigest()[:7], 16)
        if requests := list(_requests(sheet, title, tab, edits)):
            self._asked(lambda: self._http().batch_update(self._id, {"requests": requests}))
        if edits.cells:
            data = [
                {"range": f"{_quoted(title)}!{first}:{last}", "majorDimension": "ROWS", "values": values}
                for first, last, values in _blocks(edits.cells)
            ]
            body = {"valueInputOption": "RAW", "data": data}
            self._asked(lambda: self._http().values_batch_update(self._id, body))
        return sheet

    def _http(self) -> Any:
        """gspread's client; made with the first call, so that a key file can be put right without a restart."""
        if self._client is None:
            # Slow to import, and only those pay for it who have a Google Sheet.
            from gspread.http_client import HTTPClient

            base = self._settings.endpoint.rstrip("/")

            class At(HTTPClient):
                def request(self, method: str, endpoint: str, *given: Any, **named: Any) -> Any:
                    return super().request(method, endpoint.replace(GOOGLE, base, 1), *given, **named)

            client = At(self._credentials())
            client.set_timeout(self._settings.seconds)
            self._client = client
        return self._client

    def _credentials(self) -> Any:
        from google.oauth2.service_account import Credentials

        file, remedy = self._settings.credentials, "download the service account's key as JSON again"
        try:
            key = json.loads(file.read_text())
            self._who = str(key["client_email"])
            sign_in: Any = Credentials
            return sign_in.from_service_account_info(key, scopes=_SCOPES)
        except OSError as error:
            raise Refused(f"the key file {file} cannot be read ({error.strerror}); {remedy}") from None
        except Exception:
            # Whatever is said of it might quote it.
            raise Refused(f"{file} is no key of a service account; {remedy}") from None

    def _asked(self, call: Callable[[], T]) -> T:
        """What Google answered; errors without a word of what was sent."""
        from google.auth.exceptions import GoogleAuthError, TransportError
        from gspread.exceptions import APIError
        from requests import RequestException

        try:
            return call()
        except APIError as error:
            raise self._explained(error) from None
        except (RequestException, TransportError, ValueError) as error:
            what = f"Google Sheets does not answer properly ({type(error).__name__})"
            raise Unavailable(f"{what}: can this machine reach {self._settings.endpoint}?") from None
        except GoogleAuthError as error:
            if getattr(error, "retryable", False):
                raise Unavailable("Google's sign-in does not answer; it is asked again later") from None
            remedy = f"make a new key for it and put it into {self._settings.credentials}"
            raise Refused(f"Google does not let {self._who} in; {remedy}, and check this machine's clock") from None

    def _explained(self, error: Any) -> Exception:
        code = error.response.status_code
        try:
            said = " ".join(str(error.error.get("message", "")).split())[:200]
        except AttributeError:
            said = ""
        if code == 429 or code >= 500:
            after = _seconds(error.response.headers.get("Retry-After", ""), _QUOTA_SECONDS if code == 429 else None)
            what = "the quota of Google Sheets is used up (429)" if code == 429 else f"Google Sheets is away ({code})"
            return Unavailable(what + (f": again in {after:.0f} seconds" if after else ""), after=after)
        if error.code == -1:
            return Unavailable(f"Google Sheets does not answer properly ({code}, and no word that it would say)")
        if code == 403:
            remedy = f"share it with {self._who} as editor, and enable the Google Sheets API in its project"
            return Refused(f"Google does not let {self._who} into spreadsheet {self._id} (403: {said}); {remedy}")
        if code == 404:
            remedy = f"check the address in chairlift.toml, and share it with {self._who} as editor"
            return Refused(f"there is no spreadsheet {self._id} (404); {remedy}")
        if code == 401:
            return Refused(f"Google does not know {self._who} (401); make a new key for it")
        words = f"Google refuses this ({code}: {said}); that is a bug in Chairlift, or in what stands between"
        return _BadRange(words) if code == 400 and "range" in said else Refused(words)


class _BadRange(Refused):
    """Google cannot make anything of the name of a range."""


def _seconds(text: str, fallback: float | None) -> float | None:
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() else fallback


def _sheets(found: Any) -> list[Any]:
    if not isinstance(found, dict) or not isinstance(found.get("sheets"), list):
        raise Unavailable("Google Sheets answers something else than a spreadsheet; is a proxy in between?")
    sheets: list[Any] = found["sheets"]
    return sheets


def _number(properties: Mapping[str, Any], key: str) -> int:
    """Google leaves zeros out."""
    return int(properties.get(key, 0))


def _tab(sheet: Mapping[str, Any]) -> Tab:
    grid = sheet["properties"].get("gridProperties", {})
    data = sheet.get("data") or [{}]
    rules = [rule.get("booleanRule", {}).get("condition", {}) for rule in sheet.get("conditionalFormats", ())]
    begins = [value for rule in rules if rule.get("type") == _BEGINS for value in rule.get("values", ())]
    return Tab(
        id=_number(sheet["properties"], "sheetId"),
        rows=_trimmed(tuple(map(_row, data[0].get("rowData", ())))),
        height=_number(grid, "rowCount"),
        width=_number(grid, "columnCount"),
        frozen=(_number(grid, "frozenRowCount"), _number(grid, "frozenColumnCount")),
        coloured=frozenset(str(value.get("userEnteredValue", "")) for value in begins),
    )


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    return _trimmed(tuple(map(_text, row.get("values", ()))))


def _trimmed(values: tuple[Any, ...]) -> tuple[Any, ...]:
    end = len(values)
    while end and not values[end - 1]:
        end -= 1
    return values[:end]


def _text(cell: Mapping[str, Any]) -> str:
    value = cell.get("userEnteredValue", {})
    if "formulaValue" in value:
        return Formula(_plain(value["formulaValue"]))
    return _plain(str(value.get("stringValue", cell.get("formattedValue", ""))))


def _plain(text: str) -> str:
    """What every database can keep: no NUL, and no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _quoted(title: str) -> str:
    return "'" + title.replace("'", "''") + "'"


def _a1(row: int, column: int) -> str:
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _blocks(cells: Mapping[tuple[int, int], str]) -> Iterator[tuple[str, str, list[list[str]]]]:
    """The cells as few rectangles: spans beside each other, then equal spans below each other."""
    spans: list[tuple[int, int, list[str]]] = []
    for (row, column), text in sorted(cells.items()):
        if spans and spans[-1][0] == row and spans[-1][1] + len(spans[-1][2]) == column:
            spans[-1][2].append(text)
        else:
            spans.append((row, column, [text]))
    spans.sort(key=lambda span: (span[1], len(span[2]), span[0]))
    blocks: list[tuple[int, int, list[list[str]]]] = []
    for row, column, texts in spans:
        last = blocks[-1] if blocks else None
        if last and last[1] == column and last[0] + len(last[2]) == row and len(last[2][0]) == len(texts):
            last[2].append(texts)
        else:
            blocks.append((row, column, [texts]))
    for row, column, values in blocks:
        yield _a1(row, column), _a1(row + len(values) - 1, column + len(values[0]) - 1), values


def _requests(sheet: int, title: str, tab: Tab | None, edits: Edits) -> Iterator[dict[str, Any]]:
    """Room first; then the frozen part, the menu and the colours."""
    height = 1 + max((row for row, _ in edits.cells), default=0)
    width = 1 + max((column for _, column in edits.cells), default=0)
    if tab is None:
        grid = {"rowCount": max(height, Tab.height), "columnCount": max(width, Tab.width)}
        yield {"addSheet": {"properties": {"sheetId": sheet, "title": title, "gridProperties": grid}}}
    else:
        for dimension, more in (("ROWS", height - tab.height), ("COLUMNS", width - tab.width)):
            if more > 0:
                yield {"appendDimension": {"sheetId": sheet, "dimension": dimension, "length": more}}
    if edits.frozen:
        rows, columns = edits.frozen
        grid = {"frozenRowCount": rows, "frozenColumnCount": columns}
        fields = ",".join(f"gridProperties.{name}" for name in grid)
        yield {"updateSheetProperties": {"properties": {"sheetId": sheet, "gridProperties": grid}, "fields": fields}}
        head = {"sheetId": sheet, "startRowIndex": rows - 1, "endRowIndex": rows}
        bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
        yield {"repeatCell": {"range": head, "cell": bold, "fields": "userEnteredFormat.textFormat.bold"}}
    if edits.menu:
        (row, column), words = edits.menu
        place = {"sheetId": sheet, "startRowIndex": row, "startColumnIndex": column, "endColumnIndex": column + 1}
        condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": word} for word in words]}
        # Not strict: a word that is not on the menu is marked, and Chairlift says what is wrong with it.
        rule = {"condition": condition, "showCustomUi": True, "strict": False}
        yield {"setDataValidation": {"range": place, "rule": rule}}
    first, last = edits.coloured_columns
    for word, colour in edits.colours.items():
        place = {"sheetId": sheet, "startRowIndex": 1, "startColumnIndex": first, "endColumnIndex": last}
        condition = {"type": _BEGINS, "values": [{"userEnteredValue": word}]}
        rule = {"condition": condition, "format": {"backgroundColor": _rgb(colour)}}
        yield {"addConditionalFormatRule": {"rule": {"ranges": [place], "booleanRule": rule}, "index": 0}}


def _rgb(colour: str) -> dict[str, float]:
    parts = zip(("red", "green", "blue"), bytes.fromhex(colour), strict=True)
    return {name: round(value / 255, 4) for name, value in parts}
