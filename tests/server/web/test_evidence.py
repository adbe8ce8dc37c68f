"""What a service's page proves: the diff that was made, what runs where, and the verdict with its line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

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
printf '{"start":"%s","end":"%s","requests":%s,"errors":%s}\\n' "$3" "$4" $((10 * seconds)) $((seconds / 100))
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
    assert 'role="img" aria-label="Error rate 0.100% after the deployment; 0.100% before;' in page
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


def verdict(points, before=(10_000, 10)):
    counts = {"before": {"requests": before[0], "errors": before[1]}, "after": {}}
    line = [[(START + timedelta(minutes=10 * n)).isoformat(), *each] for n, each in enumerate(points, 1)]
    return {"counts": counts, "line": line}


class TestPlot:
    def test_the_line_lies_on_what_was_expected_where_nothing_changed(self):
        plot = plots.of_verdict(verdict([(1000, 1), (2000, 2), (3000, 3)]), START.isoformat())
        assert {point.split(",")[1] for point in plot.line.split()} == {str(plot.expected)}
        assert [label.words for label in plot.labels] == ["above this: worse", "0.10% before", "0.10% now"]

    def test_the_band_narrows_as_requests_come_in(self):
        plot = plots.of_verdict(verdict([(100, 0), (1000, 1), (100_000, 100)]), START.isoformat())
        upper = [float(point.split(",")[1]) for point in plot.band.split()[:3]]
        # In a picture a larger number is lower.
        assert upper == sorted(upper)
        assert upper[0] < upper[-1] < plot.expected

    def test_labels_do_not_lie_on_each_other(self):
        plot = plots.of_verdict(verdict([(10, 0)], before=(50, 0)), START.isoformat())
        heights = [label.y for label in plot.labels]
        assert all(abs(a - b) >= 13 for a, b in pairwise(sorted(heights)))
        assert all(0 < y < plots.HEIGHT for y in heights)

    @pytest.mark.parametrize("found", [{}, {"line": []}, verdict([(0, 0)], before=(0, 0)), verdict([])])
    def test_without_counts_there_is_none(self, found):
        assert plots.of_verdict(found, START.isoformat()) is None
        assert plots.of_verdict(verdict([(1, 0)]), "") is None


def test_a_watch_of_many_looks_keeps_a_bounded_line():
    from chairlift.core.verdict import Counts, Health, Verdict

    known: dict = {}
    before = Counts(requests=1000, errors=1, minutes=60, expected=60, groups={"x" * 900: 5})
    for look in range(1, 5 * evidence.POINTS):
        after = Counts(requests=10 * look, errors=look, minutes=look, expected=look)
        now = START + timedelta(minutes=look)
        known = evidence._verdict(Verdict(Health.HEALTHY, "fine", False, before, after), known, "abc", now)
    line = known["line"]
    assert len(line) <= evidence.POINTS
    assert line[-1] == [now.isoformat(), 10 * look, look]
    assert line == sorted(line)
    assert len(known["counts"]["before"]["groups"][0][0]) == 200
    # The verdict out of the log has no counts; another commit begins anew.
    kept = evidence._verdict(Verdict(Health.HEALTHY, "fine", True), known, "abc", now)
    assert (kept["line"], kept["final"]) == (line, True)
    assert "line" not in evidence._verdict(Verdict(Health.HEALTHY, "fine", True), known, "def", now)
