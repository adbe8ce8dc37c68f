"""What a service's page proves: the diff that was made, what runs where, and the verdict with its line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from chairlift.core.verdict import Counts, Health, Verdict
from chairlift.server import evidence
from chairlift.server.web import plots

SERVICE = "/campaigns/tiny/services/shop"
CHANGE = "/campaigns/tiny/changes/upgrade/shop"


@pytest.fixture
def planned(world, settings, monkeypatch):
    """A service with a real repository, planned and opened; pages that reach it."""
    settings.CLOCK, settings.HOME = world.clock, world.home
    monkeypatch.setattr("chairlift.server.web.rosters._kept", None)
    world.service("shop", deploys=True)
    world.load()
    world.choose("shop", "Hands-off")
    world.settle()
    return world


def test_the_diff_is_what_the_recipe_made(planned, visit_planned):
    page = visit_planned.page(SERVICE)
    assert f'href="{CHANGE}">1 file, 1 line in, 1 out' in page
    diff = visit_planned.page(CHANGE)
    assert re.findall(r'<span class="(\w+)"><b>[^<]*</b><b>[^<]*</b><i>(.)</i>([^<\n]*)', diff) == [
        ("gone", "-", "1"), ("added", "+", "2")
    ]  # fmt: skip
    assert "version.txt" in diff


def test_it_is_still_there_once_everything_is_done(planned, visit_planned):
    planned.until("shop", "done", hours=48)
    page = visit_planned.page(SERVICE)
    assert f'href="{CHANGE}"' in page
    assert "version.txt" in visit_planned.page(CHANGE)


MONITOR = """seconds=$(($(date -d "$4" +%s) - $(date -d "$3" +%s)))
printf '{"start":"%s","end":"%s","requests":%s,"errors":%s}\\n' "$3" "$4" $((100 * seconds)) $((seconds / 10))
"""


def test_environments_reviews_checks_and_the_verdict(planned, visit_planned):
    (planned.home / "monitor.sh").write_text(MONITOR)
    planned.until("shop", "done", hours=48)
    page = visit_planned.page(SERVICE)
    merged = planned.pull("shop").merged_commit[:10]
    assert page.count(f"<td><code>{merged}</code></td>") == 2
    assert "chairlift/tests: passed" in page
    assert "approved" in page
    assert "production: healthy" in page
    assert 'role="img" aria-label="Errors per request: 0.100% counted at last, 0.100% expected.' in page
    assert 'role="img" aria-label="The evidence that errors rose is 1 to ' in page
    assert "Tried on what was before: 0 of 1 ordinary days would have been held" in page
    line = re.search(r'<polyline class="line" points="([^"]*)"', page)[1].split()
    assert len(line) > 3
    assert float(line[0].split(",")[0]) < float(line[-1].split(",")[0])


NOTE = "https://docs.djangoproject.com/en/3.1/releases/3.1/#removed-features"


@pytest.mark.parametrize(
    ("finding", "shown"),
    [
        (
            f"a.py:3: <b>gone</b> (look); see {NOTE}",
            f'a.py:3: &lt;b&gt;gone&lt;/b&gt; (look); see <a href="{NOTE}" title="{NOTE}" rel="noreferrer">'
            "docs.djangoproject.com/en/3.1/releases/3.1/</a>",
        ),
        ("(https://a.test/b).", '(<a href="https://a.test/b" title="https://a.test/b" rel="noreferrer">a.test/b</a>).'),
        (
            """https://a.test/?x=1&y="onclick=z""",
            '<a href="https://a.test/?x=1&amp;y=" title="https://a.test/?x=1&amp;y=" rel="noreferrer">'
            "a.test/?x=1&amp;y=</a>&quot;onclick=z",
        ),
        ("https://a.test/" + "x" * 60, f">a.test/{'x' * 52}…</a>"),
        ("http://a.test/ javascript:alert(1) www.a.test", "<li>http://a.test/ javascript:alert(1) www.a.test</li>"),
        ("https://known.test@a.test/", "<li>https://known.test@a.test/</li>"),
        ("https://", "<li>https://</li>"),
    ],
)
def test_what_a_person_must_see_links_to_its_release_note_and_nowhere_else(planned, visit_planned, finding, shown):
    row = planned.row("shop")
    (change,) = row.evidence["changes"].values()
    change["plan"]["findings"] = [finding]
    row.save(update_fields=["evidence"])
    assert shown in visit_planned.page(SERVICE).partition('class="findings"')[2].partition("</ul>")[0]


def test_a_repository_that_is_away_is_said_and_the_rest_works(planned, visit_planned):
    (planned.home / "forge" / "shop.git").rename(planned.home / "away")
    # Nor is it in the mirror any more, as on a machine that was made anew.
    (planned.home / "git").rename(planned.home / "git.away")
    answer = visit_planned.get(CHANGE)
    text = answer.content.decode()
    assert answer.status_code == 503, text
    assert 'role="alert">The repository' in text
    visit_planned.page(SERVICE)


def test_an_installation_that_cannot_be_read_is_said_too(planned, visit_planned):
    (planned.home / "chairlift.toml").write_text("forges = [")
    assert "cannot be read: " in visit_planned.page(CHANGE, status=503)
    (planned.home / "chairlift.toml").unlink()
    assert "version.txt" in visit_planned.page(CHANGE)


def test_a_change_without_a_plan_is_not_found(planned, visit_planned):
    assert "There is no plan" in visit_planned.page("/campaigns/tiny/changes/nothing/shop", status=404)


@pytest.fixture
def visit_planned(planned):
    from tests.server.web.conftest import Visitor

    return Visitor().enter(planned, "Cy")


START = datetime(2026, 1, 12, 9, tzinfo=UTC)
USUAL = {"noise": 0.01, "fast": 0.01, "slow": 0.01}


def verdict(points, strong=5.3):
    """`points` are (minute, requests, errors, expected, evidence)."""
    rows = [[*point, 0.5, 2.0] for point in points]
    return {"evidence": {"start": START.isoformat(), "step": 60.0, "points": rows, "strong": strong, "usual": USUAL}}


def heights(path):
    return [float(point.split(",")[1]) for point in path.split()]


class TestPlots:
    def test_the_line_lies_on_what_was_expected_where_nothing_changed(self):
        rate, _ = plots.of_verdict(verdict([(10, 1000, 1, 1.0, -0.1), (20, 1000, 1, 1.0, -0.2)]))
        assert rate.line == rate.expected
        assert [label.words for label in rate.labels] == ["0.10% expected", "0.10% counted"]

    def test_the_band_is_narrower_where_more_was_counted(self):
        rate, _ = plots.of_verdict(verdict([(10, 100, 1, 1.0, 0), (20, 10_000, 100, 100.0, 0)]))
        upper = heights(rate.band)[:2]
        # In a picture a larger number is lower.
        assert upper[0] < upper[1] < heights(rate.expected)[1]

    def test_what_was_not_measured_is_no_point_of_the_rate(self):
        rate, evidence = plots.of_verdict(verdict([(10, 100, 1, 1.0, 0), (20, 0, 0, 0.0, 0), (30, 100, 1, 1.0, 0)]))
        assert len(heights(rate.line)) == 2
        assert len(heights(evidence.line)) == 3

    def test_evidence_passes_the_line_of_the_hold_where_it_is_strong(self):
        _, evidence = plots.of_verdict(verdict([(1, 100, 1, 1.0, 0.0), (2, 100, 50, 1.0, 9.0)]))
        limit = heights(evidence.expected)[0]
        assert heights(evidence.line)[0] > limit > heights(evidence.line)[1]
        assert [label.words for label in evidence.labels] == ["hold at 200 to 1", "8,103 to 1 now"]
        assert "8,103 to 1; from 200 to 1 on" in evidence.told

    @pytest.mark.parametrize(
        ("logarithm", "words"),
        [(0, "1 to 1"), (-1, "1 to 2.7"), (2000, "over 1,000,000 to 1"), (-2000, "over 1 to 1,000,000")],
    )
    def test_odds_are_words_whatever_they_are(self, logarithm, words):
        _, evidence = plots.of_verdict(verdict([(1, 100, 1, 1.0, logarithm)]))
        assert evidence.labels[1].words == f"{words} now"

    def test_labels_do_not_lie_on_each_other(self):
        for plot in plots.of_verdict(verdict([(1, 10, 0, 0.001, 5.2)])):
            places = [label.y for label in plot.labels]
            assert all(abs(a - b) >= 13 for a, b in pairwise(sorted(places)))
            assert all(0 < y < plots.HEIGHT for y in places)

    @pytest.mark.parametrize("found", [{}, {"evidence": {}}, verdict([]), verdict([(1, 0, 0, 0.0, 0.0)])])
    def test_without_counts_there_is_none(self, found):
        assert plots.of_verdict(found) == ()


def test_what_a_verdict_rested_on_is_kept_when_it_comes_out_of_the_log():
    before, after = Counts(1000, 1, 60, 60, {"x" * 900: 5}), Counts(10, 1, 1, 1)
    live = Verdict(Health.UNKNOWN, "fine", False, before, after, hold=True, evidence={"points": [[1]]})
    known = evidence._verdict(live, {}, "abc")
    assert (known["hold"], known["evidence"]) == (True, {"points": [[1]]})
    assert len(known["counts"]["before"]["groups"][0][0]) == 200
    kept = evidence._verdict(Verdict(Health.HEALTHY, "fine", True), known, "abc")
    assert (kept["evidence"], kept["counts"], kept["final"]) == ({"points": [[1]]}, known["counts"], True)
    # Another commit begins anew.
    assert "evidence" not in evidence._verdict(Verdict(Health.HEALTHY, "fine", True), known, "def")
