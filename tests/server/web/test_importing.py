"""A spreadsheet through the pages: every row's effect first, all or nothing, under the reader's own name."""

from __future__ import annotations

import io
import re
import time

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from chairlift.core.log import Kind
from chairlift.server.models import Entry, Service, SheetConflict, SheetDraft, SheetState, Upgrade
from chairlift.server.web import importing

IMPORT = "/campaigns/tiny/import"
CONFLICTS = "/campaigns/tiny/conflicts"


def show(client, text, name="old.csv"):
    """The address of the preview."""
    data = text if isinstance(text, bytes) else text.encode()
    answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def chosen():
    rows = Entry.objects.filter(kind=Kind.CHOSE).order_by("pk")
    return list(rows.values_list("upgrade__service__name", "by", "about", "text"))


def effects(page):
    return re.findall(r'services/[^"]*">([^<]*)</a></th><td class="number">(\d+)</td><td>([^<]*)</td><td>([^<]*)', page)


class TestImport:
    def test_every_row_is_shown_before_anything_is_recorded(self, at_desk, visit):
        at_desk.choose("shop", "DIY")
        client = visit("Ana")
        address = show(client, "Service,Level\nshop,Hands-off\ncart,DIY\n=cmd,\n")
        page = client.page(address)
        assert effects(page) == [("shop", "2", "DIY", "Hands-off"), ("cart", "3", "not chosen", "DIY")]
        assert len(chosen()) == 1
        answer = client.post(address, follow=True)
        assert "Recorded: 2 choices; 0 were so already." in answer.content.decode()
        assert chosen()[1:] == [("shop", "Ana", "Hands-off", ""), ("cart", "Ana", "DIY", "")]
        assert at_desk.row("shop").level == "Hands-off"

    def test_one_bad_row_and_nothing_is_recorded(self, at_desk, visit):
        client = visit("Ana")
        address = show(client, "Service,Level\ncart,DIY\nbare,Hands-off\nshp,DIY\ndesk,DIY\n")
        page = client.page(address)
        assert "3 things are mended" in page
        # Problems first, each at its row.
        assert [name for name, *_ in effects(page)] == ["bare", "desk", "cart"]
        assert "old.csv:4" in page
        assert "Ana is neither in Ibis" in page
        assert "<button>Record" not in page
        assert client.post(address).status_code == 409
        assert chosen() == []

    @pytest.mark.parametrize(("rows", "said"), [("cart,\n", "1 row without a level"), ("cart,\nbare,tbd\n", "2 rows")])
    def test_rows_without_a_level_are_counted(self, visit, rows, said):
        page = visit("Ana")
        text = page.page(show(page, f"Service,Level\nshop,DIY\n{rows}"))
        assert f"1 choice would change, 0 would stay as they are. {said}" in text
        assert "without a level" not in page.page(show(page, "Service,Level\nshop,DIY\n"))

    def test_whoever_the_rows_name_it_stands_under_the_reader(self, visit):
        client = visit("Ana")
        client.post(show(client, "Service,Level,Chosen by,Why\nshop,DIY,Bo,we know it\ncart,DIY,Ana,\n"))
        assert chosen() == [
            ("shop", "Ana", "DIY", "we know it; the sheet says: chosen by Bo"),
            ("cart", "Ana", "DIY", ""),
        ]

    def test_sent_twice_is_recorded_once(self, visit):
        client = visit("Ana")
        address = show(client, "Service,Level\nshop,DIY\n")
        assert [client.post(address).status_code for _ in range(2)] == [302, 302]
        assert len(chosen()) == 1

    def test_what_somebody_else_shows_is_not_mine(self, visit):
        address = show(visit("Bo"), "Service,Level\nshop,DIY\n")
        assert "choose the file once more" in visit("Ana").page(address, status=404)
        assert visit("Ana").post(address).status_code == 302
        assert chosen() == []

    def test_a_day_later_it_is_gone(self, at_desk, visit):
        show(visit("Ana"), "Service,Level\nshop,DIY\n")
        at_desk.tick(2 * importing.KEPT)
        show(visit("Ana"), "Service,Level\nshop,DIY\n")
        assert SheetDraft.objects.count() == 1

    @pytest.mark.parametrize(
        "name", ["x.csv", "x.xlsx", "<b>.csv", "../../etc/passwd", "x" * 300 + ".csv", "no-ending"]
    )
    @pytest.mark.parametrize(
        "data", [b"PK\x03\x04rubbish", b"\x00\xff\xfe", b"no,columns\n1,2\n", b"=cmd|' /C calc'!A0"]
    )
    def test_rubbish_is_answered_with_what_is_wrong(self, visit, name, data):
        client = visit("Ana")
        page = client.page(show(client, data, name))
        assert "Nothing can be recorded before" in page
        assert "<b>.csv" not in page

    def test_no_file_an_empty_and_a_huge_one(self, visit, monkeypatch):
        client = visit("Ana")
        assert "no file in the form" in client.post(IMPORT, {}).content.decode()
        assert "no file in the form" in client.post(IMPORT, {"file": SimpleUploadedFile("a.csv", b"")}).content.decode()
        monkeypatch.setattr(importing, "LARGEST", 3)
        assert "larger than" in client.post(IMPORT, {"file": SimpleUploadedFile("a.csv", b"abcd")}).content.decode()

    def test_a_workbook_with_merged_cells_and_formulas(self, visit):
        book = openpyxl.Workbook()
        page = book.active
        page.append(["Our services"])
        page.merge_cells("A1:C1")
        page.append(["Service", "Level", "Why"])
        page.append(["shop", "DIY", "=1+1"])
        page.append(["cart", '=HYPERLINK("http://evil.example","DIY")', ""])
        data = io.BytesIO()
        book.save(data)
        client = visit("Ana")
        page = client.page(show(client, data.getvalue(), "old.xlsx"))
        assert ("shop", "3", "not chosen", "DIY") in effects(page)
        assert "evil.example" not in page.replace("&quot;", "").partition("Row by row")[2]

    def test_another_encoding(self, visit):
        client = visit("Ana")
        assert len(effects(client.page(show(client, "Service;Level\nshop;DIY\n".encode("utf-16"))))) == 1

    @pytest.mark.parametrize("level", ["DIY", "Hands-off", "Never"])
    def test_ten_more_rows_add_no_query(self, at_desk, visit, level):
        """Rows that can be recorded, some that need a promise of documents or are another squad's, and some unread."""
        names = [f"many{number}" for number in range(12)]
        with_services(at_desk, names)
        client = visit("Ana")
        costs = [
            client.cost(show(client, "Service,Level\n" + "".join(f"{each},{level}\n" for each in [*several, "desk"])))
            for several in (names[:2], names)
        ]
        assert costs[0] == costs[1] <= 25

    def test_ten_thousand_rows_of_which_three_are_bad(self, at_desk, visit):
        names = [f"many{number:05}" for number in range(10_000)]
        with_services(at_desk, names)
        taken_for_empty()
        client = visit("Ana")
        rows = "".join(f"{name},DIY\n" for name in names)
        bad = (
            rows.replace("many00007,DIY", "many00007,Never")
            .replace("many05000,", "nowhere,")
            .replace("many09999,DIY", "desk,DIY")
        )
        began = time.monotonic()
        page = client.page(show(client, f"Service,Level\n{bad}"))
        assert "3 things are mended" in page
        for row in (9, 5002, 10001):
            assert f":{row}:" in page or f'<td class="number">{row}</td>' in page
        assert len(page) < 300_000
        client.post(show(client, f"Service,Level\n{rows}"))
        assert Entry.objects.filter(kind=Kind.CHOSE).count() == 10_000
        # Not a promise of speed, but a row at a time would take minutes.
        assert time.monotonic() - began < 120


def taken_for_empty():
    """PostgreSQL cleans up beside a load that has not ended, and believes from then on that there is nothing."""
    if connection.vendor == "postgresql":
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                for table in (Upgrade, Service):
                    cursor.execute(f"VACUUM {table._meta.db_table}")
        finally:
            other.close()


def with_services(world, names):
    from chairlift.server import actions
    from tests.server.world import PEOPLE, service_text

    more = "\n".join(service_text(name) for name in names)
    actions.load_roster(PEOPLE + world.services + more, "services.toml", "operator", world.now)


class TestConflicts:
    @pytest.fixture(autouse=True)
    def differing(self, at_desk):
        self.world = at_desk
        SheetState.objects.create(campaign=at_desk.campaign, synced_at=at_desk.now, trouble="quota is used up")
        self.cell = {"campaign": at_desk.campaign, "heading": "Level", "ours": "", "theirs": "DIY", "why": "both"}
        self.cell["since"] = at_desk.now
        SheetConflict.objects.create(**self.cell, service="shop")

    def settle(self, client, take, number=None):
        row = SheetConflict.objects.first()
        return client.post(CONFLICTS, {"conflict": number or row.pk, "take": take})

    def test_both_sides_are_shown(self, visit):
        page = visit("Ana").page(CONFLICTS)
        assert "1 cell of the shared sheet differs" in page
        assert "Quota is used up" in page
        assert "1 cell of the shared one to settle" in visit("Ana").page("/campaigns/tiny/sheet")

    def test_ten_more_rows_add_no_query(self, at_desk, visit):
        client = visit("Ana")
        before = client.cost(CONFLICTS)
        rows = [SheetConflict(**self.cell, service=f"many{number}") for number in range(10)]
        SheetConflict.objects.bulk_create(rows)
        assert client.page(CONFLICTS).count("<tr>") == 12
        assert client.cost(CONFLICTS) == before <= 25

    def test_what_is_not_shown_is_counted(self, at_desk, visit):
        rows = [SheetConflict(**self.cell, service=f"many{number:03}") for number in range(importing.SHOWN)]
        SheetConflict.objects.bulk_create(rows)
        page = visit("Ana").page(CONFLICTS)
        assert (page.count("<tr>") - 1, "And 1 more" in page) == (importing.SHOWN, True)

    def test_taking_the_spreadsheets_is_a_choice(self, visit):
        assert self.settle(visit("Ana"), "sheet").status_code == 302
        assert [row[:3] for row in chosen()] == [("shop", "Ana", "DIY")]
        assert "agrees" in visit("Ana").page(CONFLICTS)

    def test_keeping_ours_is_recorded(self, visit):
        assert self.settle(visit("Ana"), "chairlift").status_code == 302
        assert chosen() == []
        assert Entry.objects.filter(by="Ana", kind=Kind.SAID).count() == 1

    def test_it_takes_somebody_who_speaks_for_the_service(self, visit):
        assert self.settle(visit("Cy"), "sheet").status_code == 409
        assert self.settle(visit("Cy"), "chairlift").status_code == 409
        assert SheetConflict.objects.count() == 1

    @pytest.mark.parametrize("number", ["", "x", "999", "9" * 40])
    def test_what_was_settled_meanwhile(self, visit, number):
        assert visit("Ana").post(CONFLICTS, {"conflict": number, "take": "sheet"}).status_code == 409

    def test_a_word_that_means_nothing(self, visit):
        assert self.settle(visit("Ana"), "both").status_code == 409
