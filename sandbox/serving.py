"""What every stand-in has in common: its options, its start and its clean end."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import NoReturn

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

HOST = "127.0.0.1"  # never reachable from outside
TEMPLATES = Path(__file__).parent / "templates"


class QuietHandler(WSGIRequestHandler):
    """Logs nothing: addresses carry tokens and codes."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # werkzeug's name
        pass


def parser(name: str, description: str) -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog=f"python -m sandbox.{name}", description=description)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--public-url", default="", help="the address a browser uses")
    options.add_argument("--state", type=Path, help="a folder to keep the state in")
    return options


def public_url(options: argparse.Namespace) -> str:
    given: str = options.public_url
    return given.rstrip("/") or f"http://{HOST}:{options.port}"


def state_folder(options: argparse.Namespace) -> Path | None:
    folder: Path | None = options.state
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_app(name: str) -> Flask:
    app = Flask(f"sandbox.{name}", template_folder=str(TEMPLATES), static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of flask's default provider
    return app


def stop(*_: object) -> NoReturn:
    sys.exit(0)


def serve(app: Flask, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C, one thread per request; says ``ready`` once it listens."""
    signal.signal(signal.SIGTERM, stop)
    server = make_server(HOST, port, app, threaded=True, request_handler=QuietHandler)
    print("ready", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        stop()
    finally:
        server.server_close()
