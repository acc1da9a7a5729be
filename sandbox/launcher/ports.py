"""Chooses a port: the one of last time, else the next free one."""

from __future__ import annotations

import socket
from collections.abc import Iterator

HOST = "127.0.0.1"


def candidates(preferred: int) -> Iterator[int]:
    """Free ports from the preferred one on; 0 asks the system for any."""
    if not preferred:
        while True:
            yield _any()
    yield from (port for port in range(preferred, min(preferred + 200, 65536)) if is_free(port))


def is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def listen(preferred: int) -> socket.socket:
    """A listening socket on the first free port: taken, so nobody can take it meanwhile."""
    for port in candidates(preferred):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
            listening.listen(512)
        except OSError:
            listening.close()
            continue
        return listening
    raise OSError(f"No free port from {preferred} on.")


def _any() -> int:
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return int(trial.getsockname()[1])
