"""Pages that look again by themselves: every few seconds the browser asks whether what it shows is still so.

Asking, not a stream: a stream holds a thread of the server for each open page, and proxies cut it; an answer of
"nothing new" is a few hundred bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from chairlift.server.web.answering import etag, not_modified

#: Where the digest of the page stands in it.
MARK = b"@@page@@"
#: What differs each time a page is made: how long ago something was, and what guards its forms.
_MOVES = re.compile(
    rb'(?<=>)[^<]*(?=</time>)|name="(?:csrfmiddlewaretoken|once)" value="[^"]*"|<footer>.*?</footer>', re.DOTALL
)


class Live:
    """Gives live pages a digest, and says 304 to who has seen this one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.streaming or MARK not in response.content:
            return response
        tag = etag(_MOVES.sub(b"", response.content))
        response.content = response.content.replace(MARK, tag.strip('"').encode())
        return not_modified(request, response, tag)
