from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from people.models import Person


@admin.register(Person)
class PersonAdmin(UserAdmin):
    list_display = UserAdmin.list_display + ('department', 'is_book_keeper')
    fieldsets = UserAdmin.fieldsets + ((_('Ledger'), {'fields': ('department', 'is_book_keeper')}),)


