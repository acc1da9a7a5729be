"""Logs are lines of JSON without a person in them; the request log ends after thirty days."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from logging.config import dictConfig
from pathlib import Path
from typing import IO, Any

from celery.signals import setup_logging
from pythonjsonlogger.json import JsonFormatter

from soocas import requestlog

KEPT = timedelta(days=30)


class Discreet(JsonFormatter):
    """Messages and tracebacks lose what looks like a token or an e-mail address."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value if isinstance(value, int | float | None) else requestlog.masked(str(value))
            for name, value in log_data.items()
            if name != "request"  # Django adds it, with its query; the message has the path
        }


class Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return requestlog.masked(super().format(record))


def without_traceback(record: logging.LogRecord) -> bool:
    """A filter: scanners ask for foreign hosts all day, and where we refuse them is known."""
    record.exc_info = record.exc_text = None
    return True


class Daily(logging.Handler):
    """One file a day, shared by all processes: each line is one append."""

    def __init__(self, folder: str, name: str) -> None:
        super().__init__()
        self.folder = Path(folder)
        self.prefix = name
        self.day = ""
        self.file: IO[str] | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            at = datetime.fromtimestamp(record.created, UTC)
            file = self._of(at)
            file.write(self.format(record) + "\n")
            file.flush()
        except OSError:
            self.handleError(record)

    def close(self) -> None:
        if self.file:
            self.file.close()
        super().close()

    def _of(self, at: datetime) -> IO[str]:
        if self.file is None or f"{at:%Y-%m-%d}" != self.day:
            if self.file:
                self.file.close()
            self.day = f"{at:%Y-%m-%d}"
            self._drop_old(at)
            self.file = self._path(self.day).open("a", encoding="utf-8")
        return self.file

    def _drop_old(self, at: datetime) -> None:
        oldest = self._path(f"{at - KEPT:%Y-%m-%d}").name
        for path in self.folder.glob(f"{self.prefix}-*.jsonl"):
            if path.name < oldest:
                path.unlink(missing_ok=True)

    def _path(self, day: str) -> Path:
        return self.folder / f"{self.prefix}-{day}.jsonl"


FORMATTERS = {
    "json": {
        "()": Discreet,
        "json_ensure_ascii": False,
        "fmt": ["asctime", "levelname", "name", "message"],
        "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
    },
    "plain": {"()": Plain, "fmt": "%(levelname)s %(name)s: %(message)s"},
}


def configuration(folder: str, *, json: bool) -> dict[str, Any]:
    """For ``LOGGING``: all to the error stream; requests to a file a day if there is a folder."""
    stream = {"class": "logging.StreamHandler"}
    daily = {"()": Daily, "folder": folder, "name": "requests"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": FORMATTERS,
        "filters": {"short": {"()": lambda: without_traceback}},
        "handlers": {
            "everything": {**stream, "formatter": "json" if json else "plain"},
            "requests": {**(daily if folder else stream), "formatter": "json"},
        },
        "root": {"handlers": ["everything"], "level": "INFO"},
        "loggers": {
            "soocas.request": {"handlers": ["requests"], "propagate": False},
            "django.server": {"handlers": [], "propagate": False, "level": "ERROR"},
            "django.security.DisallowedHost": {"filters": ["short"]},
            "gunicorn.error": {"handlers": ["everything"], "propagate": False},
            "fontTools": {"level": "WARNING"},  # it tells of each table of each font
            "fpdf": {"level": "ERROR"},  # its warnings hold letters of somebody's name
            "paypalrestsdk": {"level": "WARNING"},  # its debug lines hold headers and bodies
        },
    }


@setup_logging.connect
def configure_celery(**_more: object) -> None:
    """Celery leaves its own configuration when somebody else's is there."""
    from django.conf import settings

    dictConfig(settings.LOGGING)
