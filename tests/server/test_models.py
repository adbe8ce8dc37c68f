"""The append-only log: Python and the database itself refuse to change or delete what is written."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server.models import Entry, LogIsAppendOnly

ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
REFUSED = "the log is append-only: write a new entry instead"


@pytest.fixture
def log(world):
    """Two entries, one of them under a key."""
    world.service("shop", files=None)
    world.load()
    Entry.write(world.row("shop"), Line(world.now, "Ana", Kind.SAID, text="as it was"), key="one")
    Entry.write(world.row("shop"), Line(world.now, "Bo", Kind.SAID, text="as it was, too"))
    return world


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def contents():
    return list(Entry.objects.order_by("pk").values())


@pytest.fixture
def unchanged(log):
    before = contents()
    yield log
    assert contents() == before


class TestPython:
    def test_an_entry_is_not_saved_again(self, unchanged):
        entry = Entry.objects.get(key="one")
        entry.text = "as somebody would like it"
        for act in (entry.save, entry.delete):
            with pytest.raises(LogIsAppendOnly, match="write a new one"):
                act()

    def test_nor_are_many(self, unchanged):
        rows = Entry.objects.filter(by="Ana")
        entry = rows.get()
        entry.text = "other"
        acts = (
            rows.delete,
            lambda: rows.update(text="other"),
            lambda: Entry.objects.bulk_update([entry], ["text"]),
            lambda: Entry.objects.update_or_create(key="one", defaults={"text": "other"}),
            lambda: unchanged.row("shop").entries.update(text="other"),
            lambda: unchanged.campaign.entries.all().delete(),
        )
        for act in acts:
            with pytest.raises(LogIsAppendOnly), transaction.atomic():
                act()

    def test_what_the_log_speaks_of_stays(self, unchanged):
        for row in (unchanged.row("shop"), unchanged.campaign):
            with pytest.raises(DatabaseError), transaction.atomic():
                row.delete()

    def test_a_key_is_written_once(self, log):
        before = contents()
        Entry.write(log.row("shop"), Line(log.now, "Bo", Kind.SAID, text="other"), key="one")
        assert contents() == before


#: What somebody would write in the place of Ana's entry, as the same row or as another one.
FORGED = (
    "SELECT {}, at, 'Eve', kind, change, step, about, text, data, {}, campaign_id, upgrade_id "
    "FROM server_entry WHERE key = 'one'"
)
COLUMNS = "(id, at, by, kind, change, step, about, text, data, key, campaign_id, upgrade_id)"
#: Ways around a trigger of UPDATE or DELETE that only one of them has.
SQLITES = (
    "UPDATE OR REPLACE server_entry SET key = 'one'",
    f"REPLACE INTO server_entry {COLUMNS} {FORGED.format('id', 'NULL')}",
)
POSTGRESQLS = (
    "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE server_entry CASCADE",
    "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE server_campaign CASCADE",
    f"INSERT INTO server_entry {COLUMNS} {FORGED.format('9999', 'key')} ON CONFLICT (key) DO UPDATE SET by = 'E'",
)


class TestDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE server_entry SET text = 'other'",
            "UPDATE server_entry SET id = id + 100",
            "DELETE FROM server_entry",
            "DELETE FROM server_entry WHERE key = 'one'",
            f"INSERT INTO server_entry {COLUMNS} {FORGED.format('id', 'NULL')} ON CONFLICT (id) DO UPDATE SET by = 'E'",
            *(SQLITES if ON_SQLITE else POSTGRESQLS),
        ],
    )
    def test_refuses(self, unchanged, statement):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            run(statement)

    @pytest.mark.skipif(not ON_SQLITE, reason="PostgreSQL refuses these, or does not know them")
    @pytest.mark.parametrize(
        "statement",
        [
            f"INSERT OR REPLACE INTO server_entry {COLUMNS} {FORGED.format('id', 'key')}",
            f"REPLACE INTO server_entry {COLUMNS} {FORGED.format('NULL', 'key')}",
            f"INSERT OR REPLACE INTO server_entry {COLUMNS} {FORGED.format('9999', 'key')}",
            f"INSERT INTO server_entry {COLUMNS} {FORGED.format('NULL', 'key')} ON CONFLICT (key) DO UPDATE SET by='E'",
        ],
    )
    def test_leaves_what_is_written_under_a_key(self, unchanged, statement):
        run(statement)

    def test_takes_new_entries_with_and_without_a_key(self, log):
        before = len(contents())
        for key in ("two", "two", "", ""):
            Entry.write(log.row("shop"), Line(log.now, "Bo", Kind.SAID, text="new"), key=key)
        assert len(contents()) == before + 3
