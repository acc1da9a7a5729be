"""Whom a request speaks of: no more than was proved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from privacy import subjects
from privacy.models import Request
from privacy.subjects import Subject


def subject_of(case: Request) -> Subject:
    """The account with its verified addresses; for a guest the one address he proved.

    The order number he gave opens that order too, if it carries the same address.
    """
    people = get_user_model()._default_manager
    user = people.filter(pk=case.user_id).first() if case.user_id else None
    if user is not None and case.filing_key is None:  # filed by the account itself
        return subjects.of(user)
    references = frozenset({case.order_reference} if case.order_reference else ())
    return subjects.lately(user, {case.email}, references)


def seal(subject: Subject, to: str) -> dict[str, Any]:
    """The person as plain values, to be found again when the account is gone."""
    return {
        "to": to,
        "user": subject.user.pk if subject.user else None,
        "subject_id": str(subject.subject_id) if subject.subject_id else None,
        "emails": sorted(subject.emails),
        "references": sorted(subject.references),
        "since": subject.since.isoformat() if subject.since else None,
    }


def unseal(sealed: dict[str, Any]) -> Subject:
    """The person again: the account itself while it is there, never another under its key."""
    user, people = None, get_user_model()
    if sealed["user"]:
        there = people._default_manager.filter(pk=sealed["user"])
        user = there.filter(subject_id=sealed["subject_id"]).first()
        if user is None and not there.exists():
            user = people(pk=sealed["user"], subject_id=sealed["subject_id"], email="")
    since = datetime.fromisoformat(sealed["since"]) if sealed.get("since") else None
    emails, references = frozenset(sealed["emails"]), frozenset(sealed["references"])
    return Subject(user, emails, references, since=since)
