"""The laws under which a person asks, as rows of one table: all that differs between them."""

from __future__ import annotations

from dataclasses import dataclass

from privacy.models.requests import Regime, Topic
from privacy.vocabulary import Period


@dataclass(frozen=True)
class Rules:
    """What one law says about the time to answer.

    ``term`` and ``extended`` run from the day of receipt. ``working``: an end on a free day moves
    to the next working day. ``confirm``: in so many working days receipt must be confirmed.
    ``pauses_for``: while the person is asked about this, the clock stands still.
    ``country`` and ``part``: whose holidays count. ``source``: where the law says so.
    """

    term: Period
    extended: Period
    working: bool
    confirm: int
    pauses_for: frozenset[Topic]
    country: str
    part: str | None
    source: str


RULES: dict[str, Rules] = {
    Regime.GDPR: Rules(
        term=Period(months=1),
        extended=Period(months=3),
        working=True,
        confirm=0,
        pauses_for=frozenset({Topic.IDENTITY}),
        country="NL",
        part=None,
        source="Art. 12(3), 12(6) GDPR; Art. 3 Regulation (EEC, Euratom) 1182/71",
    ),
    Regime.UK: Rules(
        term=Period(months=1),
        extended=Period(months=3),
        working=True,
        confirm=0,
        pauses_for=frozenset({Topic.IDENTITY, Topic.CLARIFICATION}),
        country="GB",
        part="ENG",
        source="Art. 12, 12A UK GDPR; Data (Use and Access) Act 2025, s. 76",
    ),
    Regime.CALIFORNIA: Rules(
        term=Period(days=45),
        extended=Period(days=90),
        working=False,
        confirm=10,
        pauses_for=frozenset(),
        country="US",
        part="CA",
        source="Cal. Civ. Code § 1798.130(a)(2); 11 CCR § 7021",
    ),
}
COUNTRIES = {"GB": Regime.UK, "US-CA": Regime.CALIFORNIA}


def of(country: str) -> Regime:
    """The law for who lives there (ISO 3166). Anyone else has ours: its controller is here.

    Source: Art. 3(1) GDPR, by which it does not matter where a person is.
    """
    return COUNTRIES.get(country, Regime.GDPR)
