"""What other parts may listen to."""
from django.dispatch import Signal

happened = Signal()
told = Signal()
