"""PostgreSQL's TRUNCATE empties a table without asking the triggers of DELETE: refuse it as well."""

from django.db import migrations

TABLE = "server_entry"


def forbid(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER log_no_emptying BEFORE TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION chairlift_append_only()"
        )


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER log_no_emptying ON {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("server", "0004_shared_sheet")]
    operations = [migrations.RunPython(forbid, allow)]
