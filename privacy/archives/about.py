"""What Art. 15(1) GDPR asks to be told beside the data itself."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min

from privacy import handovers, writings
from privacy.models import Disclosure
from privacy.purposes import recipients
from privacy.subjects import Subject


def about(subject: Subject, known: list[dict[str, Any]]) -> dict[str, Any]:
    received = handed_over(subject)
    return {
        "purposes": served(known),
        "received": received,
        "abroad": [one for one in received if one["safeguard"]],
        "texts": texts(subject),
    }


def texts(subject: Subject) -> dict[str, int]:
    """What stands of one person in the other's records: by whom it is decided is another matter."""
    return {
        "written_for_others": writings.count(subject),
        "under_review": writings.under_review(subject),
    }


def served(known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each purpose that some value of the person serves: which data, of which kind and origin."""
    found: dict[str, dict[str, Any]] = {}
    for source in known:
        for field in source["fields"] if source["rows"] else ():
            for purpose in field["purposes"]:
                one = found.setdefault(
                    purpose["key"],
                    {**purpose, "categories": {}, "origins": {}, "data": {}},
                )
                one["categories"][field["category"]] = None
                one["origins"][field["source"]] = None
                one["data"][source["name"]] = None
    return list(found.values())


def handed_over(subject: Subject) -> list[dict[str, Any]]:
    """Who actually received what, from the ledger: once for each recipient, purpose and extent."""
    rows = (
        handovers.handed_over(subject)
        .order_by()
        .values("recipient", "purpose", "fields", "named", "ground")
        .annotate(times=Count("pk"), first=Min("disclosed_at"), last=Max("disclosed_at"))
        .order_by("recipient", "purpose", "-last")
    )
    return [in_words({**row}) for row in rows]


def in_words(row: dict[str, Any]) -> dict[str, Any]:
    recipient = recipients.get(row["recipient"])
    words = {name: row[name] for name in ("recipient", "purpose", "fields", "named", "ground")}
    said = handovers.told(Disclosure(**words, disclosed_at=row["last"]))
    return {
        **row,
        **{name: said[name] for name in ("name", "where", "what")},
        "role": str(recipient.role) if recipient else "",
        "safeguard": str(recipient.safeguard) if recipient else "",
        "for": said["purpose"],
    }
