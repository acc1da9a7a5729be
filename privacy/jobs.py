"""May a job run for the person of its row, now? Asked when it runs, never when it is queued."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F, Model

from privacy.declarations import Role, jobs, registry
from privacy.subjects import Subject


def may_run(name: str, *keys: Any) -> bool:
    """Whether each purpose of the job allows it for whoever the row is about.

    True for a job without purposes or without a row, and where the row has gone: it finds none.
    """
    job = jobs.get(name)
    if job is None or job.rows is None or not job.purposes or not keys:
        return True
    people = persons(job.rows, keys[0])
    return all(purpose.allows(person) for purpose in job.purposes for person in people)


def persons(model: type[Model], key: Any) -> list[Subject]:
    """Whom a row speaks of, one for each of its roles that names an account or an address."""
    roles = registry[model].roles.values() if model in registry else ()
    found = (person(model, key, role) for role in roles)
    return [one for one in found if one.user or one.emails]


def person(model: type[Model], key: Any, role: Role) -> Subject:
    row = model._base_manager.filter(pk=key)
    user, email = (value(row, lookup) for lookup in (role.user, role.email))
    people = get_user_model()._default_manager
    account = people.filter(pk=user).first() if user else None
    return Subject(account, frozenset({email} if email else ()))


def value(row: Any, lookup: str) -> Any:
    if not lookup:
        return None
    return row.annotate(privacy_whose=F(lookup)).values_list("privacy_whose", flat=True).first()
