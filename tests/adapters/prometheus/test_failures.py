"""What is made of a Prometheus that is away, refuses, answers in part, or is none; and that no secret is told."""

from __future__ import annotations

import time
import traceback
from itertools import pairwise

import pytest

from chairlift.adapters.prometheus.monitor import Settings
from chairlift.ports import Refused, Unavailable
from chairlift.testing.contracts.monitor import MINUTE, NOON
from tests.adapters.prometheus.real import ERRORS, REQUESTS, monitor
from tests.adapters.prometheus.standin import Reply, answering, squeezed, told
from tests.mail import CERTIFICATE

TEN, ONE = told(*["10"] * 5), told(*["1"] * 5)
TOKEN = "s3cret-token-of-ours"
HTML = {"Content-Type": "text/html; charset=utf-8"}


def five(url, **settings):
    return monitor(url, **settings).minutes("shop", "production", NOON, NOON + 5 * MINUTE, MINUTE)


def saying(*replies, **settings):
    with answering(*replies) as server:
        return five(server.url, **settings)


def failing(kind, *replies, **settings):
    with pytest.raises(kind) as caught:
        saying(*replies, **settings)
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 600
    return said


def error(kind, code, words="because", **more):
    return Reply({"status": "error", "errorType": kind, "error": words}, code, **more)


# ---- which trouble is which ----


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (error("timeout", 503, "query timed out"), "cannot answer now (timeout: query timed out): does it run well?"),
        (error("canceled", 503), "cannot answer now (canceled"),
        (error("canceled", 499), "cannot answer now (canceled"),
        (error("unavailable", 503), "cannot answer now (unavailable"),
        (error("internal", 500), "cannot answer now (internal"),
        (Reply("<h1>Bad gateway</h1>", 502, HTML), "cannot answer now (502): does it run well?"),
        (Reply("", 503), "cannot answer now (503)"),
        (error("too many requests", 429, headers={"Retry-After": "30"}), "enough questions for now (429: because)"),
        (Reply('{"status": "success", "data"'), "is cut off or no JSON"),
        (Reply(told("1"), cut=20), "breaks off (RemoteProtocolError)"),
        (Reply("[" * 100_000), "is cut off or no JSON"),
        (Reply(b"\x00\xff", headers={"Content-Encoding": "gzip"}), "answers garbage"),
        (Reply(told("1", warnings=["no store matched"])), "answers in part only, and says: no store matched"),
        (Reply(told("1", warnings="strange")), "answers in part only, and says: strange"),
    ],
)
def test_what_passes_is_unavailable(reply, cause):
    assert cause in failing(Unavailable, reply)


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (error("bad_data", 400, "parse error"), "refuses the query (bad_data: parse error): mend it"),
        (error("execution", 422, "many-to-many"), "refuses the query (execution: many-to-many)"),
        (error("bad_data", 200, "as some proxies"), "refuses the query (bad_data: as some proxies)"),
        (Reply("no", 413), "refuses the query (413)"),
        (Reply("", 401), "does not let in (401): name a variable with a token in token_env"),
        (error("", 403, "not your tenant"), "does not let in (403: not your tenant)"),
        (Reply("<h1>Not found</h1>", 404, HTML), "has no /api/v1 (404): write as 'url' where that begins"),
        (Reply("<h1>Sign in</h1>", 200, HTML), "answers with a page for people: is 'url' that of Prometheus"),
        (
            Reply("", 302, {"Location": "https://u:p@login.example.org/a?code=1"}),
            "sends on to https://login.example.org:",
        ),
        (Reply("", 301, {"Location": "/graph"}), "sends on to another path: write that address"),
        (Reply("", 302, {"Location": "http://["}), "sends on to nowhere"),
        (Reply("[]"), "is no Prometheus (it says neither success nor why not): check 'url'"),
        (Reply({"status": "success"}), "is no Prometheus (an answer without results)"),
        (Reply({"status": "success", "data": {"resultType": "matrix"}}), "an answer without results"),
        (
            Reply({"status": "success", "data": {"resultType": "scalar", "result": [1, "1"]}}),
            "gives scalar where series are wanted",
        ),
        (Reply({"status": "success", "data": {"resultType": "matrix", "result": [7]}}), "a series that cannot be read"),
        (Reply(told("ten")), "a series that cannot be read"),
        (Reply(told(["1"])), "a series that cannot be read"),
        (Reply("null"), "is no Prometheus (it says neither"),
    ],
)
def test_what_a_person_must_see_is_refused(reply, cause):
    assert cause in failing(Refused, reply)


def test_a_server_that_wants_a_pause_says_how_long():
    with pytest.raises(Unavailable) as caught:
        saying(error("", 429, headers={"Retry-After": "30"}))
    assert caught.value.after == 30


def test_words_of_a_server_are_bounded_and_on_one_line():
    said = failing(Refused, error("bad_data", 400, "a\nb\x1b[31m\u202e" + "x" * 5000))
    assert "bad_data: a b [31m x" in said


def test_answers_that_are_too_large_are_not_read():
    assert "answers more than 8 MB, which are too many series" in failing(Refused, Reply(b" " * (9 << 20)))
    assert "answers more than 8 MB" in failing(Refused, squeezed(b" " * (64 << 20)))


def test_a_slow_server_is_unavailable():
    begun = time.monotonic()
    assert "takes longer than 1 seconds" in failing(Unavailable, Reply(b" " * 40, drip=0.1), seconds=1)
    with answering(Reply(TEN)) as server:
        server._server.shutdown()
        with pytest.raises(Unavailable, match="does not answer in time"):
            five(server.url, seconds=1)
    assert time.monotonic() - begun < 10


def test_a_certificate_is_checked_by_what_this_machine_trusts(monkeypatch):
    with answering(Reply(TEN), Reply(ONE), certificate=CERTIFICATE) as server:
        with pytest.raises(Unavailable, match="no certificate that is trusted here; if your company signs its own"):
            five(server.url)
        assert server.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert five(server.url).errors.tolist() == [1] * 5


# ---- samples ----


def test_no_numbers_are_missing_and_told():
    found = saying(Reply(told("10", "NaN", "+Inf", "10", "10")), Reply(told("1", "1", "1", "-Inf", "1")))
    assert found.measured.tolist() == [True, False, False, False, True]
    assert found.odd == ("3 minutes with counts that are no numbers",)


def test_counts_that_cannot_be_are_missing_and_told():
    found = saying(Reply(told("10", "-1", "10")), Reply(told("11", "0", "10.0000000001")))
    assert found.measured.tolist() == [False, False, True, False, False]
    assert found.errors[2] == 10
    assert set(found.odd) == {
        "1 minute with more errors than requests",
        "1 minute with counts below zero",
    }


def test_a_minute_of_which_only_one_is_told_is_missing():
    found = saying(Reply(TEN), Reply(told("1", "1")))
    assert found.measured.tolist() == [True, True, False, False, False]
    assert not saying(Reply(TEN), Reply(told())).measured.any()
    assert not saying(Reply(told())).measured.any()


def test_what_lies_outside_of_what_was_asked_is_nothing():
    late = told(*["10"] * 3, start=NOON + 3 * MINUTE)
    late["data"]["result"][0]["values"] += [[1e300, "10"], [-1e300, "10"]]
    assert saying(Reply(late), Reply(late)).measured.tolist() == [False] * 3 + [True] * 2
    endless = told("1")
    endless["data"]["result"][0]["values"] = [[float("inf"), "1"]]
    assert "a time that is none" in failing(Refused, Reply(endless))


@pytest.mark.parametrize(
    ("seconds", "late", "measured"), [(0, 0, 5), (-1, 0, 4), (29, 30, 4), (30, 30, 5), (-90, 30, 3), (1, 3600, 0)]
)
def test_a_minute_that_is_not_over_by_the_clock_of_the_server_is_missing(seconds, late, measured):
    date = NOON + 5 * MINUTE + seconds * MINUTE / 60
    found = saying(Reply(TEN, date=date), Reply(ONE, date=date + MINUTE), late=late)
    assert found.measured.tolist() == [True] * measured + [False] * (5 - measured)


def test_types_are_of_the_minutes_that_are_over_and_of_names_that_can_be_kept():
    def kinds(*names):
        result = [{"metric": {"type": name}, "value": [NOON.timestamp(), "3.2"]} for name in names]
        return Reply({"status": "success", "data": {"resultType": "vector", "result": result}})

    date = NOON + 4 * MINUTE
    replies = [Reply(TEN, date=date), Reply(ONE, date=date), kinds("KeyError", "half \ud800", "x" * 300, "")]
    with answering(*replies) as server:
        found = monitor(server.url, late=0).counts("shop", "production", NOON, NOON + 5 * MINUTE)
    assert (found.minutes, found.groups) == (4, {"KeyError": 3, "half ?": 3, "x" * 200: 3})
    _, path, asked, _ = server.asked[-1]
    assert (path, float(asked["time"][0])) == ("/api/v1/query", date.timestamp())
    assert "[239999ms:60000ms]" in asked["query"][0]


def test_remarks_on_the_style_of_a_query_are_no_missing_part():
    remarks = ["PromQL info: metric might not be a counter", "PromQL warning: something odd"]
    found = saying(Reply({**TEN, "warnings": remarks, "infos": ["anything"]}), Reply({**ONE, "warnings": []}))
    assert found.errors.tolist() == [1] * 5


# ---- how it asks ----


def test_a_question_is_bounded_and_asks_for_all_or_nothing():
    with answering(Reply(TEN), Reply(ONE)) as server:
        five(f"{server.url}/prefix/", seconds=7)
    command, path, asked, headers = server.asked[0]
    assert (command, path) == ("GET", "/prefix/api/v1/query_range")
    assert (asked["timeout"], asked["partial_response"], asked["step"]) == (["7s"], ["false"], ["60.0"])
    assert (float(asked["start"][0]), float(asked["end"][0])) == (
        (NOON + MINUTE).timestamp(),
        (NOON + 5 * MINUTE).timestamp(),
    )
    assert "Authorization" not in headers


def test_no_question_is_of_more_points_than_a_server_gives():
    with answering(Reply(told())) as server:
        monitor(server.url).minutes("shop", "production", NOON - 40_320 * MINUTE, NOON, MINUTE)
    windows = [(float(asked["start"][0]), float(asked["end"][0])) for _, _, asked, _ in server.asked]
    assert len(windows) == 5
    assert all((end - start) / 60 < 11_000 for start, end in windows)
    assert [later[0] - earlier[1] for earlier, later in pairwise(windows)] == [60] * 4


def test_a_long_question_is_posted():
    labels = ",".join(f'label{number}="{"x" * 50}"' for number in range(40))
    long = f"http_requests_total{{job={{service}},{labels}}}"
    with answering(Reply(TEN), Reply(ONE)) as server:
        assert five(server.url, requests=long, errors=long).errors.tolist() == [1] * 5
    assert {command for command, *_ in server.asked} == {"GET", "POST"}
    assert all("label39" in asked["query"][0] for _, _, asked, _ in server.asked)


# ---- secrets ----


@pytest.fixture
def secrets(monkeypatch):
    monkeypatch.setenv("PROM_TOKEN", TOKEN)
    monkeypatch.setenv("PROM_USER", "chairlift")
    monkeypatch.setenv("PROM_PASSWORD", "pass w\u00f6rd")


BASIC = {"user_env": "PROM_USER", "password_env": "PROM_PASSWORD"}


def test_it_lets_itself_in_by_what_the_variables_hold(secrets):
    with answering(Reply(TEN), Reply(ONE)) as server:
        five(server.url, token_env="PROM_TOKEN")
        five(server.url, **BASIC)
    held = [headers["Authorization"] for *_, headers in server.asked]
    assert held[0] == f"Bearer {TOKEN}"
    assert held[-1] == "Basic Y2hhaXJsaWZ0OnBhc3Mgd8O2cmQ="


@pytest.mark.parametrize("how", [{"token_env": "PROM_TOKEN"}, BASIC])
def test_no_secret_is_told_whoever_repeats_it(secrets, how):
    hidden = (TOKEN, "pass w\u00f6rd", "Y2hhaXJsaWZ0OnBhc3Mgd8O2cmQ=")
    echo = " ".join(hidden)
    replies = [
        error("bad_data", 400, echo),
        error("internal", 500, echo),
        error("", 401, echo),
        Reply({**TEN, "warnings": [echo]}),
        Reply("", 302, {"Location": f"https://{TOKEN}/"}),
        Reply(echo, 200),
        Reply({"status": echo}),
    ]
    mine = hidden[:1] if "token_env" in how else hidden[1:]
    for reply in replies:
        with answering(reply) as server, pytest.raises((Refused, Unavailable)) as caught:
            five(server.url, **how)
        said = "".join(traceback.format_exception(caught.value)) + repr(monitor(server.url, **how)._settings)
        assert not [each for each in mine if each in said], reply
    with pytest.raises(Unavailable) as caught:
        five("http://127.0.0.1:9", **how)
    assert not [each for each in mine if each in "".join(traceback.format_exception(caught.value))]


def test_a_token_follows_nobody_elsewhere(secrets):
    with answering(Reply(TEN)) as other, answering(Reply("", 307, {"Location": f"{other.url}/api"})) as server:
        with pytest.raises(Refused, match=r"sends on to http://127\.0\.0\.1: write that address"):
            five(server.url, token_env="PROM_TOKEN")
    assert other.asked == []


def test_a_variable_that_holds_nothing_is_named(monkeypatch):
    monkeypatch.delenv("PROM_TOKEN", raising=False)
    with pytest.raises(Refused, match=r"the variable PROM_TOKEN holds no token for 127\.0\.0\.1:9: set it, restart"):
        five("http://127.0.0.1:9", token_env="PROM_TOKEN")
    with pytest.raises(Refused, match="the variable PROM_NOBODY holds nothing"):
        five("http://127.0.0.1:9", user_env="PROM_NOBODY", password_env="PROM_NOTHING")


# ---- settings ----

BAD = [
    ({"url": "https://u:hush@prom.example.org"}, "url 'prom.example.org' is no address of a Prometheus"),
    ({"url": "https://:hush@prom.example.org"}, "url 'prom.example.org' is no address"),
    ({"url": "https://prom.example.org/?token=hush"}, "url 'https://prom.example.org/' is no address"),
    ({"url": "https://prom.example.org#hush"}, "url 'https://prom.example.org' is no address"),
    ({"url": "https://prom.example.org/api/v1"}, "write it as https://prometheus.example.org"),
    ({"url": "ftp://prom.example.org"}, "is no address"),
    ({"urls": {"stage": "https://hush@prom.example.org"}}, "url 'prom.example.org' is no address"),
    ({"url": "http://prom.example.org", "token_env": "T"}, "would send the token in the clear: write https://"),
    ({"token_env": "T", **BASIC}, "lets in by token_env, or by user_env and password_env together"),
    ({"user_env": "U"}, "lets in by token_env, or by user_env and password_env together"),
    ({"urls": {"stage": 7}}, "urls is no table of texts"),
    ({"environments": {"stage": ""}}, "environments is no table of texts"),
    ({"scraped": 0}, "scraped is from 1 to 86,400 seconds, seconds from 1 on"),
    ({"scraped": 100_000}, "scraped is from 1 to 86,400 seconds"),
    ({"late": -1}, "late from 0 on"),
    ({"process": ()}, "process names the labels that tell processes apart"),
    ({"process": ("job", "type")}, "without type_label"),
    ({"process": ("a) or (b",)}, "'a) or (b' in process or type_label is no name of a label"),
    ({"type_label": "a b"}, "is no name of a label"),
    ({"requests": "sum(http_requests_total)"}, "is no counter: write its name and labels alone, without sum()"),
    ({"requests": "rate(x_total[5m])"}, "is no counter"),
    ({"requests": "x_total{job=shop}"}, "is no counter"),
    ({"requests": "x_total[5m]"}, "is no counter"),
    ({"requests": ""}, "requests = '' is no counter"),
    ({"requests": "x" * 5000}, "requests is longer than 4,000 characters"),
    ({"errors": 'x_total{job="{service}"}'}, "errors = 'x_total{job=\"{service}\"}' has {service} within quotes"),
    ({"errors": "x_total{job='a{environment}'}"}, "has {environment} within quotes"),
    ({"errors": "sum(x_total{job=~{service}}[{step}])"}, "has {service} where no label is compared by = or !="),
    ({"errors": "x_total{job!~{service}}"}, "a name is no pattern and no query"),
    ({"errors": "{service}"}, "where no label is compared"),
    ({"types": "x_total{job={servcie}}"}, "types = 'x_total{job={servcie}}' has an unknown {servcie}; there are"),
]


@pytest.mark.parametrize(("wrong", "cause"), BAD)
def test_settings_that_could_count_wrongly_or_tell_a_secret_are_refused(wrong, cause):
    usual = {"url": "https://prom.example.org", "requests": REQUESTS, "errors": ERRORS}
    with pytest.raises(Refused) as refused:
        Settings(**{**usual, **wrong})
    assert cause in str(refused.value)
    assert "hush" not in str(refused.value)


def test_without_a_secret_plain_http_is_nobodys_harm():
    assert Settings(url="http://prom.example.org", requests=REQUESTS, errors=ERRORS).seconds == 60
    Settings(url="http://prom.example.org", requests=REQUESTS, errors=ERRORS, token_env="T", plain_http=True)
