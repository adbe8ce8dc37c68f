"""SQLite's INSERT OR REPLACE deletes what it replaces without asking the triggers of DELETE: refuse it as well."""

from django.db import migrations

TABLE = "server_entry"
MESSAGE = "the log is append-only: write a new entry instead"


def forbid(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER log_no_replace BEFORE INSERT ON {TABLE} "
            f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        # Not refused: whoever writes under a key that is there already wants it written once, and leaves it at that.
        schema_editor.execute(
            f"CREATE TRIGGER log_no_second BEFORE INSERT ON {TABLE} "
            f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE key = NEW.key) BEGIN SELECT RAISE(IGNORE); END"
        )


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in ("log_no_replace", "log_no_second"):
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("server", "0002_append_only")]
    operations = [migrations.RunPython(forbid, allow)]
