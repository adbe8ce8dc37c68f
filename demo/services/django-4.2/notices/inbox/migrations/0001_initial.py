from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Learner',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('language', models.CharField(default='en', max_length=8, verbose_name='language')),
                ('zone', models.CharField(default='UTC', max_length=40, verbose_name='time zone')),
                ('muted', models.BooleanField(default=False, verbose_name='wants no mail')),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('course', models.CharField(max_length=120, verbose_name='course')),
                ('happened_at', models.DateTimeField(verbose_name='happened at')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='inbox.learner')),
            ],
            options={
                'ordering': ['-happened_at', 'pk'],
                'unique_together': {('learner', 'key')},
            },
        ),
    ]
