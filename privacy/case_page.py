"""What the officer's case page shows. The address stays masked; the plan is the real one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from privacy import erasure, export
from privacy.clock import clock
from privacy.models import Request
from privacy.models.requests import Kind, State
from privacy.plan import Plan
from privacy.requests import decisions, events, unproved
from privacy.requests.receipt import receipt
from privacy.requests.subject import subject_of


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
        "held": held(export.collect(subject)) if proved and case.kind == Kind.ACCESS else None,
        "unproved": unproved.counts(subject) if proved else [],
        "can": possible(case),
    }


def planned(case: Request, now: datetime) -> Plan:
    """What carrying it out would do now: the case itself steps aside first, as it does then."""
    subject = subject_of(case)
    with transaction.atomic():
        Request.objects.filter(pk=case.pk).update(user_id=None, **decisions.MINIMAL)
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


def possible(case: Request) -> set[str]:
    """Which buttons the page has; the services ask again."""
    runs = case.kind in decisions.RUN_BY_US
    waits = case.state == State.IN_ASSESSMENT
    can = {"release"} if case.held_at else {"hold"} if case.is_open else set()
    if waits and not runs:
        can.add("answer")
    if waits:
        can.update(("refuse", "ask"))
    if runs and not case.held_at and (waits or case.state == State.NEEDS_OPERATOR):
        can.add("approve")
    return can


def held(collected: dict[str, Any]) -> list[tuple[str, int]]:
    return [(section["name"], len(section["rows"])) for section in collected["sections"]]


def masked(email: str) -> str:
    """``t•••@example.org``: enough to recognise, not enough to copy."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}" if at else ""
