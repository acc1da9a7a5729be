"""What a reader of the figures can work out from all numbers that stand on the two pages."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from fractions import Fraction
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone, translation

from privacy.models import Request
from privacy.models.requests import Kind, Refusal, Regime
from tests.privacy.conftest import officer
from tests.privacy.test_dashboard import FIGURES, HOME, closed

YEAR = 2025
STATES = {"done": "fulfilled", "refused": "refused", "open": "in_assessment"} | {
    state: state for state in ("withdrawn", "duplicate")
}
TITLES = {
    "By kind": "kind", "What people ask for": "kind", "By law": "regime",
    "How they were answered": "state", "Without an answer": "state",
    "Refused, by ground": "refusal",
}  # fmt: skip
with translation.override("en"):
    NAMES = {
        "kind": {str(k.label): k.value for k in Kind},
        "regime": {str(r.label): r.value for r in Regime},
        "refusal": {str(r.label): r.value for r in Refusal},
        "state": {
            "Done, in whole or in part": "done", "Refused": "refused", "Still open": "open",
            "Withdrawn": "withdrawn", "Same as another": "duplicate",
        },
    }  # fmt: skip
Row = dict[tuple[str, str], Fraction]
ANSWERED, REFUSED = [("state", "done"), ("state", "refused")], [("state", "refused")]


def of(*cells: tuple[str, str]) -> Row:
    return {cell: Fraction(1) for cell in cells}


def less(one: Row, other: Row, times: Fraction) -> Row:
    left = {k: one.get(k, Fraction(0)) - times * other.get(k, Fraction(0)) for k in {*one, *other}}
    return {cell: n for cell, n in left.items() if n}


class Reader:
    """Knows every sum that was shown, and what follows from them."""

    def __init__(self) -> None:
        self.known: list[tuple[tuple[str, str], Row]] = []

    def reads(self, row: Row) -> None:
        if rest := self.reduced(row):
            self.known.append((min(rest), rest))

    def reduced(self, row: Row) -> Row:
        for pivot, known in self.known:
            if pivot in row:
                row = less(row, known, row[pivot] / known[pivot])
        return row

    def works_out(self, *cells: tuple[str, str]) -> bool:
        return not self.reduced(of(*cells))


def everything(column: str) -> list[tuple[str, str]]:
    return [(column, value) for value in NAMES[column].values()]


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def reads_page(reader: Reader, page: str) -> set[str]:
    """Take in all that is said; the tiles that are hidden."""
    tiles = re.findall(r'<dd class="figure-number">(.*?)</dd><dt>(.*?)</dt>', page, re.DOTALL)
    meant = {"received": everything("state"), "answered": ANSWERED, "refused": REFUSED}
    for shown, name in tiles:
        if name in meant and text(shown).isdecimal():
            reader.reads(of(*meant[name]))
    for title, table in re.findall(
        r"<h2[^>]*>([^<]*)</h2>(.*?)</(?:section|figure)>", page, re.DOTALL
    ):
        if column := TITLES.get(unescape(title)):
            for label, _n in re.findall(r"<tr><th[^>]*>(.*?)</th><td[^>]*>(\d+)</td></tr>", table):
                reader.reads(of(*cells_of(column, text(label))))
    for name in drawn(page):
        reader.reads(of(*meant[name]))
    return {name for shown, name in tiles if name in meant and not text(shown).isdecimal()}


def drawn(page: str) -> list[str]:
    """Whose numbers by month, quarter or year stand under the first chart: they add up."""
    _before, _title, chart = page.partition(">Received and answered</h2>")
    head = re.search(r"<thead>(.*?)</thead>", chart.partition("</figure>")[0], re.DOTALL)
    return [name.lower() for name in text(head[1]).split()[1:]] if head else []


def cells_of(column: str, label: str) -> Iterable[tuple[str, str]]:
    """``Together: A, B``: names may hold commas themselves."""
    whole = label.removeprefix("Together: ")
    if whole == label:
        return [(column, NAMES[column][label])]
    found = [(column, value) for name, value in NAMES[column].items() if name in whole]
    assert found, label
    return found


def received(draw: random.Random) -> dict[tuple[str, str], int]:
    """A year of some cases; the true count of each cell."""
    for state in STATES.values():
        most = draw.choice((2, 8, 30))
        for kind in draw.sample([Kind.ACCESS, Kind.ERASURE, Kind.QUESTION, Kind.COMPLAINT], 2):
            said: dict[str, Any] = (
                {"refusal": draw.choice(["no_match", "excessive"])} if state == "refused" else {}
            )
            ends: dict[str, Any] = {"closed_at": None} if state == "in_assessment" else {}
            law = draw.choice(["gdpr", "gdpr", "uk"])
            closed(draw.randrange(most), state=state, kind=kind, regime=law, **said, **ends)
    rows = Request.objects.values_list("state", "kind", "regime", "refusal")
    by_state = {value: name for name, value in STATES.items()}
    counted: dict[tuple[str, str], int] = {}
    for state, *rest in rows:
        for column, value in zip(NAMES, (*rest, by_state[state]), strict=True):
            counted[column, value] = counted.get((column, value), 0) + 1
    return counted


@pytest.mark.parametrize("seed", range(12))
def test_no_number_on_the_pages_gives_a_small_one_away_and_no_tile_hides_what_a_table_shows(
    db: None, seed: int
) -> None:
    cache.clear()
    with time_machine.travel(timezone.now().replace(year=YEAR, month=6, day=9), tick=False):
        true = received(random.Random(seed))
        client, reader = officer(), Reader()
        client.cookies["django_language"] = "en"
        for column in ("kind", "regime"):  # each case has one: both add up to all
            reader.known.append(alike(column))
        reader.reads(less(of(*everything("refusal")), of(*REFUSED), Fraction(1)))
        hidden: set[str] = set()
        for address in (FIGURES, f"{HOME}report/{YEAR}/"):
            page = client.get(address, headers={"accept-language": "en"}).content.decode()
            assert "Figures of" in page or "Requests about personal data" in page
            hidden |= reads_page(reader, page)

    small = [cell for cell, n in true.items() if 0 < n < 5]
    assert [cell for cell in small if reader.works_out(cell)] == []
    assert not ("answered" in hidden and reader.works_out(*ANSWERED))
    assert not ("refused" in hidden and reader.works_out(*REFUSED))
    assert not ("received" in hidden and reader.works_out(*everything("state")))


def alike(column: str) -> tuple[tuple[str, str], Row]:
    rest = less(of(*everything(column)), of(*everything("state")), Fraction(1))
    return min(rest), rest
