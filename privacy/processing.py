"""The record of processing (Art. 30 GDPR) in words, from the declarations: the policy's tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from privacy import declarations
from privacy.purposes import Purpose, Recipient
from privacy.vocabulary import Category, Period, Text


@dataclass
class Activity:
    """One purpose, and the categories of data that it uses."""

    purpose: Purpose
    categories: set[Category] = field(default_factory=set)

    @property
    def data(self) -> list[str]:
        return sorted(str(category.label) for category in self.categories)

    @property
    def kept(self) -> str:
        return in_words(self.purpose.retention)


def activities() -> list[Activity]:
    """Every purpose that a declaration names, in the order of their declaration."""
    found: dict[str, Activity] = {}
    for declaration in declarations.registry.values():
        for group in declaration.personal:
            for purpose in group.purposes:
                activity = found.setdefault(purpose.key, Activity(purpose))
                activity.categories.update([group.category] if group.category else [])
    for place in declarations.elsewhere:
        for purpose in place.purposes:
            found.setdefault(purpose.key, Activity(purpose)).categories.update(place.categories)
    return list(found.values())


def recipients() -> list[Recipient]:
    """Whoever an activity names as receiving data."""
    named = {r.key: r for activity in activities() for r in activity.purpose.recipients}
    return list(named.values())


def open_ended(lasting: Text, retention: Period) -> str:
    """``as long as your order runs, then 90 days``: how long, where no date is known yet."""
    so_long, period = str(lasting) or _("as long as it runs"), in_words(retention)
    if not period:
        return so_long
    if retention.from_year_end:
        words = _("%(so_long)s, and until %(period)s in which it ends")
    else:
        words = _("%(so_long)s, then %(period)s")
    return words % {"so_long": so_long, "period": period}


def in_words(period: Period) -> str:
    """``2 years and 3 months``; nothing for a period without length."""
    parts = [
        ngettext("%(n)s year", "%(n)s years", period.years) % {"n": period.years},
        ngettext("%(n)s month", "%(n)s months", period.months) % {"n": period.months},
        ngettext("%(n)s day", "%(n)s days", period.days) % {"n": period.days},
    ]
    lengths = (period.years, period.months, period.days)
    said = _(" and ").join(part for part, length in zip(parts, lengths, strict=True) if length)
    if period.from_year_end and said:
        return _("%(period)s after the end of the year") % {"period": said}
    return said
