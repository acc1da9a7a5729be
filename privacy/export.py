"""Access (Art. 15) and portability (Art. 20 GDPR): all that is held, as plain values."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from privacy.subjects import Subject


def collect(subject: Subject) -> dict[str, Any]:
    """All the shop holds on a person, as JSON values with labels in the active language.

    ``{"sections": [{"model", "name", "rows": [{"id", "data": [{"field", "label", "value",
    "display", "category", "purposes": [{"key", "name", "basis", "retention", "until"}], "source",
    "withheld"}]}]}], "elsewhere": […], "recipients": [{"name", "country", "purpose", "fields",
    "at", "about"}]}``. Secrets carry the reason instead of the value.
    """
    raise NotImplementedError


def write_zip(subject: Subject, target: IO[bytes] | Path) -> None:
    """``index.html`` (opens offline, no script), ``data.json``, ``manifest.json``, in a ZIP.

    In the active language; text from people is escaped.
    """
    raise NotImplementedError
