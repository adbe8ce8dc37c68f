"""A stand-in for Google: Sheets v4 from memory, which checks each call against the discovery document, and sign-in."""

from __future__ import annotations

import base64
import json
import re
import secrets
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.discovery import Answer, check_call, invalid

SPREADSHEET = "1StandInSpreadsheetForTests_0"
EMAIL = "chairlift@stand-in.iam.gserviceaccount.com"
#: What google-auth signs for, wherever it then signs in.
AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/spreadsheets"
CELL = re.compile(r"([A-Z]+)(\d+)")


# What it remembers


@dataclass
class Sheet:
    """One tab. `cells` are userEnteredValues by row and column."""

    id: int
    title: str
    height: int = 1000
    width: int = 26
    frozen: tuple[int, int] = (0, 0)
    cells: dict[tuple[int, int], dict] = field(default_factory=dict)
    rules: list[dict] = field(default_factory=list)
    menus: list[tuple[dict, list[str]]] = field(default_factory=list)
    bold: set[int] = field(default_factory=set)

    def put(self, row, column, value):
        if row >= self.height or column >= self.width:
            raise invalid(f"Range exceeds grid limits. Max rows: {self.height}, max columns: {self.width}")
        self.cells.pop((row, column), None)
        if value:
            self.cells[row, column] = value

    def texts(self):
        """Rows of what people see."""
        last = max((row for row, _ in self.cells), default=-1)
        return [self.row(row) for row in range(last + 1)]

    def row(self, row):
        columns = [column for place, column in self.cells if place == row]
        return [shown(self.cells.get((row, c), {})) for c in range(max(columns, default=-1) + 1)]

    def colour(self, row, column):
        """RGB of the first rule that holds for this cell; empty where none does."""
        for rule in self.rules:
            (place,) = rule["ranges"]
            condition = rule["booleanRule"]["condition"]
            inside = row >= place.get("startRowIndex", 0) and (
                place.get("startColumnIndex", 0) <= column < place["endColumnIndex"]
            )
            if inside and shown(self.cells.get((row, column), {})).startswith(
                condition["values"][0]["userEnteredValue"]
            ):
                rgb = rule["booleanRule"]["format"]["backgroundColor"]
                return "".join(f"{round(rgb[name] * 255):02X}" for name in ("red", "green", "blue"))
        return ""


def shown(value):
    if "formulaValue" in value:
        return "#computed"
    return str(next(iter(value.values()), ""))


def typed(text):
    """As Google takes what a person types."""
    if text.startswith("="):
        return {"formulaValue": text}
    if re.fullmatch(r"-?\d+", text):
        return {"numberValue": int(text)}
    return {"stringValue": text} if text else {}


def column_of(letters):
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


@dataclass
class Book:
    """The spreadsheet; `calls` are the ids of the methods called, `before` is called ahead of each."""

    sheets: list[Sheet] = field(default_factory=lambda: [Sheet(0, "Sheet1")])
    calls: list[str] = field(default_factory=list)
    bodies: list[int] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    signed_in: int = 0
    fault: str = ""
    before: object = None

    def sheet(self, title):
        for sheet in self.sheets:
            if sheet.title == title:
                return sheet
        raise invalid(f"Unable to parse range: {title}")

    def by_id(self, id):
        for sheet in self.sheets:
            if sheet.id == id:
                return sheet
        raise invalid(f"No grid with id: {id}")

    def person(self, title, row, column, text):
        self.sheet(title).put(row, column, typed(text))

    def range(self, text):
        quoted, _, cells = text.rpartition("!") if "!" in text else (text, "", "")
        if not (quoted.startswith("'") and quoted.endswith("'")):
            raise invalid(f"Unable to parse range: {text}")
        return self.sheet(quoted[1:-1].replace("''", "'")), cells

    # The methods

    def spreadsheets_get(self, query):
        fields = query.get("fields", [""])[0]
        sheets = [self.range(each)[0] for each in query["ranges"]] if "ranges" in query else self.sheets
        return {"sheets": [self.seen(sheet, "rowData" in fields) for sheet in sheets]}

    def seen(self, sheet, cells):
        properties = {"title": sheet.title, **({"sheetId": sheet.id} if sheet.id else {})}
        if not cells:
            return {"properties": properties}
        grid = {"rowCount": sheet.height, "columnCount": sheet.width}
        grid |= {name: n for name, n in zip(("frozenRowCount", "frozenColumnCount"), sheet.frozen, strict=True) if n}
        by_row = {}
        for (row, column), value in sheet.cells.items():
            by_row.setdefault(row, {})[column] = {"userEnteredValue": value, "formattedValue": shown(value)}
        rows = [
            {"values": [found.get(c, {}) for c in range(max(found) + 1)]} if (found := by_row.get(r)) else {}
            for r in range(max(by_row, default=-1) + 1)
        ]
        answer = {"properties": {**properties, "gridProperties": grid}, "data": [{"rowData": rows} if rows else {}]}
        if sheet.rules:
            rules = [{"condition": rule["booleanRule"]["condition"]} for rule in sheet.rules]
            answer["conditionalFormats"] = [{"booleanRule": rule} for rule in rules]
        return answer

    def values_batchUpdate(self, body):
        if body["valueInputOption"] not in ("RAW", "USER_ENTERED"):
            raise invalid("'valueInputOption' is required")
        for part in body["data"]:
            sheet, cells = self.range(part["range"])
            first, last = (CELL.fullmatch(each) for each in cells.split(":"))
            for r, row in enumerate(part["values"]):
                for c, value in enumerate(row):
                    place = int(first[2]) - 1 + r, column_of(first[1]) + c
                    if place[0] >= int(last[2]) or place[1] > column_of(last[1]):
                        raise invalid(f"Requested writing within range [{part['range']}], but tried writing beyond")
                    raw = body["valueInputOption"] == "RAW"
                    sheet.put(*place, ({"stringValue": value} if value else {}) if raw else typed(value))
        return {"spreadsheetId": SPREADSHEET}

    def spreadsheets_batchUpdate(self, body):
        for request in body["requests"]:
            ((name, given),) = request.items()
            getattr(self, name)(given)
        return {"spreadsheetId": SPREADSHEET, "replies": [{} for _ in body["requests"]]}

    def addSheet(self, given):
        properties = given["properties"]
        if any(s.id == properties["sheetId"] or s.title == properties["title"] for s in self.sheets):
            raise invalid("A sheet with that name or id already exists.")
        grid = properties["gridProperties"]
        self.sheets.append(Sheet(properties["sheetId"], properties["title"], grid["rowCount"], grid["columnCount"]))

    def appendDimension(self, given):
        sheet = self.by_id(given["sheetId"])
        if given["dimension"] == "ROWS":
            sheet.height += given["length"]
        else:
            sheet.width += given["length"]

    def updateSheetProperties(self, given):
        grid = given["properties"]["gridProperties"]
        assert given["fields"] == "gridProperties.frozenRowCount,gridProperties.frozenColumnCount"
        self.by_id(given["properties"]["sheetId"]).frozen = (grid["frozenRowCount"], grid["frozenColumnCount"])

    def repeatCell(self, given):
        assert given["fields"] == "userEnteredFormat.textFormat.bold"
        self.by_id(given["range"]["sheetId"]).bold.add(given["range"]["startRowIndex"])

    def setDataValidation(self, given):
        words = [value["userEnteredValue"] for value in given["rule"]["condition"]["values"]]
        self.by_id(given["range"]["sheetId"]).menus.append((given["range"], words))

    def addConditionalFormatRule(self, given):
        self.by_id(given["rule"]["ranges"][0]["sheetId"]).rules.insert(given["index"], given["rule"])


class StandIn:
    """Google on a port of this machine. `book.fault` is what it does instead of answering well."""

    def __init__(self, folder):
        self.book = Book()
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.public = key.public_key()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.answer(self, "GET")

            def do_POST(self):
                outer.answer(self, "POST")

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        self.secret = key.private_bytes(*pem).decode()
        info = {"type": "service_account", "client_email": EMAIL, "private_key": self.secret, "private_key_id": "k1"}
        self.credentials = folder / "key.json"
        self.credentials.write_text(json.dumps({**info, "token_uri": f"{self.url}/token"}))

    def answer(self, request, verb):
        length = int(request.headers.get("Content-Length") or 0)
        raw, url = request.rfile.read(length), urlsplit(request.path)
        extra = {}
        try:
            if url.path == "/token":
                code, answer = 200, self.sign_in(parse_qs(raw.decode()))
            else:
                self.book.bodies.append(length)
                code, answer = 200, self.call(request, verb, url, json.loads(raw) if raw else None)
        except Answer as error:
            code, extra = error.code, error.headers
            answer = {"error": {"code": code, "message": error.message, "status": error.status}}
            if url.path == "/token":
                answer = {"error": error.status, "error_description": error.message}
        data = json.dumps(answer).encode()
        if self.book.fault == "truncated" and url.path != "/token":
            data = data[: len(data) // 2]
        if self.book.fault == "html" and url.path != "/token":
            code, data = 502, b"<html>Bad gateway</html>"
        request.send_response(code)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **extra}.items():
            request.send_header(name, value)
        request.end_headers()
        # Whoever has hung up meanwhile is told nothing.
        with suppress(BrokenPipeError):
            request.wfile.write(data)

    def sign_in(self, form):
        (assertion,) = form["assertion"]
        _, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in assertion.split("."))
        self.public.verify(signature, assertion.rpartition(".")[0].encode(), padding.PKCS1v15(), hashes.SHA256())
        claimed = json.loads(claims)
        good = (claimed["iss"], claimed["scope"], claimed["aud"]) == (EMAIL, SCOPE, AUDIENCE)
        if not good or self.book.fault == "invalid_grant":
            raise Answer(400, "Invalid JWT Signature.", "invalid_grant")
        self.book.signed_in += 1
        token = secrets.token_hex(16)
        self.book.tokens.add(token)
        return {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def call(self, request, verb, url, body):
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.book.tokens:
            raise Answer(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED")
        id, path = check_call(verb, unquote(url.path), parse_qs(url.query), body)
        self.book.calls.append(id)
        self.fail()
        if path.get("spreadsheetId") != SPREADSHEET:
            raise Answer(404, "Requested entity was not found.", "NOT_FOUND")
        if self.book.before:
            self.book.before(id)
        name = id.removeprefix("sheets.spreadsheets.").replace(".", "_")
        method = getattr(self.book, name if name.startswith("values_") else f"spreadsheets_{name}")
        return method(parse_qs(url.query) if verb == "GET" else body)

    def fail(self):
        match self.book.fault:
            case "slow":
                time.sleep(3)
            case "403":
                raise Answer(403, "The caller does not have permission", "PERMISSION_DENIED")
            case "429":
                raise Answer(429, "Quota exceeded for quota metric 'Read requests'", "RESOURCE_EXHAUSTED")
            case "429 after":
                raise Answer(429, "Quota exceeded", "RESOURCE_EXHAUSTED", {"Retry-After": "120"})
            case "503":
                raise Answer(503, "The service is currently unavailable.", "UNAVAILABLE")


@contextmanager
def stand_in(folder):
    google = StandIn(folder)
    thread = threading.Thread(target=google.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield google
    finally:
        google.server.shutdown()
        google.server.server_close()
        thread.join()
