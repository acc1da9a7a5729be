"""How a difference or a statement comes in: from the account's page, or by a link after proof."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from privacy.corrections import statements
from privacy.corrections.disputable import Thing
from privacy.corrections.proposing import Changed, in_time, propose
from privacy.models import Request
from privacy.models.requests import Kind
from privacy.requests.filing import Account, Wish, file_own


@transaction.atomic
def file_difference(
    user: Account, thing: Thing, changed: Changed, message: str, *, now: datetime
) -> Request:
    """A signed-in person proposes what should stand in one of his things.

    With an open request of the same kind it is one request.
    """
    case = file_own(user, Wish(Kind.RECTIFICATION, message), now=now)
    propose(case, thing, changed, now=now)
    return case


@transaction.atomic
def file_statement(
    user: Account, thing: Thing, text: str, message: str, *, now: datetime
) -> Request:
    """A signed-in person completes a record: his words stand beside it from now on."""
    case = file_own(user, Wish(Kind.COMPLETION, message), now=now)
    add_statement(case, thing, text, now=now)
    return case


@transaction.atomic
def add_statement(case: Request, thing: Thing, text: str, *, now: datetime) -> None:
    """Raises NotPossible once the case is decided."""
    in_time(case, Kind.COMPLETION)
    statements.attach(case, thing.row, text, now=now)
