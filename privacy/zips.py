"""The export as one file that opens anywhere, without the shop and without script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.apps import apps
from django.core.files.storage import Storage
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from privacy.subjects import Subject

SCHEMA = "soocas-export/1"
CHUNK = 64 * 1024  # bytes


def write(subject: Subject, target: IO[bytes] | Path, now: datetime | None = None) -> None:
    """``index.html``, ``style.css``, ``data.json``, the files, and ``manifest.json`` in a ZIP.

    In the active language; all text is escaped, so nothing in it runs. The manifest has the rows
    per model, the SHA-256 of every file, and what is missing because it could not be read.
    """
    from privacy import export

    data = export.collect(subject)
    made_at = timezone.localtime(now)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        entries = [add_text(archive, *text) for text in texts(data, made_at).items()]
        entries += [add_file(archive, *stored) for stored in stored_files(data)]
        manifest = describe(data, entries, made_at)
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))


def texts(data: dict[str, Any], made_at: datetime) -> dict[str, str]:
    page = {"data": data, "made_at": made_at, "language": get_language()}
    return {
        "index.html": render_to_string("privacy/export/index.html", page),
        "style.css": render_to_string("privacy/export/style.css"),
        "data.json": json.dumps({"schema": SCHEMA, **data}, ensure_ascii=False, indent=1),
    }


def add_text(archive: ZipFile, name: str, text: str) -> dict[str, Any]:
    content = text.encode()
    archive.writestr(name, content)
    return {"name": name, "bytes": len(content), "sha256": sha256(content).hexdigest()}


def add_file(archive: ZipFile, name: str, storage: Storage, stored: str) -> dict[str, Any]:
    """Copy one stored file, a piece at a time; one that is lost is named in the manifest."""
    digest, size = sha256(), 0
    try:
        with storage.open(stored) as source, archive.open(name, "w") as copy:
            while piece := source.read(CHUNK):
                digest.update(piece)
                size += copy.write(piece)
    except OSError:
        return {"name": name, "missing": True}
    return {"name": name, "bytes": size, "sha256": digest.hexdigest()}


def stored_files(data: dict[str, Any]) -> Iterator[tuple[str, Storage, str]]:
    for section in data["sections"]:
        meta = apps.get_model(section["model"])._meta
        for row in section["rows"]:
            for datum in row["data"]:
                if datum["file"]:
                    storage: Any = meta.get_field(datum["field"])
                    yield datum["file"], storage.storage, datum["value"]


def describe(
    data: dict[str, Any], entries: list[dict[str, Any]], made_at: datetime
) -> dict[str, Any]:
    missing = [place["name"] for place in data["elsewhere"] if place["missing"]]
    missing += [entry["name"] for entry in entries if entry.get("missing")]
    return {
        "schema": SCHEMA,
        "made_at": made_at.isoformat(),
        "language": get_language(),
        "partial": bool(missing),
        "missing": missing,
        "sources": [{"model": s["model"], "rows": len(s["rows"])} for s in data["sections"]],
        "files": entries,
    }
