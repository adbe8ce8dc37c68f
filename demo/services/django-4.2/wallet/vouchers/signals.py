from django.dispatch import Signal

spent = Signal()
