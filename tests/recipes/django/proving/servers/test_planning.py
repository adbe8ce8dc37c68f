"""Which servers are started for what is asked, under which names; and what is said of those that are not."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.config.declared import Service
from chairlift.recipes.django.proving.servers import planning
from chairlift.recipes.django.proving.servers.asked import Asked
from chairlift.recipes.django.proving.servers.kinds import Found, Server
from chairlift.recipes.django.proving.servers.mysql import MySQL
from chairlift.recipes.django.proving.servers.planning import KINDS, Plan, Told, plan, shown, unverified
from chairlift.recipes.django.proving.servers.postgresql import PostgreSQL
from chairlift.recipes.django.proving.servers.redis import Redis
from chairlift.recipes.django.proving.servers.wants import Want
from tests.recipes.django.proving.services import with_server

PG = Found("12.3", {name: f"/usr/bin/{name}" for name in ("initdb", "postgres", "psql", "pg_isready")})
MARIADB = Found(
    "MariaDB 10.11.6", {name: name for name in ("mariadbd", "mariadb-install-db", "mariadb", "mariadb-admin")}
)
MYSQLD = Found("8.0.36", {name: name for name in ("mysqld", "mariadb", "mariadb-admin")})


@with_server("Redis")
def test_one_server_answers_for_all_names_of_a_port():
    wants = [Want("Redis", host, 6379) for host in ("redis", "cache.example.com", "localhost", "127.0.0.1")]
    made = plan([*wants, Want("Redis", "other", 6380)], Asked())
    assert [each.port for each in made.servers] == [6379, 6380]
    assert made.names == ("cache.example.com", "other", "redis")
    assert made.missing == ()


@pytest.mark.parametrize(
    ("want", "words"),
    [
        (Want("RabbitMQ", "rabbit", 5672), "no RabbitMQ is started for tests here"),
        (Want("Redis", "10.1.2.3", 6379), "an address of another machine"),
        (Want("Redis", "redis evil\n10.0.0.1 x", 6379), "is no name of a machine"),
        (Want("Redis", "redis", 80), "not for programs without rights"),
        (Want("PostgreSQL", "/etc/x", 5432), "cannot be written in a sandbox"),
    ],
)
def test_what_cannot_be_answered_for_is_said(want, words):
    made = plan([want], Asked())
    assert made.servers == ()
    assert words in made.missing[0].why


def test_a_server_that_is_not_installed_is_said_with_its_package(monkeypatch):
    monkeypatch.setattr(Redis, "find", lambda self, near="": None)
    made = plan([Want("Redis", "redis", 6379)], Asked())
    assert made.missing[0].why == "no Redis is installed on this machine: apt install redis-server"


def test_only_what_was_called_counts_as_not_proven():
    want = Want("RabbitMQ", "rabbit", 5672)
    made = plan([want], Asked())
    assert unverified(made, [], [want]) == ()
    called = Want("RabbitMQ", "rabbit", 5672, reached=True)
    assert unverified(made.more([called]), [], [called])[0].startswith("what needs RabbitMQ (rabbit:5672): no RabbitMQ")


def test_a_server_that_did_not_stay_is_said():
    said = unverified(Plan(), [Told("Redis", "7.0", 6379, "died", "it ended with -9: out of memory")], [])
    assert said == (
        "what needs Redis on port 6379: 7.0 died while the tests ran: it ended with -9: out of memory",
    )  # fmt: skip
    assert "could not be started" in unverified(Plan(), [Told("Redis", "7.0", 6379, "failed")], [])[0]
    assert unverified(Plan(), [Told("Redis", "7.0", 6379, "up")], []) == ()


@pytest.mark.parametrize(
    ("told", "image", "text"),
    [
        (("PostgreSQL", "15.18"), "postgres:15", "PostgreSQL 15.18 on port 1"),
        (("PostgreSQL", "15.18"), "postgres:12.1", "PostgreSQL 15.18 on port 1, where CI has postgres:12.1"),
        (("PostgreSQL", "15.18"), "postgres", "PostgreSQL 15.18 on port 1"),
        (("PostgreSQL", "15.18"), "", "PostgreSQL 15.18 on port 1"),
        (("MySQL", "MariaDB 10.11.6"), "mariadb:10.11", "MariaDB 10.11.6 on port 1"),
        (("MySQL", "MariaDB 10.11.6"), "mysql", "MariaDB 10.11.6 on port 1, where CI has mysql"),
        (("MySQL", "8.0.36"), "mysql:8", "MySQL 8.0.36 on port 1"),
        (("MySQL", "8.0.36"), "mariadb:8", "MySQL 8.0.36 on port 1, where CI has mariadb:8"),
    ],
)
def test_another_version_than_in_ci_is_said(told, image, text):
    made = Plan(asked=Asked(services=(Service("x", image),)))
    assert shown(made, [Told(*told, 1, "up")]) == (text,)


def test_what_did_not_start_did_not_run():
    assert shown(Plan(), [Told("Redis", "7.0", 6379, "failed")]) == ()


# ---- the kinds ----


def test_postgresql_makes_users_databases_and_extensions_by_their_exact_names():
    server = Server(PostgreSQL(), PG, 5433, (('o"k', "p"), ("postgres", "")), ("x-y", "postgres"), (), ("hstore",))
    steps = PostgreSQL().steps(server)
    assert steps.after[0][1] == 'CREATE EXTENSION "hstore";\n'
    assert 'CREATE ROLE "o""k" SUPERUSER LOGIN;' in steps.after[1][1]
    assert 'CREATE DATABASE "x-y";' in steps.after[1][1]
    assert '"postgres"' not in steps.after[1][1]
    assert "--icu-locale=en-US" not in steps.prepare[0]


def test_postgresql_takes_the_version_nearest_to_that_of_ci(monkeypatch):
    every = [Found(version, {}) for version in ("13.4", "15.2", "11.9")]
    monkeypatch.setattr(PostgreSQL, "_all", lambda self: iter(every))
    nearest = {near: PostgreSQL().find(near).version for near in ("13", "12", "9.6", "16", "")}
    assert nearest == {"13": "13.4", "12": "13.4", "9.6": "11.9", "16": "15.2", "": "15.2"}


def test_mysql_gives_users_their_passwords_and_root_last():
    server = Server(MySQL(), MARIADB, 3306, (("root", "it's"), ("u\\", "p")), ("a`b",))
    said = MySQL().steps(server).after[-1][1].splitlines()
    assert "CREATE USER IF NOT EXISTS 'u\\\\'@'%' IDENTIFIED BY 'p';" in said
    assert "CREATE DATABASE IF NOT EXISTS `a``b`;" in said
    assert said[-4:] == [
        f"ALTER USER 'root'@'{host}' IDENTIFIED BY 'it''s';" for host in ("%", "localhost", "127.0.0.1", "::1")
    ]


def test_mysql_of_oracle_makes_its_own_data():
    steps = MySQL().steps(Server(MySQL(), MYSQLD, 3307))
    assert "--initialize-insecure" in steps.prepare[0]
    assert steps.start[0] == "mysqld"
    assert "--socket=/run/mysqld/3307.sock" in steps.start


def test_a_socket_is_made_once_however_its_path_is_spelt():
    want = Want("MySQL", "/var/run/mysqld/mysqld.sock", 3306)
    server = planning._server(Server(MySQL(), MARIADB, 3306), [want], Asked())
    links = [each for each in MySQL().steps(server).prepare if each[0] == "ln"]
    assert [each[-1] for each in links] == ["/tmp/mysql.sock"]


def test_what_ci_sets_for_a_server_is_made_there():
    beside = Service("db", "postgres:12", {"POSTGRES_USER": "u", "POSTGRES_DB": "d", "POSTGRES_PASSWORD": "p"})
    server = planning._server(Server(PostgreSQL(), PG, 5432), [Want("PostgreSQL", gis=True)], Asked(services=(beside,)))
    assert (server.users, server.databases, server.extensions) == ((("u", "p"),), ("d",), ("postgis",))


def test_redis_wants_a_password_where_its_clients_give_one():
    redis = Found("7.0", {"redis-server": "redis-server"})
    with_one = Redis().steps(Server(Redis(), redis, 6379, (("", "p"),))).start
    assert with_one[-2:] == ["--requirepass", "p"]
    assert "--requirepass" not in Redis().steps(Server(Redis(), redis, 6379)).start


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_how_it_is_had(kind):
    assert KINDS[kind].name == kind
    assert KINDS[kind].package
