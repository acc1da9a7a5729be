"""Which of a person's rows were there at a moment: an erasure done again spares the newer ones."""

from __future__ import annotations

from django.db.models import Q

from privacy.declarations import Declaration
from privacy.roles import Role, dated
from privacy.subjects import Subject


def there_before(declaration: Declaration, role: Role, subject: Subject) -> Q:
    """Rows of which any date is not later than the subject's ``before``.

    The account's own rows need no date: its random number cannot be anybody else's.
    """
    if subject.before is None:
        return Q()
    known = Q(
        *((f"{name}__lte", subject.before) for name in dated(declaration.model, role)),
        _connector="OR",
    )
    if role.user and subject.user:
        known |= Q((role.user, subject.user.pk))
    return known or Q(pk__in=())
