"""Why the shop uses data and who receives it: each purpose a row of the record of processing.

A purpose is also the gate: whoever sends, profiles or shares asks ``PURPOSE.allows(person)`` at
that very moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from babel import Locale
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from privacy.vocabulary import LegalBasis, Period, Text

if TYPE_CHECKING:
    from privacy.models import ConsentDecision, Disclosure
    from privacy.subjects import Person, Subject

EEA = frozenset(  # ISO 3166-1 alpha-2
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"),
        *("IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)


class TransferRefused(Exception):
    """The recipient is outside the EEA and nothing safeguards the data there (Art. 44 GDPR)."""


@dataclass(frozen=True, eq=False)
class Recipient:
    """Someone who is given personal data (Art. 4(9) GDPR)."""

    name: str
    country: str  # ISO 3166-1 alpha-2
    safeguard: Text = ""  # outside the EEA: the adequacy decision or Art. 46 instrument
    role: Text = ""  # what they do for us, for the register
    key: str = ""  # stable; stored in rows; made of the name when empty

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.key or slugify(self.name))
        recipients[self.key] = self

    @property
    def land(self) -> str:
        """The country's name in the active language."""
        return str(Locale.parse(get_language() or "nl", sep="-").territories[self.country])

    @property
    def safe(self) -> bool:
        """Whether data may go there at all (Art. 44 to 46 GDPR)."""
        return self.country in EEA or bool(self.safeguard)

    def received(
        self,
        person: Person,
        *,
        purpose: Purpose,
        fields: Iterable[str],
        about: str = "",
        now: datetime,
    ) -> Disclosure:
        """Put on record that these fields of a person's data were handed over (Art. 15(1)(c)).

        ``about`` names the occasion, such as ``order:SO-1``; never a personal value. Call it
        before the data leaves. Raises TransferRefused where no safeguard covers the recipient.
        """
        from privacy import gate

        return gate.disclose(self, person, purpose, {"fields": [*fields], "about": about}, now)


@dataclass(frozen=True, eq=False)
class Purpose:
    """One processing activity (Art. 30 GDPR).

    ``retention`` runs from the clock of the declaration that names the purpose. ``exemption`` is
    the Art. 17(3) ground that outlasts a request for erasure. ``stop`` is called with the subject
    when the purpose ends for that person (withdrawal, objection, restriction). ``leave`` is called
    with the subject and the moment in an erasure, before any row goes: what must outlive it.
    """

    name: Text
    basis: LegalBasis
    retention: Period
    recipients: tuple[Recipient, ...] = ()
    exemption: str = ""
    stop: Callable[[Subject], object] | None = None
    leave: Callable[[Subject, datetime], object] | None = None
    key: str = field(kw_only=True)  # stable slug; stored in rows

    def __post_init__(self) -> None:
        if purposes.setdefault(self.key, self) is not self:
            doubled.append(self.key)

    def __str__(self) -> str:
        return str(self.name)

    def allows(self, person: Person) -> bool:
        """Whether this may be done with this person's data now.

        Consent must be given and be the last word; an objection or a restriction stops the rest;
        a recipient without safeguard stops all of it, and what is optional waits while the person's
        account waits to be deleted. Art. 6, 7(3), 18, 21, 44 GDPR.
        """
        from privacy import gate

        return gate.allows(self, person)

    def grant(
        self, person: Person, *, wording: Text, now: datetime, **said: str
    ) -> ConsentDecision:
        """Record consent to exactly this wording (Art. 7(1) GDPR). said: notice_version."""
        from privacy import gate

        return gate.decide(self, person, "given", now, wording=str(wording), **said)

    def withdraw(self, person: Person, *, now: datetime) -> ConsentDecision:
        """Consent ends here, as easily as it was given (Art. 7(3) GDPR)."""
        from privacy import gate

        return gate.decide(self, person, "withdrawn", now)

    def oppose(self, person: Person, *, now: datetime) -> ConsentDecision:
        """The person objects; the purpose stops at once (Art. 21 GDPR)."""
        from privacy import gate

        return gate.decide(self, person, "objected", now)

    def resume(self, person: Person, *, now: datetime) -> ConsentDecision:
        """The objection is taken back, or overruled on recorded compelling grounds (Art. 21(1))."""
        from privacy import gate

        return gate.decide(self, person, "resumed", now)


recipients: dict[str, Recipient] = {}
purposes: dict[str, Purpose] = {}
doubled: list[str] = []  # keys declared more than once: a check reports them

CLAIMS = Purpose(
    _("Answer a legal claim"),
    LegalBasis.LEGITIMATE_INTERESTS,
    Period(days=settings.CLAIMS_DAYS),
    exemption="Art. 17(3)(e)",
    key="claims",
)
