from django.dispatch import Signal

spent = Signal(providing_args=['voucher', 'credits', 'course'])
