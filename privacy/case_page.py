"""What the officer's case page shows. The address stays masked; the plan is the real one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from privacy import countries, erasure, regimes, stops, writings
from privacy.clock import clock
from privacy.corrections import pending
from privacy.latest import latest
from privacy.models import Request
from privacy.models.requests import Kind, State
from privacy.plan import Plan
from privacy.requests import arriving, decisions, events, extending, standstill, unproved
from privacy.requests.receipt import receipt
from privacy.requests.subject import subject_of

COPIES = (Kind.ACCESS, Kind.PORTABILITY)


def context(case: Request, language: str, now: datetime) -> dict[str, Any]:
    proved = case.is_open and case.email_proved_at is not None
    subject = subject_of(case)
    return {
        "case": case,
        "clock": clock(case, now),
        "events": case.events.select_related("staff"),
        "intact": events.is_intact(case),
        "email": masked(case.email),
        "plan": sources(receipt(planned(case, now), language, now))
        if proved and case.kind == Kind.ERASURE
        else None,
        "held": held(latest(subject, 1)) if proved and case.kind in COPIES else None,
        "unproved": unproved.counts(subject) if proved else [],
        "can": possible(case, now),
        "notes": case.notes.select_related("author"),
        "law": regimes.RULES[case.regime],
        "lives": countries.name(case.country),
    }


def planned(case: Request, now: datetime) -> Plan:
    """What carrying it out would do now: the case itself steps aside first, as it does then."""
    subject = subject_of(case)
    with transaction.atomic():
        Request.objects.filter(pk=case.pk).update(user_id=None, **decisions.MINIMAL)
        writings.open_for(case, subject, now=now)
        plan = erasure.preview(subject, now)
        transaction.set_rollback(True)
    return plan


def sources(told: dict[str, Any]) -> list[dict[str, Any]]:
    """One row for each source: how many of it go and stay, which fields, and why until when."""
    rows: dict[str, dict[str, Any]] = {}
    for fate in ("goes", "stays"):
        for one in told[fate]:
            row = rows.setdefault(one["model"], {"name": one["name"], "fields": one["fields"]})
            row |= {fate: one["rows"], "terms": one.get("terms", [])}
            row["fields"] = max(row["fields"], one["fields"], key=len)
    away = ({**one, "goes": one["rows"], "fields": one["note"]} for one in told["elsewhere"])
    return [*rows.values(), *away]


def possible(case: Request, now: datetime) -> set[str]:
    """Which buttons the page has; the services ask again."""
    runs = case.kind in decisions.RUN_BY_US
    waits = case.state == State.IN_ASSESSMENT or case.asked_at is not None
    stuck = case.state == State.NEEDS_OPERATOR
    asked = {
        "release": bool(case.held_at),
        "hold": standstill.holdable(case),
        "answer": (waits or stuck) and not runs and not pending.waits(case),
        "otherwise": arriving.is_lost(case),
        "refuse": (waits or stuck) and not case.cooling_off_until and not case.sealed,
        "ask": case.state == State.IN_ASSESSMENT,
        "go_on": case.asked_at is not None,
        "approve": runs and not case.held_at and (waits or stuck),
        "lift": stops.lost(case),
        "extend": extending.may_extend(case, now),
        "country": case.is_open,
        "take_up": case.kind == Kind.APPEAL and waits,
        "merge": (waits or stuck) and case.email_proved_at is not None,
        "correct": case.state == State.IN_ASSESSMENT and not case.held_at,
    }
    return {deed for deed, may in asked.items() if may}


def held(collected: dict[str, Any]) -> list[tuple[str, int]]:
    return [(section["name"], section["count"]) for section in collected["sections"]]


def masked(email: str) -> str:
    """``t•••@example.org``: enough to recognise, not enough to copy."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}" if at else ""
