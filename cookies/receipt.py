"""What a browser may take along as proof, by the fields of ISO/IEC TS 27560."""

from __future__ import annotations

from typing import Any

from cookies import inventory
from cookies.consent import Choice
from cookies.models import ConsentEvent

SCHEMA = "ISO/IEC TS 27560:2023"


def of(choice: Choice) -> dict[str, Any]:
    """The recorded events of the browser; of a refusal, which bears no mark, its cookie alone."""
    events = ConsentEvent.objects.none()
    if choice.subject:
        events = ConsentEvent.objects.filter(subject_id=choice.subject).select_related("notice")
    return {
        "schema_version": SCHEMA,
        "pii_principal_id": str(choice.subject) if choice.subject else None,
        "pii_controller": inventory.HOUSE,
        "current": {
            "event_time": choice.made_at.isoformat(),
            "notice_version": choice.version,
            "purposes": {g.key: g.key in choice.accepted for g in inventory.optional()},
            "valid_until": (choice.made_at + inventory.KEPT).isoformat(),
        },
        "events": [record(event) for event in events.order_by("happened_at")],
    }


def record(event: ConsentEvent) -> dict[str, Any]:
    return {
        "event_time": event.happened_at.isoformat(),
        "event_type": event.action,
        "event_state": event.decisions,
        "method": event.method,
        "language": event.language,
        "privacy_notice": {"sha256": event.notice.sha256, "content": event.notice.content},
    }
