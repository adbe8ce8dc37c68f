from django.contrib import admin
from django.utils.translation import ugettext_lazy as _, ungettext

from courses.models import Course, Edition, Topic


class EditionInline(admin.TabularInline):
    model = Edition
    extra = 0


class CourseAdmin(admin.ModelAdmin):
    actions = ['publish']
    filter_horizontal = ['topics']
    inlines = [EditionInline]
    list_display = ['title', 'hours', 'published', 'editions_ahead']
    list_filter = ['published', 'recommended', 'topics']
    prepopulated_fields = {'slug': ['title']}
    search_fields = ['title', 'about']

    def editions_ahead(self, course):
        return course.editions.filter(full=False).count()
    editions_ahead.short_description = _('editions with free seats')

    def publish(self, request, queryset):
        n = queryset.update(published=True)
        self.message_user(request, ungettext('%d course published', '%d courses published', n) % n)
    publish.short_description = _('Publish')


admin.site.register(Course, CourseAdmin)
admin.site.register(Topic, list_display=['name', 'parent'])
