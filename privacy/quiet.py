"""Whom the night leaves alone: people under restriction, and people who asked for their data.

What a restriction keeps may be what the person needs (Art. 18(2) GDPR); what somebody asked to
see must not be gone before it is shown.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import CharField, Exists, OuterRef, Q, Value

from privacy.declarations import registry
from privacy.models import ConsentDecision, Request
from privacy.models.requests import OPEN, Kind, State
from privacy.subjects import Subject

Action = ConsentDecision.Action
ASKING = (Kind.ACCESS, Kind.PORTABILITY)
PROVED = tuple(state for state in OPEN if state != State.AWAITING_VERIFICATION)
NOTHING = Q(pk__in=())


def left_alone(model: type[Any]) -> Q:
    """The rows of these people, in whichever role."""
    declared = registry.get(model)
    if declared is None or not (known := people()):
        return NOTHING
    reached = [role.reach(who) for role in declared.roles.values() for who in known]
    return reduce(or_, reached, NOTHING)


def people() -> list[Subject]:
    """Each of them, in one look at the two registers, and one at the accounts if there are any."""
    named = {*restricted().union(asking())}
    accounts = get_user_model()._default_manager.in_bulk(
        {pk for pk, _email, _number in named if pk}
    )
    return [
        Subject(accounts.get(pk), frozenset({email}), frozenset({number} - {""}))
        for pk, email, number in sorted(named, key=str)
    ]


def restricted() -> Any:
    """Who asked for it, or disputes something, and was not told yet that it is over."""
    same = Q(user=OuterRef("user")) | Q(subject_id=OuterRef("subject_id"))
    same |= Q(email=OuterRef("email")) & ~Q(email="")
    later = Q(decided_at__gte=OuterRef("decided_at"), pk__gt=OuterRef("pk"))
    lifted = ConsentDecision.objects.filter(same, later, action=Action.LIFTED)
    rows = ConsentDecision.objects.filter(
        ~Exists(lifted.filter(purpose=OuterRef("purpose"))), action=Action.RESTRICTED
    )
    return rows.order_by().values_list("user", "email", Value("", CharField()))


def asking() -> Any:
    rows = Request.objects.filter(kind__in=ASKING, state__in=PROVED)
    return rows.order_by().values_list("user", "email", "order_reference")
