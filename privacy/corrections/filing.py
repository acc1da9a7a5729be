"""How a difference or a statement comes in: from the account's page, or by a link after proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from privacy import duties
from privacy.corrections import statements
from privacy.corrections.applying import group_of
from privacy.corrections.closing import close_if_decided
from privacy.corrections.disputable import Thing
from privacy.corrections.proposing import Changed, in_time, propose
from privacy.declarations import registry
from privacy.models import Correction, Request
from privacy.models.events import Action
from privacy.models.requests import Kind
from privacy.requests.events import PERSON, record
from privacy.requests.filing import Account, Wish, file_own, wished
from privacy.subjects import Subject


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


@dataclass(frozen=True)
class Written:
    """One field that a person corrected alone."""

    row: Model
    field: str
    before: str
    after: str


@transaction.atomic
def file_done(subject: Subject, written: Sequence[Written], *, now: datetime) -> Request | None:
    """A case for what was corrected already, where somebody was given it: he has to be told.

    In the caller's transaction, which wrote it down. None where nobody outside received it.
    """
    given = [one for one in written if handed_on(one)]
    if not given or not duties.received(subject, {one.field for one in given}).exists():
        return None
    case = wished(subject.user, Wish(Kind.RECTIFICATION), now=now)
    case.save()
    for action in (Action.RECEIVED, Action.SIGNED_IN):
        record(case, action, by=PERSON, now=now)
    for one in given:
        said = {"model": one.row._meta.label, "key": str(one.row.pk), "field": one.field}
        said |= {"before": one.before, "after": one.after, "state": Correction.State.APPLIED}
        case.corrections.create(**said, decided_at=now)
    record(case, Action.CORRECTED, by=PERSON, now=now)
    close_if_decided(case, by=PERSON, now=now)
    return case


def handed_on(one: Written) -> bool:
    """Whether this field of this kind of row is given to anybody at all."""
    declaration = registry.get(type(one.row))
    group = group_of(declaration, one.field) if declaration else None
    return bool(group and group.receivers)
