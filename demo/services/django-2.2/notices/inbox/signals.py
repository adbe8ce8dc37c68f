"""What other parts may listen to."""
from django.dispatch import Signal

happened = Signal(providing_args=['learner', 'kind', 'course', 'at'])
told = Signal(providing_args=['notice'])
