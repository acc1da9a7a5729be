"""The pages of figures: the last twelve months drawn, and a year to be printed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from privacy.desk import charts, figures
from privacy.models.requests import Kind, Refusal, Regime, State
from privacy.vocabulary import midnight, shifted

TABLES: dict[str, Any] = {"kind": Kind, "regime": Regime, "state": State, "refusal": Refusal}


def year(number: int, now: datetime) -> dict[str, Any]:
    """What the report of a calendar year says."""
    zone = timezone.get_default_timezone()
    since, until = datetime(number, 1, 1, tzinfo=zone), datetime(number + 1, 1, 1, tzinfo=zone)
    shown = figures.headline(since, until, now)
    tables = {name: table(since, until, name) for name in TABLES}
    if shown["refused"] is None:  # the grounds would add up to it
        tables["refusal"] = [(name, None) for name, _count in tables["refusal"]]
    return {"year": number, "figures": shown, "tables": tables}


def table(since: datetime, until: datetime, field: str) -> list[tuple[str, int | None]]:
    """The values of a column that occur, with their names; small ones hidden."""
    found = figures.sheltered(figures.counted(since, until, field))
    return [(str(one.label), found[one.value]) for one in TABLES[field] if one.value in found]


def dashboard(now: datetime) -> dict[str, Any]:
    """The last twelve months, this one too."""
    this = timezone.localdate(now).replace(day=1)
    firsts = [shifted(this, -ago) for ago in range(11, -1, -1)]
    since, until = midnight(firsts[0]), midnight(shifted(this, 1))
    names = [f"{first:%Y-%m}" for first in firsts]
    received = by_month(names, figures.months(since, until, "received_at"))
    answered = by_month(names, figures.months(since, until, "closed_at"))
    kinds = table(since, until, "kind")
    return {
        "figures": figures.headline(since, until, now),
        "months": charts.columns(received, answered),
        "numbers": [(name, received[name], answered[name]) for name in names],
        "kinds": charts.rows(kinds),
        "last_year": this.year - 1,
        "this_year": this.year,
        "purge": figures.last_purge(now),
    }


def by_month(names: list[str], counts: dict[str, int]) -> dict[str, int | None]:
    return figures.sheltered({name: counts.get(name, 0) for name in names})
