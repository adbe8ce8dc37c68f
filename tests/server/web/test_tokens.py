"""A token speaks for its person, for as long as it says, and is kept nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chairlift.server.actions import NotPossible
from chairlift.server.models import ApiToken
from chairlift.server.web import admitted, tokens
from chairlift.server.web.scopes import Scope


@pytest.fixture
def made(at_desk):
    return tokens.make("ana-f", [Scope.CHOOSE, Scope.READ], at_desk.roster, at_desk.now, name="CI\x1b\u202e of shop")


def use(world, secret):
    return tokens.use(f"Bearer {secret}", world.now)


def test_it_is_of_its_person_for_ninety_days(at_desk, made):
    row, secret = made
    assert (row.person, row.scopes, row.name) == ("Ana", "read choose", "CI of shop")
    assert row.until - row.made_at == timedelta(days=90)
    assert use(at_desk, secret).pk == row.pk
    at_desk.tick(timedelta(days=90))
    with pytest.raises(tokens.Wrong, match="ended on 2026-04-12"):
        use(at_desk, secret)


def test_the_database_does_not_hold_it(made):
    _, secret = made
    assert len(secret) > 50
    assert secret.removeprefix(tokens.PREFIX) not in str(list(ApiToken.objects.values()))


def test_taken_back_it_is_worth_nothing_and_stays_so(at_desk, made):
    row, secret = made
    admitted.revoke(row.pk, "operator", at_desk.now)
    at_desk.tick(timedelta(days=1))
    again = admitted.revoke(row.pk, "Olga", at_desk.now)
    assert again.revoked_at == at_desk.now - timedelta(days=1)
    # Said twice, it is recorded once, under who came first.
    called = f"token {row.pk} of Ana (CI of shop)"
    assert [(each.by, each.kind, each.about, each.text) for each in admitted.lately()] == [
        ("operator", "ended", called, ""),
        ("operator", "made", called, "read choose"),
    ]
    with pytest.raises(tokens.Wrong, match="taken back on 2026-01-12"):
        use(at_desk, secret)
    with pytest.raises(NotPossible, match="'chairlift tokens' lists them"):
        admitted.revoke(row.pk + 1, "operator", at_desk.now)


def test_that_it_was_used_is_written_once_an_hour(at_desk, made, django_assert_num_queries):
    row, secret = made
    use(at_desk, secret)
    first = at_desk.now
    at_desk.tick(timedelta(minutes=59))
    with django_assert_num_queries(1):
        use(at_desk, secret)
    row.refresh_from_db()
    assert row.last_used_at == first
    at_desk.tick(timedelta(minutes=1))
    use(at_desk, secret)
    row.refresh_from_db()
    assert row.last_used_at == at_desk.now


def test_a_clock_that_jumped_back_is_no_reason_to_write_no_more(at_desk, made):
    row, secret = made
    use(at_desk, secret)
    at_desk.tick(-timedelta(days=30))
    use(at_desk, secret)
    row.refresh_from_db()
    assert row.last_used_at == at_desk.now


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Basic eDp5", "chairlift_x", "Bearer x y"])
def test_what_is_no_token_takes_one_look_at_the_database(at_desk, made, django_assert_num_queries, given):
    with django_assert_num_queries(1), pytest.raises(tokens.Wrong):
        tokens.use(given, at_desk.now)


@pytest.mark.parametrize(
    ("who", "scopes", "days", "why"),
    [
        ("Zoe", [Scope.READ], 90, "add them there first"),
        ("Ana", [], 90, "--scope: read, choose, act, lead"),
        ("Ana", [Scope.READ], 0, "from 1 to 366"),
        ("Ana", [Scope.READ], 367, "from 1 to 366"),
    ],
)
def test_not_any_token(at_desk, who, scopes, days, why):
    with pytest.raises(NotPossible, match=why):
        tokens.make(who, scopes, at_desk.roster, at_desk.now, days)
    assert not ApiToken.objects.exists()


def test_a_scope_of_another_version_gives_nothing(at_desk, made):
    _, secret = made
    ApiToken.objects.update(scopes="read everything")
    assert tokens.scopes_of(use(at_desk, secret)) == {Scope.READ}
