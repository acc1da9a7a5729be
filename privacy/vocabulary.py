"""The fixed words of a declaration: bases, categories, sources, treatments and periods."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text: TypeAlias = str | Promise


class LegalBasis(TextChoices):
    """Art. 6(1) GDPR."""

    CONSENT = "Art. 6(1)(a)", _("your consent")
    CONTRACT = "Art. 6(1)(b)", _("our contract with you")
    LEGAL_OBLIGATION = "Art. 6(1)(c)", _("a legal duty")
    LEGITIMATE_INTERESTS = "Art. 6(1)(f)", _("our legitimate interest")


class Category(TextChoices):
    """What kind of data it is, as the policy and the record of processing name it."""

    CONTACT = "contact", _("contact details")
    PURCHASES = "purchases", _("purchases")
    PAYMENTS = "payments", _("payments")
    PROFILE = "profile", _("profile")
    PREFERENCES = "preferences", _("preferences")
    CREDENTIALS = "credentials", _("sign-in data")
    ONLINE = "online", _("online identifiers and use of the site")
    MESSAGES = "messages", _("messages")
    CHOICES = "choices", _("consents and objections")
    RIGHTS = "rights", _("privacy requests")
    WORK = "work", _("work done for the shop")


class Source(TextChoices):
    """Where the data came from (Art. 14(2)(f), 15(1)(g) GDPR)."""

    SUBJECT = "subject", _("given by you")
    OBSERVED = "observed", _("observed while you use the shop")
    THIRD_PARTY = "third_party", _("received from others")
    DERIVED = "derived", _("made by us")


class Rectify(TextChoices):
    """Who corrects it (Art. 16 GDPR)."""

    SELF = "self", _("you, in your account")
    ON_REQUEST = "on_request", _("we, on request")
    NEVER = "never", _("no one: the record must stay as issued")


class Erase(TextChoices):
    """How a value goes while its row stays; any other value is written as it is."""

    BLANK = "blank", _("blanked")  # NULL where the column takes it, else ""
    RANDOM = "random", _("replaced by chance")  # for unique text, at least 43 characters
    UNLINKED = "unlinked", _("anonymous once its link to you is gone")


@dataclass(frozen=True)
class Generalise:
    """A coarser value is written, such as ``Left("postcode", 2)`` or ``TruncYear("born_on")``.

    Only if at least ``k`` other people have the same; else the value is blanked.
    """

    to: Any
    k: int = 5


@dataclass(frozen=True)
class Words:
    """What people call it, where the model's own names say it to staff or to nobody."""

    one: Text = ""
    many: Text = ""
    fields: Mapping[str, Text] = field(default_factory=dict)
    lasting: Text = ""  # how long it is ``performing``: "as long as your order runs"


@dataclass(frozen=True)
class Period:
    """A calendar period, counted in whole days of the shop's time zone.

    A day that the month does not have is the month's last one. What is kept for a period is kept
    to the end of its last day (Art. 3 Regulation 1182/71). ``from_year_end`` counts from the
    31st of December of the clock's year, as tax law does.
    """

    years: int = 0
    months: int = 0
    days: int = 0
    from_year_end: bool = False

    def after(self, day: date) -> date:
        """The last day of a period that began on that day."""
        if self.from_year_end:
            day = date(day.year, 12, 31)
        return shifted(day, self.years * 12 + self.months) + timedelta(days=self.days)

    def until(self, clock: datetime) -> datetime:
        """The first moment at which the period is over. Raises ValueError for a naive clock."""
        return midnight(self.after(timezone.localdate(clock)) + timedelta(days=1))

    def cutoff(self, now: datetime) -> datetime:
        """The exact inverse: for clocks before this moment, and only those, it is over now."""
        today = timezone.localdate(now)
        day = shifted(today - timedelta(days=self.days), -(self.years * 12 + self.months))
        if self.from_year_end:
            day = date(day.year + 1, 1, 1)
            while self.after(day - timedelta(days=1)) >= today:
                day = date(day.year - 1, 1, 1)
            return midnight(day)
        while self.after(day) < today:
            day += timedelta(days=1)
        while self.after(day - timedelta(days=1)) >= today:
            day -= timedelta(days=1)
        return midnight(day)


def shifted(day: date, months: int) -> date:
    """The same day that many months on, or the month's last day where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
