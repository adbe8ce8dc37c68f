from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import JsonResponse


def teachers_only(view):
    """Signed in; scripts get an answer that they understand."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return JsonResponse({'error': 'sign in'}, status=401)
        raise PermissionDenied

    return wrapper
