"""A package index on this machine: PEP 691 JSON with the dates of PEP 700, or HTML for who asks for that."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from packaging.utils import canonicalize_name


@contextmanager
def served(folder: Path, dates: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve the wheels of a folder; `dates` are upload times by file name. Yields the address of the index."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = [each for each in self.path.split("/") if each]
            if parts[:1] == ["files"] and len(parts) == 2 and (folder / parts[1]).is_file():
                return self._answer("application/octet-stream", (folder / parts[1]).read_bytes())
            names = [each.name for each in sorted(folder.glob("*.whl"))]
            mine = [each for each in names if canonicalize_name(each.split("-")[0]) == parts[-1]]
            if parts[:1] != ["simple"] or not mine:
                self.send_error(404)
                return None
            files = [{"filename": each, "url": f"/files/{each}", "hashes": {}} for each in mine]
            for file in files:
                file["upload-time"] = (dates or {}).get(str(file["filename"]), "2021-01-01T00:00:00Z")
            if "json" not in (self.headers["Accept"] or ""):
                links = "".join(f'<a href="{each["url"]}">{each["filename"]}</a>\n' for each in files)
                return self._answer("text/html", f"<!DOCTYPE html><html><body>{links}</body></html>".encode())
            page = {"meta": {"api-version": "1.1"}, "name": parts[-1], "files": files}
            return self._answer("application/vnd.pypi.simple.v1+json", json.dumps(page).encode())

        def _answer(self, kind: str, data: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
