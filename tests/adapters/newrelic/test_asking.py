"""What New Relic is asked: within its limits, in its languages, and of nobody else than was meant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from graphql import parse, validate
from hypothesis import given
from hypothesis import strategies as st

from chairlift.adapters.newrelic.nrql import HOUR, Application, quoted
from chairlift.core.verdict import Counts
from chairlift.testing.contracts.monitor import MINUTE, NOON
from tests.adapters.newrelic.conftest import APP
from tests.newrelic import schema
from tests.newrelic.nrql import NotNrql, Query, parsed
from tests.newrelic.server import ACCOUNT

DAY = timedelta(days=1)


def nrql_in(body) -> list[str]:
    variables = body["variables"]
    return [variables[name] for name in sorted(variables, key=lambda name: (len(name), name)) if name[0] == "q"]


def asked(server) -> list[Query]:
    return [parsed(text) for body in server.bodies for text in nrql_in(body)]


class TestLimits:
    def test_four_weeks_are_seven_requests(self, monitor, world, server):
        """The stand-in refuses more than 366 times in an answer, and notes more than five queries at once."""
        world.traffic(APP, NOON, 1, requests=10)
        start, end = world.now - 28 * DAY, world.now
        found = monitor.minutes("shop", "production", start, end, MINUTE)
        queries = asked(server)
        assert len(found) == 28 * 1440
        assert [query.bucket for query in queries] == [3600] * 2 + [60] * 32
        assert len(server.bodies) == 7
        assert all(len(nrql_in(body)) <= 5 for body in server.bodies)

    def test_each_query_says_how_long_it_may_take(self, made, server):
        """New Relic's own limit is five seconds, else."""
        made(seconds=45).counts("shop", "production", NOON, NOON + MINUTE)
        (body,) = server.bodies
        assert body["variables"]["seconds"] == 45
        assert body["query"].count("timeout: $seconds") == body["query"].count("nrql(") == 2
        assert body["variables"]["account"] == ACCOUNT

    @given(
        start=st.integers(0, 20_000).map(lambda hours: NOON + hours * HOUR),
        units=st.integers(0, 3000),
        unit=st.sampled_from([MINUTE, HOUR]),
    )
    def test_windows_lie_side_by_side_and_are_no_longer_than_may_be(self, start, units, unit):
        end = start + units * unit
        queries = [parsed(text) for text in Application("shop", is_guid=False).counted(start, end, unit)]
        edges = [start.timestamp() * 1000, *(query.until for query in queries)]
        assert [query.since for query in queries] == edges[:-1]
        assert edges[-1] == end.timestamp() * 1000
        assert all(0 < query.until - query.since <= 366 * query.bucket * 1000 for query in queries)
        assert {query.bucket for query in queries} <= {unit.total_seconds()}

    def test_a_window_longer_than_anybody_looks_at_is_a_mistake_and_nobody_is_asked(self, monitor, server):
        with pytest.raises(ValueError, match="ask for a shorter window"):
            monitor.minutes("shop", "production", NOON - 100 * DAY, NOON, MINUTE)
        assert server.bodies == []

    def test_types_are_asked_of_the_same_time_and_of_unexpected_errors(self, monitor, server):
        monitor.counts("shop", "production", NOON - MINUTE / 2, NOON + 2 * MINUTE)
        series, types = asked(server)
        assert (types.since, types.until) == (series.since, series.until)
        assert (types.facet, types.limit, types.unexpected) == ("error.class", 200, True)


class TestNames:
    """Whatever a name holds, it stays a name."""

    @given(st.text())
    def test_nothing_breaks_out_of_its_quotes(self, name):
        application = Application(name, is_guid=False)
        (counted,) = application.counted(NOON, NOON + MINUTE, MINUTE)
        for text in (counted, application.types(NOON, NOON + MINUTE)):
            query = parsed(text)
            assert (query.attribute, query.value) == ("appName", name)

    @given(st.text(alphabet="'\\\n\"`; ABab"))
    def test_what_could_end_a_text_does_not(self, name):
        (counted,) = Application(name, is_guid=True).counted(NOON, NOON + MINUTE, MINUTE)
        assert parsed(counted).value == name

    @pytest.mark.parametrize(
        "name",
        ["x' OR appName = 'shop (production)", "\\' OR appName LIKE '%", "x\\", "' UNTIL 1 --", "x\\\\' OR 1 = 1 OR '"],
    )
    def test_a_name_asks_for_nobody_else(self, monitor, world, server, name):
        world.traffic(APP, NOON, 1, requests=1000, errors=1000)
        world.traffic(f"{name} (production)", NOON, 1, requests=10)
        assert monitor.counts(name, "production", NOON, NOON + MINUTE) == Counts(10, 0, 1, 1)
        assert {query.value for query in asked(server)} == {f"{name} (production)"}

    def test_what_looks_like_a_place_in_a_name_is_not_filled(self, monitor, world, server):
        world.traffic("{environment} ({service})", NOON, 1, requests=10)
        assert monitor.counts("{environment}", "{service}", NOON, NOON + MINUTE).requests == 10

    def test_quotes(self):
        assert quoted('it\'s \\ "so"') == "'it\\'s \\\\ \"so\"'"


class TestSchema:
    """What is sent is what New Relic publishes."""

    @pytest.mark.parametrize("name", schema.FILES)
    def test_every_request_is_valid_by_what_new_relic_publishes(self, monitor, server, name):
        published = schema.published(name)
        if published is None:
            pytest.skip(schema.MISSING)
        monitor.minutes("shop", "production", NOON - 28 * DAY, NOON + MINUTE, MINUTE)
        monitor.counts("shop", "production", NOON, NOON + MINUTE)
        monitor.examine()
        documents = {body["query"] for body in server.bodies}
        assert len(documents) >= 3
        for each in documents:
            assert validate(published, parse(each)) == []

    @pytest.mark.parametrize("name", schema.FILES)
    def test_what_the_stand_in_answers_by_is_part_of_it(self, name):
        published = schema.published(name)
        if published is None:
            pytest.skip(schema.MISSING)
        root = schema.part().query_type
        assert root
        known = {root.name: published.query_type.name}
        for kind in schema.part().type_map.values():
            if kind.name.startswith("__") or not hasattr(kind, "fields"):
                continue
            there = published.type_map[known.get(kind.name, kind.name)]
            for field, told in kind.fields.items():
                wanted = there.fields[field]
                assert (field, str(told.type)) == (field, str(wanted.type))
                assert {name: str(arg.type) for name, arg in told.args.items()}.items() <= {
                    name: str(arg.type) for name, arg in wanted.args.items()
                }.items()


WELL = (
    "SELECT count(apm.service.transaction.duration) AS requests FROM Metric WHERE appName = 'x' "
    "SINCE 1 UNTIL 60001 TIMESERIES 1 minute"
)


class TestTheStandIn:
    """It takes for NRQL only what surely is some."""

    def test_it_reads_what_is(self):
        assert parsed(WELL).bucket == 60
        assert parsed(WELL.replace("'x'", "'a\\'b\\\\'")).value == "a'b\\"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("'x'", "'x' OR appName = 'y'"),
            ("'x'", "'it's'"),
            ("'x'", "'x\\'"),
            ("'x'", "'x\\n'"),
            ("'x'", '"x"'),
            ("'x'", "x"),
            ("appName = 'x'", "appName LIKE 'x'"),
            ("appName", "name"),
            ("appName", "entityGuid"),
            ("count(", "sum("),
            ("apm.service.transaction.duration", "apm.service.error.count"),
            ("apm.service.transaction.duration", "*"),
            ("FROM Metric", "FROM Transaction"),
            ("WHERE appName = 'x' ", ""),
            ("1 minute", "1 fortnight"),
            ("TIMESERIES 1 minute", ""),
            ("TIMESERIES 1 minute", "TIMESERIES 1 minute LIMIT MAX"),
            ("TIMESERIES 1 minute", "TIMESERIES 1 minute FACET appName LIMIT 3"),
            ("UNTIL 60001", "UNTIL now"),
            ("UNTIL 60001 ", ""),
            ("SELECT", "SELECT *,"),
            ("SELECT", "-- \nSELECT"),
        ],
    )
    def test_it_takes_nothing_else(self, old, new):
        assert old in WELL
        with pytest.raises(NotNrql):
            parsed(WELL.replace(old, new, 1))

    @pytest.mark.parametrize("asked", ["{ actor { user { nickname } } }", "query ($a: Int!) { actor { nrql(q: $a) } }"])
    def test_it_knows_what_is_no_request(self, asked):
        assert schema.faults(parse(asked))
