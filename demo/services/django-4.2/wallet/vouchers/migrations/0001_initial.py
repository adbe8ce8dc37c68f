import datetime
from django.db import migrations, models
import django.db.models.deletion
import vouchers.models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('verified', models.BooleanField(null=True, verbose_name='verified')),
                ('terms', models.JSONField(blank=True, default=dict, verbose_name='terms')),
            ],
            options={
                'verbose_name_plural': 'companies',
            },
        ),
        migrations.CreateModel(
            name='Voucher',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=vouchers.models.new_code, max_length=14, unique=True, verbose_name='code')),
                ('worth', models.PositiveIntegerField(verbose_name='worth')),
                ('used', models.PositiveIntegerField(default=0, verbose_name='used')),
                ('rules', models.JSONField(blank=True, default=dict, verbose_name='rules')),
                ('made_on', models.DateField(verbose_name='made on')),
                ('expires_on', models.DateField(blank=True, verbose_name='expires on')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vouchers', to='vouchers.company')),
            ],
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('credits', models.IntegerField()),
                ('what', models.JSONField(default=dict)),
                ('at', models.DateTimeField(default=datetime.datetime.now)),
                ('voucher', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='movements', to='vouchers.voucher')),
            ],
            options={
                'index_together': {('voucher', 'at')},
            },
        ),
    ]
