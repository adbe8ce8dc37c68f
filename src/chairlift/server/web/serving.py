"""The pages on a socket of this process, beside the loop."""

from __future__ import annotations

import threading
from typing import Any

from django.core.wsgi import get_wsgi_application
from waitress.server import create_server


class Taken(Exception):
    """Nothing can listen there; the text says why and what to do."""


class Serving:
    """Serves from the moment it is made; `close` ends that."""

    def __init__(self, host: str, port: int, threads: int = 8) -> None:
        try:
            self._server: Any = create_server(
                get_wsgi_application(), host=host, port=port, threads=threads, ident="",
                clear_untrusted_proxy_headers=True,
                # A spreadsheet of ten thousand rows is a tenth of it.
                max_request_body_size=32 * 2**20,
            )  # fmt: skip
        except OSError as error:
            why = error.strerror or error
            way_out = "choose another with --listen HOST:PORT, or --listen none"
            raise Taken(f"the pages cannot be served at {host}:{port}: {why}; {way_out}") from error
        self.port: int = self._server.effective_port
        self._thread = threading.Thread(target=self._server.run, name="pages", daemon=True)
        self._thread.start()

    def close(self) -> None:
        # Who is being answered gets the whole answer.
        self._server.task_dispatcher.shutdown()
        self._server.close()
        self._thread.join(timeout=5)
