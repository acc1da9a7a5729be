"""The words of each room: taken from its code and templates, kept in its Dutch catalogue.

English is the language of the source, so its words are complete by being there. No GNU gettext is
needed: Babel extracts and compiles, Django turns a template into something Babel can read.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGE = "nl"
ROOM_OF_TEMPLATES = {"account": "accounts", "socialaccount": "accounts", "mfa": "accounts"}
HOUSE = "soocas"  # whatever lies under templates/ and belongs to no room
ONE, CONTEXT = (1,), ((1, "c"), 2)
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (*CONTEXT, 3)),
}
HEADER = f"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {LANGUAGE}\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


@dataclass(frozen=True)
class Room:
    """An app of ours, with its words."""

    name: str
    base: Path

    @property
    def po(self) -> Path:
        return self.base / self.name / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"

    @property
    def mo(self) -> Path:
        return self.po.with_suffix(".mo")

    def kept(self) -> Catalog:
        if not self.po.is_file():
            return Catalog(locale=LANGUAGE)
        return read_po(io.BytesIO(self.po.read_bytes()), locale=LANGUAGE)

    def said(self) -> Catalog:
        """What code and templates say today, untranslated."""
        found = Catalog(locale=LANGUAGE)
        for path in self._sources():
            place = path.relative_to(self.base).as_posix()
            for message, context in _words(path):
                found.add(message, locations=[(place, 0)], context=context)
        return found

    def _sources(self) -> Iterator[Path]:
        for path in sorted((self.base / self.name).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path
        templates = self.base / "templates"
        for path in sorted([*templates.rglob("*.html"), *templates.rglob("*.txt")]):
            if _room_of(path.relative_to(templates).parts) == self.name:
                yield path


def rooms() -> list[Room]:
    base = Path(settings.BASE_DIR)
    return [Room(app, base) for app in settings.INSTALLED_APPS if (base / app).is_dir()]


def update(room: Room) -> None:
    """Bring the room's catalogue to what is said today; new words wait untranslated."""
    kept, said = room.kept(), room.said()
    for message in _messages(said):
        old = kept.get(message.id, message.context)
        if old is not None and _same_number(old, message):
            message.string, message.flags = old.string, message.flags | (old.flags & {"fuzzy"})
            message.user_comments = old.user_comments
    if not said and not room.po.is_file():
        return
    written = io.BytesIO()
    write_po(written, said, width=100, omit_header=True, include_lineno=False, sort_by_file=False)
    room.po.parent.mkdir(parents=True, exist_ok=True)
    room.po.write_text(HEADER + written.getvalue().decode(), encoding="utf-8")


def compile_(room: Room) -> None:
    if room.po.is_file():
        compiled = io.BytesIO()
        write_mo(compiled, room.kept())
        room.mo.write_bytes(compiled.getvalue())


def faults(room: Room) -> list[str]:
    """What is missing, doubtful, wrong or no longer said, one line each."""
    kept, said = room.kept(), room.said()
    found = [fault for message in _messages(said) for fault in _faults_of(message, kept)]
    found += [
        _line("stale", message)
        for message in _messages(kept)
        if said.get(message.id, message.context) is None
    ]
    return [f"{room.name}: {fault}" for fault in found]


def _faults_of(message: Message, kept: Catalog) -> Iterator[str]:
    there = kept.get(message.id, message.context)
    if there is None or not all(_strings(there)) or not _same_number(there, message):
        yield _line("missing", message)
    elif there.fuzzy:
        yield _line("fuzzy", message)
    elif there.python_format and any(True for _ in there.check()):
        yield _line("wrong placeholders", message)


def _messages(catalog: Catalog) -> Iterable[Message]:
    return (message for message in catalog if message.id)


def _strings(message: Message) -> list[str]:
    string = message.string
    return list(string) if isinstance(string, (list, tuple)) else [str(string or "")]


def _same_number(one: Message, other: Message) -> bool:
    return isinstance(one.id, str) == isinstance(other.id, str)


def _line(fault: str, message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    place = message.locations[0][0] if message.locations else "nowhere"
    return f"{fault}: {text!r} ({place})"


def _room_of(parts: tuple[str, ...]) -> str:
    first = parts[0] if len(parts) > 1 else HOUSE
    room = ROOM_OF_TEMPLATES.get(first, first)
    return room if room in settings.INSTALLED_APPS else HOUSE


def _words(path: Path) -> Iterator[tuple[Any, str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # the lines of a template follow no indentation that Python knows
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).split("\n"))
    source = io.BytesIO(text.encode())
    for _line_number, message, _comments, context in extract("python", source, KEYWORDS):
        yield message, context
