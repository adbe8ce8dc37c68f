from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _


class Topic(models.Model):
    name = models.CharField(_('name'), max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True, editable=False)
    parent = models.ForeignKey('self', null=True, blank=True, related_name='children', on_delete=models.CASCADE)

    class Meta:
        ordering = ['name']

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.slug = self.slug or slugify(self.name)
        super().save(*args, **kwargs)

    def path(self):
        """From the root down to this topic."""
        return (self.parent.path() if self.parent else []) + [self]


class CourseQuerySet(models.QuerySet):
    def visible(self, today):
        """On sale now, with the number of editions that can still be booked."""
        open_editions = Q(editions__starts__gt=today, editions__full=False)
        found = self.filter(published=True).annotate(open=Count('editions', filter=open_editions))
        return found.order_by('title')

    def matching(self, words):
        found = self
        for word in words.split():
            found = found.filter(Q(title__icontains=word) | Q(about__icontains=word))
        return found


class Course(models.Model):
    title = models.CharField(_('title'), max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    about = models.TextField(_('about'), blank=True)
    hours = models.PositiveSmallIntegerField(_('hours'), validators=[MaxValueValidator(400)])
    topics = models.ManyToManyField(Topic, related_name='courses', blank=True)
    published = models.BooleanField(_('published'), default=False)
    recommended = models.BooleanField(_('recommended'), help_text=_('Empty: the board has not decided.'), null=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ['title']

    def __str__(self):
        return self.title


class Edition(models.Model):
    course = models.ForeignKey(Course, related_name='editions', on_delete=models.CASCADE)
    starts = models.DateField(_('starts'))
    seats = models.PositiveSmallIntegerField(_('seats'), default=12)
    full = models.BooleanField(_('full'), default=False)

    class Meta:
        ordering = ['starts']
        unique_together = [('course', 'starts')]
        index_together = [('starts', 'full')]

    def __str__(self):
        return f'{self.course}, {self.starts:%Y-%m-%d}'
