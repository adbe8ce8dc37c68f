"""Answers without an opinion on caching get one."""


class CacheMarks:
    def __init__(self, get_response=None):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if "cache-control" not in response:
            response["Cache-Control"] = "max-age=60" if response.status_code == 200 else "no-store"
        return response
