"""What the probe tells, as servers that are asked for."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.proving.servers.wants import Want, wants


def database(engine, **said):
    return {"kind": "want", "engine": engine, **said}


def place(host, port, hint="", **said):
    return {"kind": "want", "host": host, "port": str(port), "hint": hint, **said}


@pytest.mark.parametrize(
    ("told", "want"),
    [
        (database("django.db.backends.postgresql", host="db", name="x"), Want("PostgreSQL", "db", 5432, names=("x",))),
        (database("postgresql", name="test_x", reached=True), Want("PostgreSQL", "", 5432, reached=True)),
        (database("postgresql", name="x", test="x"), Want("PostgreSQL", "", 5432)),
        (database("django_prometheus.db.backends.postgresql", port="6000"), Want("PostgreSQL", "", 6000)),
        (database("django.contrib.gis.db.backends.postgis"), Want("PostgreSQL", "", 5432, gis=True)),
        (database("django.db.backends.mysql", user="u", password="p"), Want("MySQL", "", 3306, "u", "p")),
        (database("django.db.backends.oracle", host="o"), Want("Oracle", "o", 1521)),
        (place("cache", 6379), Want("Redis", "cache", 6379)),
        (place("cache", 6390, "CACHES django_redis.cache.RedisCache"), Want("Redis", "cache", 6390)),
        (place("cache", 0, "redis", password="p"), Want("Redis", "cache", 6379, password="p")),
        (place("mc", 11212, "CACHES x.PyMemcacheCache"), Want("memcached", "mc", 11212)),
        (place("rabbit", 5672, reached=True), Want("RabbitMQ", "rabbit", 5672, reached=True)),
    ],
)
def test_a_server_is_known_by_what_names_it(told, want):
    assert wants([told]) == (want,)


@pytest.mark.parametrize(
    "told",
    [
        database("django.db.backends.sqlite3", name="db.sqlite3"),
        place("example.com", 443),
        place("smtp", 25, "EMAIL_HOST"),
        place("", 6379),
        {"kind": "django", "version": "3.2"},
    ],
)
def test_what_is_no_server_is_left_alone(told):
    assert wants([told]) == ()


def test_the_same_is_one():
    assert len(wants([place("cache", 6379), place("cache", 6379)])) == 1


def test_no_password_is_shown():
    assert "hunter2" not in repr(Want("MySQL", password="hunter2"))
