"""A server that keeps what it was asked, and answers what the path says."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

TOKEN = "/v1/oauth2/token"
ANSWERS = {
    TOKEN: b'{"access_token": "T", "token_type": "Bearer", "expires_in": 32400}',
    "/json-list": b"[]",
    "/html": b"<html>",
    "/binary": b"\xff\xfe\x00",
    "/nothing": b"",
}


class Server:
    """``/status/N`` answers N; ``/held`` waits until it is let go, ``/mute`` to the end."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers = dict(ANSWERS)
        self.statuses: dict[str, list[int]] = {}  # what a path answers first, in order
        self.headers: dict[str, str] = {}
        self.connections = 0
        self.heard, self.released = threading.Condition(), threading.Event()
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer.connections += 1

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.note((self.command, self.path, dict(self.headers), body))
                if self.path == "/held":
                    outer.released.wait(10)
                elif self.path == "/mute":
                    outer.over.wait(10)
                status = outer.status(self.path)
                content = b"" if status == 204 else outer.answers.get(self.path, b"{}")
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = answer  # noqa: N815  # the server's names

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def status(self, path: str) -> int:
        if self.statuses.get(path):
            return self.statuses[path].pop(0)
        said = path.removeprefix("/status/")
        return int(said) if said.isdigit() else 200

    def note(self, request: tuple[str, str, dict[str, str], bytes]) -> None:
        with self.heard:
            self.asked.append(request)
            self.heard.notify_all()

    def paths(self) -> list[str]:
        return [path for _, path, _, _ in self.asked]

    def wait_for(self, path: str, times: int = 1) -> None:
        with self.heard:
            assert self.heard.wait_for(lambda: self.paths().count(path) >= times, 10)

    def let_go(self) -> None:
        self.released.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.let_go()
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
