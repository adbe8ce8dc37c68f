"""Pages that look again by themselves: another person's word arrives, what is typed stays, a lost connection shows."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.pages import SLUG
from tests.browser.test_journeys import CHOOSE, SHEET, pick, press, row, service

BOARD = f"/campaigns/{SLUG}/board"
#: What a page is promised within, in its own milliseconds.
PROMISED = 5000


class Open:
    """A page that somebody has open and is writing in; its clock goes when the test says so."""

    def __init__(self, windows, address, field, **more):
        self.page = windows.of("Ana", **more)
        self.page.clock.install()
        self.page.goto(address)
        self.field = self.page.get_by_label(field, exact=False)
        self.field.fill("half a sen")
        # Gone with a reload, as would be what is typed.
        self.page.evaluate("() => { window.same = 'this very page' }")

    def pass_by(self):
        self.page.clock.run_for(PROMISED)

    def check_same(self):
        assert self.page.evaluate("() => window.same") == "this very page"
        expect(self.field).to_have_value("half a sen")
        expect(self.field).to_be_focused()


def check_complaints(windows, provoked):
    """The browser complained of what was provoked, as htmx does of a question that failed, and of nothing else."""
    wrong = windows.eye.taken()
    assert any(provoked in each for each in wrong)
    assert [each for each in wrong if provoked not in each and "htmx:" not in each] == []


def test_what_another_person_does_appears_without_a_reload_and_nothing_typed_is_lost(windows):
    sheet = Open(windows, SHEET, "Search")
    board = Open(windows, BOARD, "Search")
    its_own = Open(windows, service("grades"), "In your words")
    card = board.page.get_by_role("article").filter(has=board.page.get_by_role("link", name="grades", exact=True))
    expect(row(sheet.page, "grades")).to_contain_text("not chosen")
    expect(card).to_contain_text("nothing chosen")
    bo = windows.of("Bo")
    bo.goto(CHOOSE)
    pick(bo, "DIY", "grades")
    press(bo, "Record this choice")
    expect(bo.get_by_role("status")).to_contain_text("DIY for grades")
    for each in (sheet, board, its_own):
        each.pass_by()
    expect(row(sheet.page, "grades")).to_contain_text("DIY")
    expect(card).to_contain_text("DIY")
    expect(its_own.page.get_by_role("main")).to_contain_text("Heron chose DIY: Bo")
    for each in (sheet, board, its_own):
        each.check_same()


def test_a_page_that_shows_what_is_so_is_left_alone(windows):
    """Nothing is put in its place while nothing has changed: what a reader has unfolded or marked stays."""
    open_page = Open(windows, service("grades"), "In your words")
    open_page.page.evaluate("() => { document.querySelector('#evidence').firstElementChild.same = true }")
    for _ in range(2):
        with open_page.page.expect_response(lambda answer: answer.status == 304):
            open_page.pass_by()
    assert open_page.page.evaluate("() => document.querySelector('#evidence').firstElementChild.same")


def test_a_lost_connection_shows_and_goes_away_once_it_is_back(windows):
    open_page = Open(windows, service("grades"), "In your words")
    lost = open_page.page.get_by_role("alert")
    expect(lost).to_be_hidden()
    open_page.page.context.set_offline(True)
    open_page.pass_by()
    expect(lost).to_contain_text("The server does not answer. This page shows what was so at")
    open_page.page.context.set_offline(False)
    open_page.pass_by()
    expect(lost).to_be_hidden()
    open_page.check_same()
    check_complaints(windows, "ERR_INTERNET_DISCONNECTED")


def test_a_session_that_ended_shows_with_the_way_back(windows):
    open_page = Open(windows, SHEET, "Search")
    open_page.page.context.clear_cookies(name="chairlift-session")
    open_page.pass_by()
    expect(open_page.page.get_by_role("alert")).to_contain_text("You are signed out.")
    expect(open_page.page.get_by_role("link", name="Sign in again")).to_have_attribute("href", SHEET)
    open_page.check_same()
    check_complaints(windows, "401")


def test_without_scripts_all_works_but_does_not_move(windows):
    page = windows.of("Ana", java_script_enabled=False)
    page.goto(SHEET)
    page.get_by_label("Search").fill("catalogue")
    press(page, "Show")
    expect(page.get_by_role("main").get_by_role("row")).to_have_count(2)
    expect(page.get_by_text("The server does not answer")).to_be_hidden()
    page.goto(CHOOSE)
    pick(page, "DIY", "grades")
    press(page, "Record this choice")
    expect(page.get_by_role("status")).to_contain_text("DIY for grades")
    page.goto(service("catalogue"))
    page.get_by_label("In your words").fill("not this week")
    press(page, "Object")
    expect(page.get_by_role("heading", name="In the way")).to_be_visible()
