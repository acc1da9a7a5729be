"""The ways in which an identifier may be written down, as regular expressions.

A quick look finds the lines that hold a telling part; the expressions then decide, with the edges
of words. Without regard to case.
"""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

GAP = r"(?:\s|\+|%20|_|\\n)+"  # between the words of a name
GAPS = (" ", "  ", "+", "_", r"\n")  # the usual ones; an address has %20 by itself
AT = r"(?:@|%40|\\u0040|&#64;)"
TAG = r"(?:(?:\+|%2b)[^@%\s]*)?"
# What ends a word: no letter, or the end of an escape that ends in letters.
BEGINS = r"(?:(?<![\w.+-])|(?<=%[0-9a-f]{2})|(?<=\\[nrtbf])|(?<=\\u[0-9a-f]{4}))"
ENDS = r"(?![\w-])"
TELLING = 6  # letters of a word that is looked for alone
SHORTEST_CODED = 8  # characters of base64; less is found in any picture


@dataclass
class Search:
    """All identifiers of one person, made ready."""

    identifiers: dict[str, list[str]]
    kinds: tuple[str, ...] = ("email", "phone", "subject", "name", "street")
    sources: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.sources = {
            kind: sorted({w for value in self.identifiers.get(kind, ()) for w in ways(kind, value)})
            for kind in self.kinds
        }

    @property
    def empty(self) -> bool:
        return not any(self.sources.values())

    @cached_property
    def coded(self) -> dict[str, list[str]]:
        """Pieces of base64, in which every letter counts."""
        return {
            kind: sorted({c for value in self.identifiers.get(kind, ()) for c in coded(value)})
            for kind in self.kinds
        }

    @cached_property
    def anchors(self) -> set[str]:
        """Texts of which one stands in whatever may be a hit; for the quick look."""
        pieces = {piece for pieces in self.coded.values() for piece in pieces}
        for kind in self.kinds:
            for value in self.identifiers.get(kind, ()):
                pieces |= {form for text in telling(kind, value) for form in written(text)}
        return pieces | {piece.replace("\\", "\\\\") for piece in pieces}  # as COPY writes them

    @cached_property
    def compiled(self) -> dict[str, re.Pattern[str]]:
        found = {}
        for kind, sources in self.sources.items():
            if sources:
                plain = f"(?i:{BEGINS}(?:{'|'.join(sources)}){ENDS})"
                pieces = [re.escape(piece) for piece in self.coded[kind]]
                found[kind] = re.compile("|".join([plain, *pieces]))
        return found

    def kinds_in(self, text: str) -> list[str]:
        """Which kinds of identifier a text holds."""
        return [kind for kind, pattern in self.compiled.items() if pattern.search(text)]


def telling(kind: str, value: str) -> Iterator[str]:
    """The part of a value that is telling enough to look for it alone."""
    if kind == "email":
        local, _at, domain = value.rpartition("@")
        local = local.partition("+")[0] or local
        yield from [local] if len(local) >= TELLING else (f"{local}+", f"{local}@", domain)
    elif kind in ("name", "street"):
        yield from (gap.join(value.split()) for gap in GAPS)
    else:
        yield from (value, value.replace("-", ""))


def ways(kind: str, value: str) -> Iterator[str]:
    """Expressions for one value."""
    if kind == "email":
        yield from addresses(value)
    elif kind == "subject":
        yield from {either([value]), either([value.replace("-", "")])}
    elif kind == "phone":
        yield either(written(value))
    else:
        yield GAP.join(either(written(word)) for word in value.split())


def addresses(value: str) -> Iterator[str]:
    """An address with any tag, its domain in letters and in IDN."""
    local, _at, domain = value.strip().rpartition("@")
    local = local.partition("+")[0] or local
    if local and domain:
        domains = [form for spelled in {domain, *idn(domain)} for form in written(spelled)]
        yield f"{either(written(local))}{TAG}{AT}{either(domains)}"


def idn(domain: str) -> Iterator[str]:
    try:
        yield domain.encode("idna").decode()
        yield domain.encode().decode("idna")
    except UnicodeError:  # no such domain can be
        return


def either(forms: Iterable[str]) -> str:
    escaped = [re.escape(form) for form in sorted(set(forms))]
    return escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"


def written(value: str) -> Iterator[str]:
    """A text as it is, and as addresses, JSON (within JSON too) and HTML have it."""
    composed = {unicodedata.normalize(form, value) for form in ("NFC", "NFD")}
    for text in composed | {t.lower() for t in composed} | {t.upper() for t in composed}:
        yield text
        yield quote(text, safe="")
        yield from (escaped := json.dumps(text)[1:-1], escaped.replace("\\", "\\\\"))
        yield html.escape(text)


def coded(value: str) -> Iterator[str]:
    """The middle of what base64 makes of a text at each of the three places it can begin."""
    for text in {value, value.lower()}:
        for before in range(3):
            whole = base64.b64encode(b"\0" * before + text.encode()).decode().rstrip("=")
            begins = (0, 2, 3)[before]
            ends = (before + len(text.encode())) * 8 // 6  # letters that nothing behind changes
            if len(piece := whole[begins:ends]) >= SHORTEST_CODED:
                yield piece
                yield piece.translate(str.maketrans("+/", "-_"))
