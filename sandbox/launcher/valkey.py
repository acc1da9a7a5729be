"""Valkey twice: the broker keeps its queue on disk, the cache keeps nothing."""

from __future__ import annotations

import redis

from sandbox.launcher import binaries, ports, processes
from sandbox.launcher.folder import Folder

COMMON = {
    "bind": ports.HOST,
    "databases": "64",
    "save": "",
    "daemonize": "no",
    "loglevel": "notice",
}
KINDS = {
    "broker": {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"},
    "cache": {"appendonly": "no", "maxmemory": "256mb", "maxmemory-policy": "allkeys-lru"},
}


class Valkey:
    """One Valkey, ``broker`` or ``cache``."""

    def __init__(self, folder: Folder, name: str, *, preferred: int) -> None:
        self.folder = folder
        self.name = name
        self.preferred = preferred
        self.data = folder.path / name
        self.program = binaries.valkey()

    def prepare(self) -> None:
        self.data.mkdir(exist_ok=True)

    def spec(self, port: int) -> processes.Spec:
        settings = {"port": str(port), "dir": str(self.data), **COMMON, **KINDS[self.name]}
        settings["requirepass"] = self.folder.secret("valkey")
        lines = [f"{name} {_quoted(value)}" for name, value in settings.items()]
        config = self.folder.write(f"{self.name}.conf", "\n".join(lines) + "\n")
        log = self.folder.logs / f"{self.name}.log"
        return processes.Spec(self.name, [str(self.program), str(config)], log, cwd=self.data)

    def answers(self, port: int) -> bool:
        """Not while it still loads its file."""
        try:
            with redis.Redis.from_url(self.url(port), socket_timeout=3) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def url(self, port: int, database: int = 0) -> str:
        return f"redis://:{self.folder.secret('valkey')}@{ports.HOST}:{port}/{database}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
