from django.db import migrations, models
import moneta.fields


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('total', moneta.fields.MoneyField(max_length=24)),
                ('paid', moneta.fields.MoneyField(blank=True, max_length=24, null=True)),
            ],
            options={
                'index_together': {('total', 'paid')},
            },
        ),
    ]
