"""The pages of figures: a calendar year drawn, and the same year to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from privacy.declarations import registry
from privacy.desk import charts, figures
from privacy.desk.cells import FEW, HIDDEN, sheltered
from privacy.desk.charts import Chart
from privacy.desk.figures import DONE, Year
from privacy.models.requests import OPEN, Kind, Refusal, Regime, State

FIRST_YEAR = 2018  # in which the GDPR began to apply


@dataclass(frozen=True)
class Table:
    """Counts with their names. What is told together is one number for several names."""

    rows: list[tuple[str, int]]
    names: list[str]  # of what is told together
    together: int = 0
    hidden: bool = False  # the total itself is

    @property
    def drawn(self) -> dict[str, Any]:
        more = [(_("told together"), self.together)] if self.names else []
        return charts.rows([*self.rows, *more])


def year(number: int, now: datetime) -> dict[str, Any]:
    """What both pages say of a calendar year."""
    one = Year(number, now)
    kinds = one.counted("kind")
    outcomes = outcome(one)
    refused = outcomes.get("refused")
    erasures_told = Kind.ERASURE.value not in together(kinds)
    unsaid = refused is None or (refused > 0 and not erasures_told)  # some are of erasures only
    grounds = {} if unsaid else one.counted("refusal", state=State.REFUSED)
    return {
        "year": number,
        "now": now,
        "figures": headline(one, refused, erasures_told),
        "tables": {
            "kind": table(one, kinds, dict(Kind.choices)),
            "regime": table(one, one.counted("regime"), dict(Regime.choices)),
            "refusal": table(one, grounds, dict(Refusal.choices), hidden=unsaid),
            **{name: rows for name, rows in outcomes.items() if name != "refused"},
        },
        "charts": drawn(one, erasures_told),
    }


def dashboard(number: int, now: datetime) -> dict[str, Any]:
    this = timezone.localdate(now).year
    return {
        **year(number, now),
        "years": [n for n in (this, this - 1, this - 2) if n >= FIRST_YEAR],
        "purge": figures.last_purge(now),
        "backlog": backlog(now),
    }


def together(counts: Mapping[str, int]) -> set[str]:
    return {key for key, n in sheltered(counts).items() if n is None}


def headline(one: Year, refused: int | None, erasures_told: bool) -> dict[str, Any]:
    """The figures of a year, small ones hidden."""
    answered = one.total("answered")
    speed = one.speed(12).get(0) if answered else None
    told = figures.lag(one.since, one.until)
    return {
        **{n: one.total(n) for n in ("received", "answered", "overdue", "extended")},
        "refused": refused,
        "median": speed and speed[0],
        "p95": speed and speed[1],
        "rate": rates(one, 12)[0] if erasures_told and one.grains["residue"] else None,
        "lag": told.days(12)[0] if told.grain else None,
        "silent": figures.shown(told.waiting),
    }


def table(
    one: Year, counts: Mapping[str, int], names: Mapping[str, Any], *, hidden: bool = False
) -> Table:
    """The values of a column, those told together as one number."""
    if hidden or one.total("received") is None:
        return Table([], [], hidden=True)
    full = {key: counts.get(key, 0) for key in names}
    return told(full, names)


def told(counts: Mapping[str, int], names: Mapping[str, Any]) -> Table:
    seen = sheltered(counts)
    rows = [(str(names[key]), n) for key, n in seen.items() if n]
    apart = [key for key, n in seen.items() if n is None]
    return Table(rows, [str(names[key]) for key in apart], sum(counts[key] for key in apart))


def outcome(one: Year) -> dict[str, Any]:
    """How it ended, apart for what was answered and what was not: two tables with known totals.

    ``refused``: how many were, where that may be said.
    """
    by_state = one.counted("state")
    ended = {"done": sum(by_state.get(s, 0) for s in DONE), "refused": by_state.get("refused", 0)}
    other = {
        "open": sum(by_state.get(state, 0) for state in OPEN),
        "withdrawn": by_state.get(State.WITHDRAWN, 0),
        "duplicate": by_state.get(State.DUPLICATE, 0),
    }
    hidden = one.total("answered") is None
    names = {"done": _("Done, in whole or in part"), "refused": State.REFUSED.label}
    others = {
        "open": _("Still open"),
        "withdrawn": State.WITHDRAWN.label,
        "duplicate": State.DUPLICATE.label,
    }
    return {
        "answered": table(one, ended, names, hidden=hidden),
        "unanswered": table(one, other, others, hidden=hidden),
        "refused": None if hidden else sheltered(ended)["refused"],
    }


def rates(one: Year, grain: int) -> list[float | None]:
    """Of a hundred erasures that were searched for, so many had left something."""
    pairs = zip(one.at("residue", grain), one.at("searched", grain), strict=True)
    return [round(100 * left / all_, 1) if all_ else None for left, all_ in pairs]


def drawn(one: Year, erasures_told: bool) -> list[Chart]:
    told = figures.lag(one.since, one.until)
    residue = one.grains["residue"] if erasures_told else HIDDEN
    return [
        counts(one, _("Received and answered"), received=_("received"), answered=_("answered")),
        speed(one),
        counts(
            one, _("Late and with more time"), overdue=_("past the deadline"),
            extended=_("with more time"),
        ),
        chart(
            one, "residue", _("Erasures that left something, of a hundred"), residue,
            [(_("per cent"), rates(one, residue or 12))],
        ),
        chart(
            one, "lag", _("Days until recipients answer"), told.grain,
            [(_("days, mean"), told.days(told.grain or 12))],
        ),
    ]  # fmt: skip


def counts(one: Year, title: str, **names: str) -> Chart:
    """Two series at the grain of the coarser; what may not be shown at all is left out."""
    able = {name: said for name, said in names.items() if one.grains[name]}
    grain = max([one.grains[name] for name in able], default=HIDDEN)
    series = [(said, one.at(name, grain)) for name, said in able.items()]
    missing = [said for name, said in names.items() if name not in able]
    whole = chart(one, "-".join(names), title, grain, series)
    left = [_("Too few to be shown: %(what)s.") % {"what": said} for said in missing]
    return replace(whole, note=" ".join([whole.note, *left]).strip()) if grain else whole


def speed(one: Year) -> Chart:
    grain = one.grains["answered"]
    known = one.speed(grain) if grain else {}
    cells = range(12 // grain if grain else 0)
    pairs = [known.get(cell, (None, None)) for cell in cells]
    series = [
        (_("median"), [median for median, _p95 in pairs]),
        (_("95th percentile"), [p95 for _median, p95 in pairs]),
    ]
    return chart(one, "speed", _("Days until the answer"), grain, series)


def chart(one: Year, key: str, title: str, grain: int, series: list[tuple[str, Any]]) -> Chart:
    if grain == HIDDEN:
        return Chart(key, title, [], [], note=_("Too few in this year to be shown."))
    begun = -(-one.passed // grain)  # cells
    labels = [label(one.number, cell, grain) for cell in range(begun)]
    cut = [(name, list(numbers)[:begun]) for name, numbers in series]
    return Chart(key, title, labels, cut, note=why(grain))


def label(number: int, cell: int, grain: int) -> str:
    """``Feb``, ``Jan–Mar``, ``2026``."""
    first, last = date(number, cell * grain + 1, 1), date(number, cell * grain + grain, 1)
    if grain == 12:
        return str(number)
    short = [date_format(day, "M").rstrip(".") for day in (first, last)]
    return short[0] if grain == 1 else "–".join(short)


def why(grain: int) -> str:
    return {
        1: "",
        3: _("By quarter: in a single month there were too few."),
        12: _("The year as a whole: in a single quarter there were too few."),
    }[grain]


def backlog(now: datetime) -> Table:
    """By what people call the rows; a few of a kind are told with others."""
    counts = figures.backlog(now)
    names = {d.label: capfirst(str(d.plural)) for d in registry.values() if d.label in counts}
    if 0 < sum(counts.values()) < FEW:
        return Table([], [], hidden=True)
    return told(counts, names)
