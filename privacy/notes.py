"""The note beside a form field (Art. 13 GDPR): what for, how long, who sees it."""

from __future__ import annotations

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from privacy.declarations import Group, registry
from privacy.processing import in_words
from privacy.vocabulary import Period


def note(label: str, field: str) -> str:
    """One or two sentences in the active language; empty for what is not personal.

    ``note("orders.Order", "phone")``. Raises LookupError where the model or field is undeclared.
    """
    declaration = registry[apps.get_model(label)]
    for group in declaration.groups:
        if field in group.fields:
            return f"{what_for(group)} {how_long(group)}".strip() if group.category else ""
    raise LookupError(f"{label} does not declare {field}.")


def what_for(group: Group) -> str:
    if group.why:
        return str(group.why)
    named = [str(purpose.name) for purpose in group.purposes]
    return f"{capfirst('; '.join(named))}." if named else ""


def how_long(group: Group) -> str:
    longest = max((purpose.retention for purpose in group.purposes), key=days, default=None)
    period = in_words(longest) if longest else ""
    receivers = ", ".join(recipient.name for recipient in group.receivers)
    if period and receivers:
        words = _("It goes to %(receivers)s and is kept for %(period)s after that.")
        return words % {"period": period, "receivers": receivers}
    if period:
        return _("Kept for %(period)s after that.") % {"period": period}
    return _("It goes to %(receivers)s too.") % {"receivers": receivers} if receivers else ""


def days(period: Period) -> float:
    """Roughly, to compare periods."""
    return period.years * 365.25 + period.months * 30.4 + period.days
