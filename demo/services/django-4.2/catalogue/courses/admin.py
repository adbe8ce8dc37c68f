from django.contrib import admin
from django.utils.translation import gettext_lazy as _, ngettext

from courses.models import Course, Edition, Topic


class EditionInline(admin.TabularInline):
    model = Edition
    extra = 0


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin):
    actions = ['publish']
    filter_horizontal = ['topics']
    inlines = [EditionInline]
    list_display = ['title', 'hours', 'published', 'editions_ahead']
    list_filter = ['published', 'recommended', 'topics']
    prepopulated_fields = {'slug': ['title']}
    search_fields = ['title', 'about']

    @admin.display(
        description=_('editions with free seats')
    )
    def editions_ahead(self, course):
        return course.editions.filter(full=False).count()

    @admin.action(
        description=_('Publish')
    )
    def publish(self, request, queryset):
        n = queryset.update(published=True)
        self.message_user(request, ngettext('%d course published', '%d courses published', n) % n)


admin.site.register(Topic, list_display=['name', 'parent'])
