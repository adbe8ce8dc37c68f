from django.contrib import admin

from books.models import Account, Entry, Month, Posting


class PostingInline(admin.TabularInline):
    model = Posting
    extra = 2


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    date_hierarchy = 'day'
    inlines = [PostingInline]
    list_display = ['day', 'text', 'by']
    search_fields = ['text']


admin.site.register(Account, list_display=['code', 'name', 'kind', 'reconciled'])
admin.site.register(Month, list_display=['year', 'month', 'closed_by', 'closed_at'])
