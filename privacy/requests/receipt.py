"""A plan in words: for the preview, for the officer and for the receipt. Names and dates only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from privacy import declarations
from privacy.clock import bars, fraction
from privacy.handovers import concerning, handed_over, told
from privacy.models import Request
from privacy.plan import Ground, Line, Plan
from privacy.processing import open_ended
from privacy.purposes import purposes
from privacy.requests import wording
from privacy.subjects import Subject


def receipt(plan: Plan, language: str, now: datetime) -> dict[str, Any]:
    """What went, what stays on which grounds until when, as JSON values in a language."""
    with translation.override(language):
        return {
            "goes": grouped(plan.gone),
            "stays": [
                {**row, "terms": terms(plan.kept, row["model"], now)} for row in grouped(plan.kept)
            ],
            "elsewhere": list(lying_elsewhere(plan)),
            "running": any(one.until is None for _line, one in grounds(plan.kept)),
        }


def to_go_on(language: str, *, waiting: bool = False) -> dict[str, Any]:
    """What the case itself keeps of a person: to find the rest of what has no date yet, or, while
    it is ``waiting``, until each recipient has answered."""
    about, purpose = declarations.registry[Request], purposes["privacy-requests"]
    with translation.override(language):
        ground = {"purpose": str(purpose.name), "law": purpose.exemption}
        rest, told = _("until the rest is erased too"), _("until each recipient has answered")
        return {
            "model": about.label,
            "name": capfirst(about.plural),
            "rows": 1,
            "fields": about.name_of("sealed"),
            "terms": [{"until": told if waiting else rest, "grounds": [ground], "bars": 0}],
        }


def grouped(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """One row for each model: what people call it, how many, and which fields."""
    rows: dict[str, dict[str, Any]] = {}
    for line in lines:
        row = rows.setdefault(
            line.model, {"model": line.model, "name": str(line.name), "rows": 0, "fields": []}
        )
        row["rows"] = max(row["rows"], line.rows)
        row["fields"] += [name for name in line.fields if name not in row["fields"]]
    return [{**row, "fields": ", ".join(row["fields"])} for row in rows.values()]


def terms(lines: Iterable[Line], model: str, now: datetime) -> list[dict[str, Any]]:
    """The grounds that hold a model's rows, together where they end together, the first first."""
    found: dict[str, dict[str, Any]] = {}
    for line, ground in grounds(line for line in lines if line.model == model):
        until = in_words(line, ground)
        term = found.setdefault(
            until, {"until": until, "grounds": [], "bars": passed(ground, now), "at": ground.until}
        )
        named = {"purpose": str(ground.purpose.name), "law": ground.law}
        term["grounds"] += [named] if named not in term["grounds"] else []
    in_time = sorted(found.values(), key=lambda term: (term["at"] is not None, str(term["at"])))
    return [{**term, "at": term["at"].isoformat() if term["at"] else None} for term in in_time]


def still(former: list[dict[str, Any]], new: list[dict[str, Any]], now: datetime) -> list[Any]:
    """What stays after one more round: also what an earlier one kept until a day to come.

    Such a row is out of reach by now, for what led from it to the person has gone.
    """
    rows = {row["model"]: row for row in new}
    for old in former:
        dated = [term for term in old["terms"] if (ends := ending(term)) and ends > now]
        if not dated:
            continue
        row = rows.get(old["model"], {**old, "terms": []})
        names = dict.fromkeys([*row["fields"].split(", "), *old["fields"].split(", ")])
        rows[old["model"]] = {
            **row,
            "rows": max(row["rows"], old["rows"]),
            "fields": ", ".join(names),
            "terms": [*row["terms"], *(term for term in dated if term not in row["terms"])],
        }
    return [*rows.values()]


def retained_until(stays: list[dict[str, Any]]) -> datetime | None:
    """When the last of what stays is due; None while something has no date."""
    dates = [ending(term) for row in stays for term in row["terms"]]
    return None if None in dates else max((date for date in dates if date), default=None)


def ending(term: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(term["at"]) if term.get("at") else None


def grounds(lines: Iterable[Line]) -> Iterator[tuple[Line, Ground]]:
    """Each purpose once among what runs and once among what has ended, with its latest date."""
    found: dict[tuple[str, bool, bool], tuple[Line, Ground]] = {}
    for line in lines:
        for one in line.grounds:
            key = (one.purpose.key, one.until is None, one.on_hold)
            known = found.get(key)
            if not known or (one.until and known[1].until and one.until > known[1].until):
                found[key] = (line, one)
    yield from found.values()


def in_words(line: Line, ground: Ground) -> str:
    if ground.on_hold:
        return _("until the hold on it is released")
    if ground.until is None:
        return open_ended(line.declaration.words.lasting, ground.purpose.retention)
    day = wording.day(ground.until, translation.get_language() or "nl")
    return _("until %(day)s") % {"day": day}


def passed(ground: Ground, now: datetime) -> int:
    """The bristles of its clock; none where no date is known."""
    if ground.since is None or ground.until is None:
        return 0
    return bars(fraction(ground.since, ground.until, now))


def lying_elsewhere(plan: Plan) -> Iterator[dict[str, Any]]:
    """What is no table: how many, where that is known, and how it goes."""
    notes = {str(place.name): str(place.note) for place in declarations.elsewhere}
    for name, number in plan.elsewhere.items():
        if number != 0:
            yield {"name": str(name), "rows": number or "", "note": notes.get(str(name), "")}


def recipients(
    subject: Subject, language: str, fields: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """Who had received data about the person (Art. 19 GDPR), or only one of these fields.

    Read it before the rows let go.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    with translation.override(language):
        for row in handed_over(subject).filter(concerning(fields)):
            said, day = told(row), wording.day(row.disclosed_at, language)
            one = found.setdefault(
                (said["key"], said["name"]),
                {
                    **{name: said[name] for name in ("key", "name", "where")},
                    "days": [],
                    "what": [],
                },
            )
            one["days"] += [day] if day not in one["days"] else []
            one["what"] += [field for field in said["what"] if field not in one["what"]]
    return [{**one, "days": ", ".join(one["days"])} for one in found.values()]


def proof(case: Request, now: datetime) -> dict[str, str]:
    """What stays of the case itself once it is closed: until when, and why."""
    purpose = purposes["privacy-accountability"]
    ends = case.retained_until_at if case.receipt.get("stays") else now
    with translation.override(case.language):
        if ends is None:
            until = open_ended(_("as long as something with you runs"), purpose.retention)
        else:
            day = wording.day(purpose.retention.until(ends), case.language)
            until = _("until %(day)s") % {"day": day}
        return {"until": until, "purpose": str(purpose.name), "law": purpose.exemption}
