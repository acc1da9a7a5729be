"""The pieces of an archive while it is made: some rows of one source each, in private storage."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from privacy.archives import cells

OWN = ("id", "reference")  # of a row, beside its fields
HEAD = 20  # rows of a source on the first page; the others follow on pages of their own


class PartLost(Exception):
    """A part is not where it was put: another worker is at it, or the folder was emptied."""


def private() -> Storage:
    """Where archives lie: no address leads there."""
    return storages["private"]


def named(folder: str, source: int, part: int) -> str:
    return f"{folder}/{source:04}-{part:06}.zip"


def slug(label: str) -> str:
    kept = "".join(letter if letter.isalnum() else "-" for letter in label.lower())
    return kept.strip("-")[:60]


def save(storage: Storage, name: str, members: dict[str, str]) -> None:
    """Put a part in its place; one that a killed worker left half written is replaced."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as part:
        for member, text in members.items():
            part.writestr(member, text)
    storage.delete(name)
    if storage.save(name, ContentFile(content.getvalue())) != name:
        raise PartLost(name)


@contextmanager
def opened(storage: Storage, name: str) -> Iterator[ZipFile]:
    try:
        with storage.open(name) as file, ZipFile(file) as part:
            yield part
    except FileNotFoundError as lost:
        raise PartLost(name) from lost


def of_rows(
    about: dict[str, Any], rows: list[dict[str, Any]], place: dict[str, Any]
) -> dict[str, str]:
    """One part of a table. place: ``{"part", "first", "more", "slug", "portable"}``."""
    names = columns(about)
    labels = {field["field"]: field["label"] for field in about["fields"]}
    own = own_names(names)
    wanted = [kept(row, own, portable=place["portable"]) for row in rows]
    members = {
        "rows.json": ",\n".join(json.dumps(row, ensure_ascii=False) for row in wanted),
        "rows.csv": "".join(
            cells.line([row["id"], row["reference"], *(row["values"].get(n) for n in names)])
            for row in rows
        ),
        "files.json": json.dumps([file for row in rows for file in files(about, row)]),
    }
    if not place["portable"]:
        shown = [in_words(about, row, labels, place, n) for n, row in enumerate(rows)]
        members |= pages(about, shown, place)
    return members


def columns(about: dict[str, Any]) -> list[str]:
    """The fields that a table shows, each once."""
    return [*dict.fromkeys(f["field"] for f in about["fields"] if not f["withheld"])]


def own_names(names: Iterable[str]) -> dict[str, str]:
    """How a row's own key and reference are called beside its fields: like none of them."""
    taken = {*names}
    return {key: f"row_{key}" if key in taken else key for key in OWN}


def kept(row: dict[str, Any], own: dict[str, str], *, portable: bool) -> dict[str, Any]:
    """The row as ``data.json`` has it."""
    if portable:
        return {**{own[key]: row[key] for key in OWN if row[key]}, **row["values"]}
    named = {key: row[key] for key in OWN if row[key]}
    said = {key: row[key] for key in ("statements", "redacted") if row[key]}
    return {**named, "values": row["values"], "until": row["until"], **said}


def files(about: dict[str, Any], row: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Where it lies in the archive; model, field and name under which it is stored."""
    for field, stored in row["files"].items():
        yield row["values"][field], about["model"], field, stored


def in_words(
    about: dict[str, Any],
    row: dict[str, Any],
    labels: dict[str, str],
    place: dict[str, Any],
    number: int,
) -> dict[str, Any]:
    """The row as a page has it: what is empty is left out."""
    stored = set(row["files"])
    return {
        "title": f"{about['one']} {row['reference'] or place['first'] + number}",
        "cells": [
            (labels[name], said, row["values"][name] if name in stored else "")
            for name, said in row["shown"].items()
            if said
        ]
        + beside(row),
        "until": row["until"],
    }


def beside(row: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What people said beside a row: the person whole, another not at all."""
    said = [(_("Your statement"), text, "") for text in row["statements"]]
    if "statements" not in row["redacted"]:
        return said
    why = _("not shown: the rights of others (Art. 15(4))")
    return [*said, (_("Statement of somebody else"), why, "")]


def of_items(
    about: dict[str, Any], items: list[dict[str, Any]], place: dict[str, Any]
) -> dict[str, str]:
    """One part of what is no table."""
    numbered = list(enumerate(items, place["first"]))
    shown = [
        {
            "title": f"{about['name']} {n}",
            "cells": [(k, cells.text(v), "") for k, v in item.items()],
            "until": {},
        }
        for n, item in numbered
    ]
    lines = [cells.line([n, key, value]) for n, item in numbered for key, value in item.items()]
    return {
        "rows.json": ",\n".join(json.dumps(item, ensure_ascii=False) for item in items),
        "rows.csv": "".join(lines),
        "files.json": "[]",
        **pages(about, shown, place),
    }


def pages(
    about: dict[str, Any], rows: list[dict[str, Any]], place: dict[str, Any]
) -> dict[str, str]:
    purposes = {p["key"]: p["name"] for field in about["fields"] for p in field["purposes"]}
    for row in rows:
        row["until"] = [(purposes[key], until) for key, until in row["until"].items()]
    context = {"about": about, "rows": rows, "place": place, "part": place["part"], "up": "../"}
    members: dict[str, str] = {"page.html": render_to_string("privacy/export/page.html", context)}
    if place["part"] == 0:
        head = {**context, "rows": rows[:HEAD], "up": ""}
        members["head.html"] = render_to_string("privacy/export/_rows.html", head)
    return members
