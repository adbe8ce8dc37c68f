import django.core.validators
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('slug', models.SlugField(editable=False, max_length=60, unique=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='courses.topic')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Course',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('slug', models.SlugField(max_length=120, unique=True)),
                ('about', models.TextField(blank=True, verbose_name='about')),
                ('hours', models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(400)], verbose_name='hours')),
                ('published', models.BooleanField(default=False, verbose_name='published')),
                ('recommended', models.BooleanField(help_text='Empty: the board has not decided.', null=True, verbose_name='recommended')),
                ('topics', models.ManyToManyField(blank=True, related_name='courses', to='courses.topic')),
            ],
            options={
                'ordering': ['title'],
            },
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts', models.DateField(verbose_name='starts')),
                ('seats', models.PositiveSmallIntegerField(default=12, verbose_name='seats')),
                ('full', models.BooleanField(default=False, verbose_name='full')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='editions', to='courses.course')),
            ],
            options={
                'ordering': ['starts'],
                'unique_together': {('course', 'starts')},
                'index_together': {('starts', 'full')},
            },
        ),
    ]
