from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("server", "0017_reviews_read")]
    operations = [
        migrations.AddField(model_name="campaign", name="alarmed_why", field=models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField(model_name="upgrade", name="alarm", field=models.CharField(blank=True, default="", max_length=400), preserve_default=False),
    ]
