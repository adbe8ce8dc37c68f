from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.utils.decorators import available_attrs


def teachers_only(view):
    """Signed in; scripts get an answer that they understand."""

    @wraps(view, assigned=available_attrs(view))
    def wrapper(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.is_ajax():
            return JsonResponse({'error': 'sign in'}, status=401)
        raise PermissionDenied

    return wrapper
