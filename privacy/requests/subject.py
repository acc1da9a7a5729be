"""Whom a request speaks of: no more than was proved."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from privacy import subjects
from privacy.models import Request


def subject_of(case: Request) -> subjects.Subject:
    """The account with its verified addresses; for a guest the one address he proved.

    The order number he gave opens that order too, if it carries the same address.
    """
    people = get_user_model()._default_manager
    user = people.filter(pk=case.user_id).first() if case.user_id else None
    if user is not None and case.cooling_off_until:
        return subjects.of(user)
    references = frozenset({case.order_reference} if case.order_reference else ())
    return subjects.Subject(user, frozenset({case.email}), references)
