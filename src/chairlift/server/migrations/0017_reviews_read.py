"""The words of reviews are read from now on: what was said in them before was never meant to be obeyed."""

from django.db import migrations, models
from django.utils import timezone


def read_all(apps, schema_editor):
    upgrades = apps.get_model("server", "Upgrade").objects.using(schema_editor.connection.alias)
    upgrades.update(reviews_read={"": timezone.now().isoformat()})


class Migration(migrations.Migration):
    dependencies = [("server", "0016_forges")]
    operations = [
        migrations.AddField(model_name="upgrade", name="reviews_read", field=models.JSONField(default=dict)),
        migrations.RunPython(read_all, migrations.RunPython.noop),
    ]
