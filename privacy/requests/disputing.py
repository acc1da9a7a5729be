"""What a signed-in person stops by himself: it stops first, and is a request afterwards."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from privacy import subjects
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import OPEN, Kind
from privacy.purposes import Purpose
from privacy.requests.decisions import say_received
from privacy.requests.events import PERSON, record
from privacy.requests.filing import Account, Wish, file_own, wished


def restrict(user: Account, why: str, *, now: datetime) -> Request:
    """Restrict the use of all of a person's data; asked twice, it is one request."""
    return file_own(user, Wish(Kind.RESTRICTION, message=why), now=now)


@transaction.atomic
def object_to(user: Account, purpose: Purpose, *, now: datetime) -> Request:
    """Stop this one purpose now; an officer looks whether anything compelling outweighs that."""
    get_user_model()._default_manager.select_for_update(no_key=True).get(pk=user.pk)
    case = wished(user, Wish(Kind.OBJECTION, message=str(purpose.name)), now=now)
    same = Request.objects.filter(user_id=user.pk, kind=case.kind, message=case.message)
    if running := same.filter(state__in=OPEN).first():
        return running
    purpose.oppose(subjects.of(user), now=now)
    case.save()
    for action in (Action.RECEIVED, Action.SIGNED_IN, Action.STOPPED):
        record(case, action, by=PERSON, now=now)
    say_received(case)
    return case
