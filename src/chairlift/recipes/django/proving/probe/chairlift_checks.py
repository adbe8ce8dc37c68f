"""Runs inside the service's environment: its system checks, and the migrations that its models need and nobody wrote.

Arguments: manage.py or nothing, the settings module or nothing, the name for migrations that Django names by the clock.
Nothing is written and no database is asked; what it finds is told to the probe's socket.
"""

import re
import sys
from typing import Any, Dict, List, Tuple

from chairlift_settings import arrive  # type: ignore[import-not-found]

#: Every process of the environment has loaded it; it is found in no folder that we would know of.
probe: Any = sys.modules["chairlift_probe"]

#: What of a field says nothing to the database.
_NOT_IN_DATABASE = (
    *("blank", "choices", "default", "editable", "error_messages", "help_text", "limit_choices_to", "on_delete"),
    *("related_name", "related_query_name", "validators", "verbose_name", "auto_created", "auto_now", "auto_now_add"),
    *("upload_to", "storage", "db_comment", "swappable", "encoder", "decoder", "protocol", "unpack_ipv4"),
)
#: Classes that were renamed: the column is the same.
_SAME = {
    "django.contrib.postgres.fields.jsonb.JSONField": "django.db.models.JSONField",
    "django.contrib.postgres.fields.JSONField": "django.db.models.JSONField",
    "django.db.models.fields.json.JSONField": "django.db.models.JSONField",
}
_BY_THE_CLOCK = re.compile(r"_auto_\d{8}_\d{4}$")
_HEADER = re.compile(r"\A#[^\n]*\n+")


def main(manage: str, settings: str, name: str) -> None:
    arrive(manage, settings, lambda: look(name), "check")


def look(name: str) -> None:
    import django
    from django.conf import settings

    try:
        django.setup()
    except Exception:
        return trouble("setup")
    probe.tell(kind="settings", name=str(getattr(settings, "SETTINGS_MODULE", "")))
    probe.tell_versions()
    for what, part in (("checks", tell_checks), ("migrations", lambda: tell_migrations(name))):
        try:
            part()
        except Exception:
            trouble(what)
        else:
            probe.tell(kind="done", what=what)


def trouble(what: str) -> None:
    kind, value, trace = sys.exc_info()
    probe.tell(kind="trouble", what=what, failure=probe.described(kind, value, trace))


def tell_checks() -> None:
    from django.core import checks

    for message in checks.run_checks(include_deployment_checks=True):
        about = message.obj
        label = getattr(getattr(about, "_meta", None), "label", "") or ("" if about is None else str(about))
        levels = ((checks.CRITICAL, "CRITICAL"), (checks.ERROR, "ERROR"), (checks.WARNING, "WARNING"))
        level = next((text for number, text in levels if message.level >= number), "INFO")
        told = {"id": message.id or "", "level": level, "text": str(message.msg), "hint": str(message.hint or "")}
        if not message.is_silenced():
            probe.tell(kind="check", about=label[:200], **{key: value[:1500] for key, value in told.items()})


def tell_migrations(name: str) -> None:
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.questioner import MigrationQuestioner
    from django.db.migrations.state import ProjectState

    asked: List[str] = []

    class Questioner(MigrationQuestioner):
        """Asks nobody, and remembers what it would have asked. Its answers are those of --noinput."""

    def asking(question: str) -> Any:
        def ask(self, *about):  # type: ignore[no-untyped-def]
            words = [str(getattr(each, "name", each)) for each in about]
            asked.append("{}: {}".format(question.replace("ask_", "").replace("_", " "), ", ".join(words)))
            return None if "null" in question or "auto_now" in question else False

        return ask

    for question in dir(MigrationQuestioner):
        if question.startswith("ask_") and question not in ("ask_initial", "ask_merge"):
            setattr(Questioner, question, asking(question))
    # Without a connection: what is in the database is not asked.
    loader = MigrationLoader(None, ignore_no_migrations=True)
    conflicts = loader.detect_conflicts()
    if conflicts:
        raise RuntimeError(f"conflicting migrations: {conflicts}")
    before = loader.project_state()

    def changes(given: Any) -> Any:
        # The detector takes apart what it is given, so each gets its own.
        now = ProjectState.from_apps(apps)
        detector = MigrationAutodetector(before.clone(), now, Questioner(dry_run=True))
        return detector.changes(graph=loader.graph, migration_name=given)

    found = changes(None)
    if any(_BY_THE_CLOCK.search(each.name) for all_of_app in found.values() for each in all_of_app):
        del asked[:]
        found = changes(name)
    for app, migrations in found.items():
        for migration in migrations:
            tell_migration(app, migration, before, sorted(set(asked)))


def tell_migration(app: str, migration: Any, before: Any, asked: List[str]) -> None:
    from django.db.migrations.writer import MigrationWriter

    writer = MigrationWriter(migration)
    path = probe.relative(writer.path)
    text = _HEADER.sub("", writer.as_string())
    alters: List[str] = []
    for operation in migration.operations:
        table = altered(operation, app, before)
        if table:
            alters.append(table)
    probe.tell(
        kind="migration",
        app=app,
        name=migration.name,
        path=path,
        text=text,
        operations=[each.describe() for each in migration.operations],
        alters=sorted(set(alters)),
        asks=asked,
        distribution="" if path else probe.distribution(writer.path),
    )


def altered(operation: Any, app: str, before: Any) -> str:
    """The table that already exists and that this operation alters in the database; empty where it does not."""
    kind = type(operation).__name__
    if kind in ("CreateModel", "AlterModelOptions", "AlterModelManagers", "RenameIndex", "AlterModelTableComment"):
        return ""
    model = getattr(operation, "model_name", None) or getattr(operation, "name", "")
    state = before.models.get((app, str(model).lower()))
    if state is None:
        return ""
    table = str(state.options.get("db_table") or f"{app}_{str(model).lower()}")
    if kind == "AlterField":
        fields = dict(state.fields)
        old = fields.get(operation.name)
        if old is not None and column(old) == column(operation.field):
            return ""
    return table


def column(field: Any) -> Tuple[str, Dict[str, str]]:
    """What of a field the database sees."""
    _, path, _args, options = field.deconstruct()
    options = {key: value for key, value in options.items() if key not in _NOT_IN_DATABASE}
    if path.endswith(".NullBooleanField"):
        path, options = "django.db.models.BooleanField", {**options, "null": True}
    return _SAME.get(path, path), {key: str(value) for key, value in options.items()}


if __name__ == "__main__":
    main(*sys.argv[1:4])
