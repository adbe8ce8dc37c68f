"""A spreadsheet with bad rows, brought in by its squad: seen first, nothing recorded, mended, and recorded."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages import SLUG
from tests.browser.test_journeys import SHEET, row, said, service
from tests.spreadsheets import workbook

KINDS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
HEAD = ("Service", "Level", "Why")
#: Kept by hand: a title over all columns, a level and a service that nobody knows, what is not hers, and a formula.
BAD = workbook(
    ["Our services, as of Monday"], HEAD, ["enrolment", "DIY", "we know it"], ["grades", "Every day", ""],
    ["forums", "DIY", ""], ["ledger", "Hands-off", ""], ["forum", "Review everything", ""],
    ["checkout", '="D"&"IY"', ""],
    merge=["A1:C1"],
)  # fmt: skip
#: As a spreadsheet of another country saves it.
MENDED = "Service;Level;Why\nenrolment;DIY;für die Prüfung\ngrades;Hands-off;=1+1\nforum;Review everything;\n"
MANY = "Service,Level\n" + "".join(f"{name},DIY\n" for name in ("enrolment", "grades", "forum") for _ in range(3300))


def file(name, data):
    return {"name": name, "mimeType": KINDS[name.rpartition(".")[2]], "buffer": data}


def show(page, name, data):
    page.get_by_label("The file").set_input_files(file(name, data))
    page.get_by_role("button", name="Show what it would do").click()


def check_bad(page):
    """The preview names each bad row by its number, and offers nothing to record."""
    expect(page.get_by_role("alert")).to_contain_text("Nothing can be recorded before 3 things are mended")
    expect(page.get_by_role("alert")).to_contain_text("1 row without a level: nothing changes there")
    unread = page.get_by_role("main").get_by_role("listitem").filter(has_text="choices.xlsx:")
    expect(unread).to_contain_text(
        ["choices.xlsx:4: there is no level called 'Every day'", "choices.xlsx:5: there is no service called 'forums'"]
    )
    expect(row(page, "ledger")).to_contain_text("6")
    expect(row(page, "ledger")).to_contain_text("Ana is neither in Ibis")
    expect(row(page, "enrolment")).to_contain_text("nothing")
    expect(page.get_by_role("button", name="Record")).to_have_count(0)


def check_recorded(page):
    expect(page.get_by_role("status")).to_contain_text("Recorded: 2 choices; 1 were so already.")
    for name, level in (("enrolment", "DIY"), ("grades", "Hands-off")):
        expect(row(page, name)).to_contain_text(level)


def test_bad_rows_are_named_and_the_mended_file_is_recorded(windows):
    page = windows.of("Ana")
    page.goto(SHEET)
    page.get_by_role("link", name="bring choices back").click()
    show(page, "choices.xlsx", BAD)
    check_bad(page)
    page.goto(service("enrolment"))
    assert said(page, "chose") == []
    page.go_back()
    page.get_by_role("link", name="Take another file").click()
    show(page, "choices.csv", MENDED.encode("cp1252"))
    expect(page.get_by_role("main")).to_contain_text("2 choices would change, 1 would stay as it is")
    page.get_by_role("button", name="Record 2 choices").click()
    check_recorded(page)
    for name, why in (("enrolment", "DIY: für die Prüfung"), ("grades", "Hands-off: =1+1")):
        page.goto(service(name))
        assert said(page, "chose") == [why]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("choices.csv", b"\x89PNG\r\n\x00\x00", "Nothing can be recorded before 1 thing is mended"),
        ("choices.xlsx", b"PK\x03\x04rubbish", "Nothing can be recorded before 1 thing is mended"),
        ("choices.csv", b"Name,Colour\nenrolment,red\n", "head them Service and Level"),
        ("choices.csv", MENDED.encode("utf-16"), "2 choices would change, 1 would stay as it is"),
        ("choices.csv", MANY.encode(), "Nothing can be recorded before 9897 things are mended"),
    ],
    ids=["picture", "broken", "no-headings", "utf-16", "ten-thousand"],
)
def test_whatever_is_sent_is_answered_with_what_it_would_do(windows, name, data, words):
    page = windows.of("Ana")
    page.goto(f"/campaigns/{SLUG}/import")
    show(page, name, data)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"What {name} would do")
    expect(page.get_by_role("main")).to_contain_text(words)
    assert len(page.content()) < 300_000
