"""What the shop keeps outside the database, read from end to end: cache, queue, files, logs.

Each yields (which one, its text). What cannot be read raises: nobody knows then what is in it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import storages
from redis import Redis

TIMEOUT = 15  # seconds
CHUNK, OVERLAP = 1 << 20, 1 << 10  # bytes read at a time, and read again with the next


def cached() -> Iterator[tuple[str, str]]:
    """Every key and value; a key is named by its digest, for some open a session."""
    yield from _valkey(settings.CACHE_URL)


def queued() -> Iterator[tuple[str, str]]:
    """What waits in the broker, with the arguments of each job unpacked."""
    for key, said in _valkey(settings.BROKER_URL):
        yield key, said
        with suppress(ValueError, KeyError, TypeError):  # not every value is a job's message
            yield key, base64.b64decode(json.loads(said)["body"]).decode()


def _valkey(url: str) -> Iterator[tuple[str, str]]:
    with Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as server:
        for key in server.scan_iter(count=1000):
            named = f"sha256 {hashlib.sha256(key).hexdigest()}"
            yield named, _text(key)
            for value in _values(server, key):
                yield named, _text(value)


def _values(server: Any, key: bytes) -> Iterator[bytes]:
    """Everything under a key, whatever its type; nothing if it went meanwhile."""
    read: dict[bytes, Callable[[], Iterable[bytes]]] = {
        b"string": lambda: [server.get(key) or b""],
        b"list": lambda: server.lrange(key, 0, -1),
        b"hash": lambda: chain.from_iterable(server.hscan_iter(key)),
        b"set": lambda: server.sscan_iter(key),
        b"zset": lambda: (member for member, _score in server.zscan_iter(key)),
        b"none": list,
    }
    yield from read[server.type(key)]()


def filed() -> Iterator[tuple[str, str]]:
    """All storages but that of the static files, which are the shop's own; archives too."""
    for alias in storages.backends:
        if alias != "staticfiles":
            yield from _folder(storages[alias], "")


def _folder(storage: Any, folder: str) -> Iterator[tuple[str, str]]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # no file was ever stored
        return
    for name in folders:
        yield from _folder(storage, f"{folder}{name}/")
    for name in files:
        path = f"{folder}{name}"
        yield path, path
        with suppress(FileNotFoundError), storage.open(path) as file:  # it may go meanwhile
            yield from ((path, text) for text in _contents(file))


def _contents(file: Any) -> Iterator[str]:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                yield name
                with archive.open(name) as member:
                    yield from _chunks(member)
    else:
        file.seek(0)
        yield from _chunks(file)


def _chunks(file: IO[bytes]) -> Iterator[str]:
    before = b""
    while read := file.read(CHUNK):
        yield _text(before + read)
        before = read[-OVERLAP:]


def logged() -> Iterator[tuple[str, str]]:
    """The files of the log's folder, line by line; without one, logs go to whoever runs us."""
    if not settings.LOG_DIR:
        return
    for path in sorted(Path(settings.LOG_DIR).iterdir()):
        if path.is_file():
            with path.open("rb") as file:
                yield from ((f"{path.name}:{n}", _text(line)) for n, line in enumerate(file, 1))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
