"""What is taken along (Art. 20 GDPR): its JSON Schema, and reading it back to equal values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from zipfile import ZipFile

from django.apps import apps
from django.db import models

from privacy.archives import cells, parts
from privacy.archives.checking import Invalid, check

TEXT: dict[str, Any] = {"type": "string"}
TYPES: list[tuple[tuple[type[Any], ...], dict[str, Any]]] = [  # the first that fits
    ((models.ManyToManyField,), {"type": "array", "items": TEXT}),
    ((models.ForeignKey,), TEXT),
    ((models.DateTimeField,), {"type": "string", "format": "date-time"}),
    ((models.DateField,), {"type": "string", "format": "date"}),
    ((models.BooleanField,), {"type": "boolean"}),
    ((models.IntegerField,), {"type": "integer"}),
    ((models.FloatField,), {"type": "number"}),
    ((models.DecimalField,), {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}),
    ((models.UUIDField,), {"type": "string", "format": "uuid"}),
    ((models.JSONField,), {}),
]


def schema(known: list[dict[str, Any]]) -> dict[str, Any]:
    """The JSON Schema of ``data.json``, from the declared fields of each source."""
    tables = {source["model"]: rows(source) for source in known}
    head = dict.fromkeys(("schema", "language", "kind"), TEXT)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": [*head, "made_at", "data"],
        "additionalProperties": False,
        "properties": {
            **head,
            "made_at": {"type": "string", "format": "date-time"},
            "data": closed(tables, required=[*tables]),
        },
    }


def rows(source: dict[str, Any]) -> dict[str, Any]:
    meta = apps.get_model(source["model"])._meta
    named = [field["field"] for field in source["fields"]]
    columns = {name: column(meta.get_field(name)) for name in named}
    keys = dict.fromkeys(parts.own_names(parts.columns(source)).values(), TEXT)
    return {
        "type": "array",
        "title": source["name"],
        "items": closed({**keys, **columns}, required=named),
    }


def closed(properties: dict[str, Any], *, required: list[str]) -> dict[str, Any]:
    said = {"properties": properties, "required": required}
    return {"type": "object", "additionalProperties": False, **said}


def column(field: Any) -> dict[str, Any]:
    found = next((said for kinds, said in TYPES if isinstance(field, kinds)), None)
    if found is None:
        found = {"type": "array"} if hasattr(field, "base_field") else TEXT
    if field.null and "type" in found:
        return {**found, "type": [found["type"], "null"]}
    return found


def read_back(file: ZipFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Model and values of each row, as the fields of ours take them.

    Raises Invalid where the file is not what its manifest, its schema or its CSV files say.
    """
    untouched(file)
    data = json.loads(file.read("data.json"))
    schema = json.loads(file.read("schema.json"))
    check(data, schema)
    tables = schema["properties"]["data"]["properties"]
    for label, records in data["data"].items():
        agree(file, label, records)
        meta = apps.get_model(label)._meta
        described = tables[label]["items"]
        own = described["properties"].keys() - {*described["required"]}
        for record in records:
            values = {k: v for k, v in record.items() if k not in own}
            yield label, {name: typed(meta.get_field(name), v) for name, v in values.items()}


def typed(field: Any, value: Any) -> Any:
    related = field.is_relation or isinstance(field, models.FileField)
    return value if related else field.to_python(value)


def untouched(file: ZipFile) -> None:
    for entry in json.loads(file.read("manifest.json"))["files"]:
        if not entry.get("missing"):
            digest = sha256()
            with file.open(entry["name"]) as member:
                while piece := member.read(64 * 1024):
                    digest.update(piece)
            if digest.hexdigest() != entry["sha256"]:
                raise Invalid(entry["name"], "is not as it was made")


def agree(file: ZipFile, label: str, records: list[dict[str, Any]]) -> None:
    """Whether the CSV file says the same as the JSON."""
    manifest = json.loads(file.read("manifest.json"))
    [name] = [source["csv"] for source in manifest["sources"] if source["model"] == label]
    with file.open(name) as member:
        table = [*csv.DictReader(io.TextIOWrapper(member, "utf-8-sig", newline=""))]
    if len(table) != len(records):
        raise Invalid(name, "has another number of rows")
    for row, record in zip(table, records, strict=True):
        told = {column: cells.original(said) for column, said in row.items()}
        if any(told[key] != cells.text(value) for key, value in record.items()):
            raise Invalid(name, "says something else than data.json")
