"""The parts of an archive joined to one ZIP that opens anywhere, without the shop."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.apps import apps
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from privacy.archives import cells, parts, portability, sources
from privacy.archives.about import about, texts
from privacy.archives.making import PLACE, Making

SCHEMA = "soocas-export/2"
CHUNK = 64 * 1024  # bytes

Beat = Callable[[], object]


@dataclass
class Joining:
    """Writes one archive. ``beat`` is called now and then, to say that the job lives."""

    making: Making
    archive: ZipFile
    made_at: datetime
    beat: Beat
    entries: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)  # of each source, for the manifest

    def run(self) -> None:
        known = [self.source(number, label) for number, label in enumerate(self.labels)]
        self.add("data.json", self.data(known))
        for one in known:
            self.add_csv(one)
            self.add_files(one)
        if self.making.portable:
            self.add("schema.json", [json.dumps(portability.schema(known), indent=1)])
        else:
            self.add_pages(known)
        manifest = json.dumps(self.manifest(), ensure_ascii=False, indent=1)
        self.archive.writestr(self.info("manifest.json"), manifest)

    @property
    def labels(self) -> list[str]:
        return list(self.making.position["sources"])

    def source(self, number: int, label: str) -> dict[str, Any]:
        """What is said of a source, and where its parts lie."""
        position, making = self.making.position, self.making
        place = label.removeprefix(PLACE) if label.startswith(PLACE) else ""
        if place:
            said = {"model": "", "name": place, "one": place, "fields": [], "left_out": []}
        else:
            roles = position["roles"][label]
            said = sources.described(making.tables[label], roles, portable=making.portable)
        names = range(position["parts"].get(label, 0))
        return {
            **said,
            "place": place,
            "slug": parts.slug(label),
            "pages": f"pages/{parts.slug(label)}",
            "rows": position["rows"].get(label, 0),
            "missing": position["missing"].get(label, ""),
            "parts": [parts.named(position["folder"], number, n) for n in names],
        }

    def members(self, source: dict[str, Any], name: str) -> Iterator[bytes]:
        """A member of each part, the one after the other."""
        for part in source["parts"]:
            self.beat()
            with parts.opened(self.making.storage, part) as file:
                yield file.read(name)

    def data(self, known: list[dict[str, Any]]) -> Iterator[str]:
        head = {"schema": SCHEMA, "language": get_language(), "made_at": self.made_at.isoformat()}
        head["kind"] = "portability" if self.making.portable else "access"
        yield json.dumps(head, ensure_ascii=False)[:-1]
        if self.making.portable:
            yield from self.plainly(known)
            return
        yield ',\n"sources": ['
        for n, source in enumerate(known):
            yield ("," if n else "") + "\n" + json.dumps(said(source), ensure_ascii=False)[:-1]
            yield ', "rows": [\n'
            yield from self.rows(source)
            yield "]}"
        yield "]}\n"

    def plainly(self, known: list[dict[str, Any]]) -> Iterator[str]:
        """``{"data": {"orders.Order": [{…}]}}``: for another shop, without our explanations."""
        yield ',\n"data": {'
        for n, source in enumerate(known):
            yield ("," if n else "") + "\n" + json.dumps(source["model"]) + ": [\n"
            yield from self.rows(source)
            yield "]"
        yield "}}\n"

    def rows(self, source: dict[str, Any]) -> Iterator[str]:
        first = True
        for member in self.members(source, "rows.json"):
            if member:
                yield ("" if first else ",\n") + member.decode()
                first = False

    def add_csv(self, source: dict[str, Any]) -> None:
        name = f"csv/{source['slug']}.csv"
        columns = parts.columns(source)
        header = [*parts.own_names(columns).values(), *columns]
        header = ["number", "name", "value"] if source["place"] else header
        lines = (member.decode() for member in self.members(source, "rows.csv"))
        entry = self.add(name, ["\ufeff", cells.line(header), *()], lines)
        row = {key: source[key] for key in ("model", "name", "rows", "missing")}
        self.told.append({**row, "csv": name, "sha256": entry["sha256"]})

    def add_files(self, source: dict[str, Any]) -> None:
        for member in self.members(source, "files.json"):
            for name, model, field_name, stored in json.loads(member):
                stored_in: Any = apps.get_model(model)._meta.get_field(field_name)
                self.add_file(name, stored_in.storage, stored)

    def add_file(self, name: str, storage: Any, stored: str) -> None:
        """Copy one stored file, a piece at a time; one that is lost is named in the manifest."""
        try:
            source: IO[bytes] = storage.open(stored)
        except OSError:
            self.entries.append({"name": name, "missing": True})
            return
        with source:
            self.copy(name, iter(lambda: source.read(CHUNK), b""))

    def add_pages(self, known: list[dict[str, Any]]) -> None:
        for source in known:
            paged = source["rows"] > parts.HEAD
            for n, page in enumerate(self.members(source, "page.html") if paged else (), 1):
                self.copy(f"{source['pages']}-{n}.html", [page])
        shown = [{**source, "head": self.head(source)} for source in known]
        front = {"sources": shown, "made_at": self.made_at, "up": "", "shown": parts.HEAD}
        self.add("index.html", [render_to_string("privacy/export/index.html", front)])
        told = {**about(self.making.subject, known), "made_at": self.made_at, "up": ""}
        self.add("about.html", [render_to_string("privacy/export/about.html", told)])
        self.add("style.css", [render_to_string("privacy/export/style.css")])

    def head(self, source: dict[str, Any]) -> str:
        first = {**source, "parts": source["parts"][:1]}
        return b"".join(self.members(first, "head.html")).decode()

    def add(self, name: str, *texts: Iterable[str]) -> dict[str, Any]:
        return self.copy(name, (text.encode() for some in texts for text in some))

    def copy(self, name: str, pieces: Iterable[bytes]) -> dict[str, Any]:
        digest, size = sha256(), 0
        with self.archive.open(self.info(name), "w", force_zip64=True) as target:
            for piece in pieces:
                digest.update(piece)
                size += target.write(piece)
        entry = {"name": name, "bytes": size, "sha256": digest.hexdigest()}
        self.entries.append(entry)
        return entry

    def info(self, name: str) -> ZipInfo:
        info = ZipInfo(name, timezone.localtime(self.made_at).timetuple()[:6])
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
        return info

    def manifest(self) -> dict[str, Any]:
        missing = [told["name"] for told in self.told if told["missing"]]
        missing += [entry["name"] for entry in self.entries if entry.get("missing")]
        return {
            "schema": SCHEMA,
            "made_at": self.made_at.isoformat(),
            "language": get_language(),
            "kind": "portability" if self.making.portable else "access",
            "partial": bool(missing),
            "missing": missing,
            "sources": self.told,
            "files": self.entries,
            **({} if self.making.portable else {"texts": texts(self.making.subject)}),
        }


def said(source: dict[str, Any]) -> dict[str, Any]:
    """What ``data.json`` says of a source beside its rows."""
    return {key: source[key] for key in ("model", "name", "fields", "left_out", "missing")}


def join(
    making: Making, target: IO[bytes], *, made_at: datetime, beat: Beat = lambda: None
) -> None:
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        Joining(making, archive, timezone.localtime(made_at), beat).run()
