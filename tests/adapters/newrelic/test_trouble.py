"""What goes wrong at New Relic or on the way: it is told, with its remedy, and never taken for a quiet hour."""

from __future__ import annotations

import json
import time
import traceback

import pytest

from chairlift import plugins
from chairlift.adapters.newrelic.monitor import NewRelic
from chairlift.adapters.newrelic.settings import Settings
from chairlift.ports import Examined, Refused, Unavailable
from chairlift.testing.contracts.monitor import MINUTE, NOON
from tests.adapters.newrelic.conftest import APP, KEY, VARIABLE
from tests.newrelic.server import ACCOUNT, Fault
from tests.newrelic.world import Refusal

HTML = b"<!doctype html><title>New Relic</title><h1>Just a moment</h1>"


def said(*errors: object, data: object = None) -> bytes:
    return json.dumps({"data": data, "errors": errors}).encode()


def error(message: str, **extensions: str) -> dict[str, object]:
    return {"message": message, "path": ["actor", "account", "q0"], "extensions": extensions}


def trouble(monitor: NewRelic, kind: type[Exception]) -> Exception:
    """The same, whatever is asked."""
    with pytest.raises(kind) as told:
        monitor.counts("shop", "production", NOON, NOON + MINUTE)
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 600
    return told.value


AWAY = [
    (Fault(429), "asks for a pause (429): again in 60 seconds", 60),
    (Fault(429, headers=(("Retry-After", "7"),)), "asks for a pause (429): again in 7 seconds", 7),
    (Fault(429, headers=(("Retry-After", "999999"),)), "again in 3600 seconds", 3600),
    (Fault(503, HTML, (("Retry-After", "30"),)), "fails at a query (503)", 30),
    (Fault(502, HTML), "fails at a query (502)", None),
    (Fault(500, b'{"message": "Internal Server Error"}'), "fails at a query (500: Internal Server Error)", None),
    (Fault(200, HTML), "no JSON; is a proxy in between?", None),
    (Fault(200, b'{"data": {"actor": {"acc'), "cut off or no JSON", None),
    (Fault(200, b"[]"), "something else than it should", None),
    (Fault(200, b"{}"), "something else than it should", None),
    (Fault(200, b'{"data": null}'), "something else than it should", None),
    (Fault(200, b'{"data": {"actor": {"account": {"q0": null, "q1": null}}}}'), "something else than it should", None),
    (Fault(200, b'{"data": {"actor": {"account": {"q0": {"results": null}}}}}'), "something else", None),
    (Fault(200, b'{"data": {"actor": {"account": {"q0": {"results": [3]}}}}}'), "something else than it should", None),
    (Fault(200, b'{"data": {}, "errors": "no"}'), "something else than it should", None),
    (Fault(drop=True), "breaks off", None),
    (Fault(200, said(error("Request timed out", errorClass="TIMEOUT"))), "needs longer than 60 seconds", None),
    (Fault(200, said(error("x", errorClass="SERVER_ERROR"))), "cannot answer a query (x); is its status page", None),
    (Fault(200, said(error("Your query either timed out or we're under heavy load."))), "set seconds higher", None),
    (Fault(200, said(error("You have exceeded your rate limit"))), "asks for a pause", 60),
    (Fault(200, said(error("wait", errorClass="TOO_MANY_REQUESTS"))), "asks for a pause (wait)", 60),
    (Fault(200, said("what?")), "cannot answer a query (it does not say why)", None),
]
NO = [
    (Fault(401, said({"message": "Invalid API key"})), f"(401: Invalid API key): is what {VARIABLE} holds a user key"),
    (Fault(403, HTML), f"does not let us in (403): is what {VARIABLE} holds a user key (NRAK-…)"),
    (Fault(200, said(error("Api key required", error_code="BAD_API_KEY"))), "of the region 'us'?"),
    (Fault(200, said(error("You are not authorized to query account 1"))), f"no account {ACCOUNT} (You are not"),
    (Fault(200, said(error("no", errorClass="ACCESS_DENIED"))), "give the user of the key in"),
    (Fault(200, said(error("NRQL Syntax Error: unexpected 'x'"))), "does not understand our query"),
    (Fault(302, headers=(("Location", "https://elsewhere.example"),)), "sends us elsewhere (302)"),
    (Fault(404, HTML), "refuses a query (404)"),
    (Fault(402, b'{"error": {"title": "Payment required"}}'), "refuses a query (402: Payment required)"),
]


@pytest.mark.parametrize(("fault", "words", "after"), AWAY, ids=lambda each: str(each)[:60])
def test_new_relic_is_away(monitor, world, server, fault, words, after):
    world.traffic(APP, NOON, 1, requests=10)
    server.faults = [fault]
    told = trouble(monitor, Unavailable)
    assert words in str(told)
    assert told.after == after
    assert monitor.counts("shop", "production", NOON, NOON + MINUTE).requests == 10


@pytest.mark.parametrize(("fault", "words"), NO, ids=lambda each: str(each)[:60])
def test_new_relic_says_no(monitor, server, fault, words):
    server.faults = [fault]
    assert words in str(trouble(monitor, Refused))


class TestParts:
    """Of several queries in one request, one fails."""

    @pytest.mark.parametrize("place", [0, 2, 4])
    def test_a_part_that_is_missing_is_no_quiet_hour(self, monitor, world, server, place):
        world.traffic(APP, NOON - 1500 * MINUTE, 1600, requests=10)
        server.refusals[place] = Refusal("Request timed out", "TIMEOUT")
        with pytest.raises(Unavailable, match="needs longer than 60 seconds"):
            monitor.minutes("shop", "production", NOON - 1500 * MINUTE, NOON, MINUTE)

    def test_types_that_are_missing_are_no_errors_of_none(self, monitor, world, server):
        world.traffic(APP, NOON, 1, requests=10, errors=1, groups={"KeyError": 1})
        server.refusals[1] = Refusal("Something went wrong while executing your query.")
        assert "Something went wrong" in str(trouble(monitor, Unavailable))

    def test_an_error_beside_all_that_was_asked_for_is_one(self, monitor, server):
        told = {"results": [], "metadata": {"messages": []}}
        server.faults = [Fault(200, said(error("odd"), data={"actor": {"account": {"q0": told, "q1": told}}}))]
        assert "cannot answer a query (odd)" in str(trouble(monitor, Unavailable))

    def test_what_a_person_must_see_comes_first(self, monitor, server):
        server.refusals = {0: Refusal("Request timed out", "TIMEOUT"), 1: Refusal("no", "ACCESS_DENIED")}
        trouble(monitor, Refused)

    def test_an_unknown_application_hides_no_other_failure(self, monitor, server):
        server.refusals[1] = Refusal("Request timed out", "TIMEOUT")
        trouble(monitor, Unavailable)

    def test_an_unknown_application_explains_no_other_part(self, monitor, server):
        known = {"results": [], "metadata": {"messages": 3}}
        of_first = error("No application was matched")
        server.faults = [
            Fault(200, said(of_first, data={"actor": {"account": {"q0": None, "q1": known}}})),
            Fault(200, said(of_first, data={"actor": {"account": {"q0": None, "q1": None}}})),
            Fault(200, said({"message": "No application was matched", "path": 3}, data={"actor": {"account": None}})),
        ]
        assert monitor.counts("shop", "production", NOON, NOON + MINUTE).minutes == 0
        trouble(monitor, Unavailable)
        assert monitor.counts("shop", "production", NOON, NOON + MINUTE).minutes == 0

    @pytest.mark.parametrize(
        "wrong",
        [
            {"requests": "10"},
            {"errors": True},
            {"reporting": []},
            {"requests": 10**400},
            {"beginTimeSeconds": None},
            {"endTimeSeconds": 1e300},
            {"beginTimeSeconds": float("nan")},
            {"endTimeSeconds": 0},
            {"times": "3"},
            {"times": -3},
            {"times": True},
            {"times": 10**400},
        ],
    )
    def test_rows_of_another_shape_are_none(self, monitor, world, server, wrong):
        world.traffic(APP, NOON, 1, requests=10, errors=1, groups={"KeyError": 1})
        server.bent = lambda rows: [row | wrong for row in rows]
        assert "something else than it should" in str(trouble(monitor, Unavailable))


def test_a_slow_answer_is_waited_for(monitor, world, server):
    world.traffic(APP, NOON, 1, requests=10)

    def slowly(rows):
        time.sleep(0.3)
        return rows

    server.bent = slowly
    assert monitor.counts("shop", "production", NOON, NOON + MINUTE).requests == 10


@pytest.mark.slow
def test_but_not_for_ever(made, server):
    server.faults = [Fault(late=20)]
    assert "does not answer in time" in str(trouble(made(seconds=5), Unavailable))


class TestTheKey:
    """It goes into one header, and nowhere else."""

    def test_no_words_of_new_relic_tell_it(self, monitor, world, server):
        echo = f"your key {KEY} is odd"
        server.faults = [
            Fault(401, said({"message": echo})),
            Fault(500, json.dumps({"error": echo}).encode()),
            Fault(400, json.dumps({"error": {"message": echo}}).encode()),
            Fault(200, said(error(echo))),
            Fault(200, said(error(f"not authorized with {KEY}"))),
            Fault(200, said(error(f"NRQL Syntax Error at {KEY}"))),
            Fault(200, said(error(f"rate limit of {KEY}"))),
            Fault(200, said(error(f"timed out for {KEY}"))),
        ]
        for _ in range(len(server.faults)):
            with pytest.raises((Refused, Unavailable)) as told:
                monitor.counts("shop", "production", NOON, NOON + MINUTE)
            assert "…" in str(told.value)
            assert KEY not in "".join(traceback.format_exception(told.value))
        server.messages = [echo]
        world.traffic(APP, NOON, 1, requests=10)
        assert monitor.minutes("shop", "production", NOON, NOON + MINUTE, MINUTE).odd == ("your key … is odd",)
        server.user = echo
        assert KEY not in repr(monitor.examine())

    def test_nothing_that_is_sent_holds_it_but_its_header(self, monitor, server):
        monitor.counts("shop", "production", NOON, NOON + MINUTE)
        assert KEY not in json.dumps(server.bodies)

    def test_nothing_that_is_shown_holds_it(self, monitor, server):
        monitor.counts("shop", "production", NOON, NOON + MINUTE)
        shown = [repr(each) for each in (monitor, *vars(monitor).values(), *vars(monitor._wire).values())]
        assert KEY not in "".join(shown)

    @pytest.mark.parametrize("key", [None, "", "two words", "línea", "line\nfeed"])
    def test_a_variable_without_one(self, monitor, server, monkeypatch, key):
        if key is None:
            monkeypatch.delenv(VARIABLE)
        else:
            monkeypatch.setenv(VARIABLE, key)
        assert f"the variable {VARIABLE} holds no token" in str(trouble(monitor, Refused))
        assert server.bodies == []

    def test_the_key_itself_where_its_variable_is_to_be_named(self):
        with pytest.raises(Refused, match="key_env is no name of a variable") as told:
            Settings(ACCOUNT, KEY, app="{service} {environment}")
        assert KEY not in str(told.value)

    def test_another_key_is_read_when_it_is_needed(self, monitor, server, monkeypatch):
        monkeypatch.setenv(VARIABLE, "NRAK-OLD")
        assert "does not let us in" in str(trouble(monitor, Refused))
        monkeypatch.setenv(VARIABLE, KEY)
        assert monitor.counts("shop", "production", NOON, NOON + MINUTE).minutes == 0


class TestSettings:
    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"region": "mars"}, "no region 'mars' of New Relic: write us or eu"),
            ({"app": ""}, "needs one of app and entity"),
            ({"entity": "{environment}"}, "needs one of app and entity"),
            ({"app": "{squad} {environment}"}, "has an unknown {squad}; there are {service} and {environment}"),
            ({"app": "{} {environment}"}, "has an unknown {}"),
            ({"app": "{service}"}, "is the same in every environment: put {environment} into it"),
            ({"names": ("production",)}, "names has 'production': write it as"),
            ({"names": ("=prod",)}, "names has '=prod'"),
            ({"account": 0}, "account 0 is no number"),
            ({"account": 2**31}, "is no number of an account"),
            ({"seconds": 4}, "seconds = 4: New Relic takes 5 to 120"),
            ({"seconds": 121}, "seconds = 121: New Relic takes 5 to 120"),
            ({"settle": -1}, "cannot be below zero"),
            ({"url": "http://api.newrelic.com/graphql"}, "would send the token in the clear"),
            ({"url": "https://me:secret@proxy.example/"}, "url 'proxy.example/' is no address of a New Relic"),
        ],
    )
    def test_what_cannot_work_is_refused_at_once(self, more, words):
        given = {"account": ACCOUNT, "app": "{service} {environment}"} | more
        with pytest.raises(Refused) as told:
            Settings(key_env=VARIABLE, **given)
        assert words in str(told.value)
        assert "secret" not in str(told.value)

    def test_regions_have_their_addresses(self):
        given = {"account": ACCOUNT, "key_env": VARIABLE, "app": "{service} {environment}"}
        assert Settings(**given).address == "https://api.newrelic.com/graphql"
        assert Settings(**given, region="eu").host == "api.eu.newrelic.com"

    @pytest.mark.parametrize("guid", ["production", "a'b", "MTIz OR 1", "x", "MTIz\n"])
    def test_what_can_be_no_guid_is_not_asked_for(self, made, server, guid):
        monitor = made(app="", entity="{environment}!" if guid == "production" else "{environment}")
        with pytest.raises(Refused, match=r"is no GUID of 'shop'.*copy it from See metadata"):
            monitor.counts("shop", guid, NOON, NOON + MINUTE)
        assert server.bodies == []

    def test_it_is_built_from_a_table(self, server, tmp_path):
        table = {"kind": "newrelic", "account": ACCOUNT, "key_env": VARIABLE, "url": server.url}
        table |= {"app": "{environment}-{service}", "names": ["production=prod"]}
        monitor = plugins.build("monitor", table, tmp_path, lambda: NOON)
        assert isinstance(monitor, NewRelic)
        assert monitor.counts("shop", "production", NOON - MINUTE, NOON).expected == 1


class TestExamining:
    def test_whose_key_it_is(self, monitor, server):
        assert isinstance(monitor, Examined)
        (found,) = monitor.examine()
        assert (found.wrong, found.note) == ("", "of Ana Alder, for the account Boats & Co")

    def test_what_is_wrong(self, monitor, made, server, monkeypatch):
        server.faults = [Fault(503), Fault(200, b'{"data": {"actor": {"account": null}}}')]
        assert "fails at a query (503)" in monitor.examine()[0].wrong
        assert f"shows us no account {ACCOUNT}: check account" in monitor.examine()[0].wrong
        monkeypatch.setenv(VARIABLE, "NRAK-OLD")
        (found,) = monitor.examine()
        assert "does not let us in (401: Invalid API key)" in found.wrong
        assert "NRAK-OLD" not in repr(found)

    def test_another_account(self, server, world):
        settings = Settings(ACCOUNT + 1, VARIABLE, app="{environment}", url=server.url)
        (found,) = NewRelic(settings, lambda: world.now).examine()
        assert f"no account {ACCOUNT + 1} (You are not authorized to query account {ACCOUNT + 1})" in found.wrong
