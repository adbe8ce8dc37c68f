"""What people come for, in their browser: choosing, objecting, signing off; and what goes wrong on the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages import SLUG
from tests.browser.watching import sign_in

CHOOSE, SHEET = f"/campaigns/{SLUG}/choose", f"/campaigns/{SLUG}/sheet"


def service(name):
    return f"/campaigns/{SLUG}/services/{name}"


def said(page, kind):
    """The words of all lines of this kind in the log of the service that the page shows, newest first."""
    rows = page.get_by_role("region", name="Log").get_by_role("row")
    cells = [rows.nth(number).get_by_role("cell").all_inner_texts() for number in range(1, rows.count())]
    return [words for _, _, what, _, words in cells if what == kind]


def press(page, name):
    page.get_by_role("button", name=name).click()


def pick(page, level, *services):
    for each in services:
        page.get_by_role("checkbox", name=each).check()
    page.get_by_role("radio", name=level).check()


def press_twice(page, name):
    """As an impatient hand does: Playwright's own double click is so fast that the first is given up unsent."""
    page.get_by_role("button", name=name).evaluate("it => { it.click(); setTimeout(() => it.click(), 20) }")
    expect(page.get_by_role("status")).to_be_visible()
    page.wait_for_load_state("networkidle")


def row(page, name):
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def test_a_squad_chooses_for_many_services_at_once_and_sees_it_on_the_sheet(windows):
    page = windows.of("Ana")
    page.goto("/")
    page.get_by_role("link", name="Choose one").first.click()
    expect(row(page, "enrolment")).to_contain_text("not chosen")
    pick(page, "Trust but verify", "enrolment", "grades")
    page.get_by_label("Why").fill("we deploy on our own days")
    press(page, "Record this choice")
    expect(page.get_by_role("status")).to_contain_text("Trust but verify for 2 of 2 services")
    page.get_by_role("link", name="Sheet").click()
    expect(page.locator("[aria-current=page]")).to_have_text("Sheet")
    for name in ("enrolment", "grades"):
        expect(row(page, name)).to_contain_text("Trust but verify")
        expect(row(page, name).get_by_role("listitem").last).to_contain_text("you")
    page.goto(service("grades"))
    assert said(page, "chose") == ["Trust but verify: we deploy on our own days"]


def test_a_squad_chooses_for_all_that_its_filter_finds(windows):
    page = windows.of("Ana")
    page.goto(CHOOSE)
    page.get_by_role("search").get_by_label("Level").select_option("not chosen")
    press(page, "Show")
    pick(page, "DIY")
    press(page, "Record it for all 2 services that match")
    expect(page.get_by_role("status")).to_contain_text("DIY for 2 of 2 services")
    expect(page.get_by_role("main")).to_contain_text("None of your services is like that")


@pytest.mark.parametrize("name", ["board", "timeline", "report"])
def test_a_page_asks_again_by_itself_and_is_told_that_nothing_is_new(windows, name):
    page = windows.of("Ana")
    with page.expect_response(lambda answer: answer.status == 304, timeout=30_000) as told:
        page.goto(f"/campaigns/{SLUG}/{name}")
    assert told.value.url.endswith(f"/{name}")
    expect(page.locator("#lost")).to_be_hidden()


def test_nothing_is_sent_before_a_level_is_picked(windows):
    page = windows.of("Ana")
    page.goto(CHOOSE)
    page.get_by_role("checkbox", name="grades").check()
    press(page, "Record this choice")
    assert page.get_by_role("radio", name="DIY").evaluate("field => field.validity.valueMissing")
    pick(page, "DIY")
    press(page, "Record this choice")
    expect(page.get_by_role("status")).to_contain_text("DIY for grades")


def test_somebody_objects_to_a_merge_and_another_lets_it_go_on(windows):
    ana, bo = windows.of("Ana"), windows.of("Bo")
    for page in (ana, bo):
        page.goto(service("catalogue"))
    press(ana, "Object")
    expect(ana.get_by_role("heading", level=1)).to_contain_text("not possible")
    ana.go_back()
    ana.get_by_label("In your words").fill("the sale ends on Friday")
    press(ana, "Object")
    expect(ana.get_by_role("status")).to_contain_text("Held")
    expect(ana.get_by_role("heading", name="In the way")).to_be_visible()
    # His page is older than her word; his is heard all the same.
    bo.get_by_label("In your words").fill("not this week")
    press(bo, "Object")
    press(bo, "Let it go on")
    expect(bo.get_by_role("status")).to_contain_text("Resumed")
    assert (said(bo, "held"), len(said(bo, "resumed"))) == (["not this week", "the sale ends on Friday"], 1)


def test_a_tester_signs_off_what_runs(windows):
    page = windows.of("Ana")
    page.goto("/")
    page.get_by_role("link", name="checkout").click()
    page.get_by_label("In your words").fill("bought a course and returned it")
    page.get_by_role("combobox", name="Environment").select_option("production")
    press(page, "Sign off")
    expect(page.get_by_role("status")).to_contain_text("you have tested what runs now")
    assert said(page, "tested") == ["production: bought a course and returned it"]


def test_a_session_that_ends_in_mid_form_changes_nothing_and_leads_back_to_it(windows):
    page = windows.of("Ana")
    page.goto(CHOOSE)
    pick(page, "DIY", "grades")
    page.context.clear_cookies(name="chairlift-session")
    press(page, "Record this choice")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    key = windows.place.link("Ana").partition("?")[2]
    sign_in(page, f"{page.url}&{key}", "**/choose")
    expect(row(page, "grades")).to_contain_text("not chosen")


@pytest.mark.parametrize(
    ("name", "button", "kind"),
    [
        ("catalogue", "Object", "held"),
        ("checkout", "Sign off", "tested"),
        ("checkout", "Post an update", "said"),
    ],
)
def test_a_double_click_is_recorded_once(windows, name, button, kind):
    page = windows.of("Ana")
    page.goto(service(name))
    before = len(said(page, kind))
    page.get_by_label("In your words").fill("once is enough")
    press_twice(page, button)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.goto(service(name))
    (new,) = said(page, kind)[: len(said(page, kind)) - before]
    # A sign-off names its environment first.
    assert new.rpartition(": ")[2] == "once is enough"


def test_a_double_click_chooses_once(windows):
    page = windows.of("Ana")
    page.goto(CHOOSE)
    pick(page, "DIY", "grades")
    press_twice(page, "Record this choice")
    page.goto(service("grades"))
    assert len(said(page, "chose")) == 1


def test_of_two_people_at_once_the_second_is_told_and_loses_nothing(windows):
    ana, bo = windows.of("Ana"), windows.of("Bo")
    for page, level in ((ana, "DIY"), (bo, "Hands-off")):
        page.goto(CHOOSE)
        pick(page, level, "grades")
    press(bo, "Record this choice")
    expect(bo.get_by_role("status")).to_contain_text("Hands-off for grades")
    press(ana, "Record this choice")
    expect(ana.get_by_role("alert")).to_contain_text("somebody chose 'Hands-off' meanwhile")
    expect(ana.get_by_role("checkbox", name="grades")).to_be_checked()
    expect(ana.get_by_role("radio", name="DIY")).to_be_checked()
    press(ana, "Record this choice")
    expect(ana.get_by_role("status")).to_contain_text("DIY for grades")


def test_the_project_lead_pauses_and_everybody_sees_why(windows):
    lena, cy = windows.of("Lena"), windows.of("Cy")
    lena.goto(f"/campaigns/{SLUG}/")
    lena.get_by_label("Why").fill("a known problem in sessions")
    press(lena, "Pause the campaign")
    cy.goto(SHEET)
    expect(cy.get_by_role("status")).to_contain_text("Paused: a known problem in sessions (Lena)")


def test_a_person_of_another_squad_has_nothing_to_press(windows):
    page = windows.of("Cy")
    page.goto(service("checkout"))
    expect(page.get_by_role("heading", name="What you can do")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
