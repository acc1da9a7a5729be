"""Why the shop uses data and who receives it: each purpose a row of the record of processing.

A purpose is also the gate: whoever sends, profiles or shares asks ``PURPOSE.allows(person)`` at
that very moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from babel import Locale
from django.conf import settings
from django.db.models import TextChoices
from django.utils.text import format_lazy, slugify
from django.utils.translation import get_language, override
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


class Capacity(TextChoices):
    """As what a recipient receives data; each needs something before it may be given any."""

    PROCESSOR = "processor", _("works for us")  # a processing contract, Art. 28(3) GDPR
    CONTROLLER = "controller", _("on its own account")  # an agreement, or its terms on file
    AFFILIATE = "affiliate", _("company of our group")  # an agreement
    AUTHORITY = "authority", _("authority")  # each time a ground, a decision and who decided


class HandOverRefused(Exception):
    """What the recipient needs before it may be given personal data is missing."""


class TransferRefused(HandOverRefused):
    """The recipient is outside the EEA and nothing safeguards the data there (Art. 44 GDPR)."""


class NoContract(HandOverRefused):
    """No processing contract, agreement or terms are on file (Art. 28(3) GDPR)."""


class NotDecided(HandOverRefused):
    """Nobody put on record on which ground an authority is given data, and who decided it."""


@dataclass(frozen=True)
class Notice:
    """What a recipient is told of a person: no more than he was given by us before."""

    kind: str  # "erasure", "rectification", "restriction"
    reference: str  # of the case; a call that is repeated carries the same
    whom: tuple[str, ...]  # an address, an order's number: by what he can find the person
    changes: tuple[tuple[str, str], ...] = ()  # of a rectification: the field, as it should be


@dataclass(frozen=True, eq=False)
class Recipient:
    """Someone who is given personal data (Art. 4(9) GDPR)."""

    name: str
    country: str  # ISO 3166-1 alpha-2
    safeguard: Text = ""  # outside the EEA: the adequacy decision or Art. 46 instrument
    role: Text = ""  # what they do for us, for the register
    key: str = ""  # stable; stored in rows; made of the name when empty
    capacity: Capacity = field(default=Capacity.PROCESSOR, kw_only=True)
    contract: Text = field(default="", kw_only=True)  # what binds it, as it is on file
    forgets: Period | None = field(default=None, kw_only=True)  # by contract, after a hand-over
    exempt: Text = field(default="", kw_only=True)  # why it need not be told
    knows: Callable[[list[str]], list[str]] | None = field(default=None, kw_only=True)  # "order:5"
    tell: Callable[[Notice], bool] | None = field(default=None, kw_only=True)  # True: it is done

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.key or slugify(self.name))
        recipients[self.key] = self

    @property
    def desk(self) -> str:
        """Where letters about a person's rights reach it; empty where nobody registered that."""
        return str(settings.RECIPIENT_ADDRESSES.get(self.key, ""))

    @property
    def land(self) -> str:
        """The country's name in the active language."""
        return str(Locale.parse(get_language() or "nl", sep="-").territories[self.country])

    @property
    def safe(self) -> bool:
        """Whether data may go there at all (Art. 44 to 46 GDPR)."""
        return self.country in EEA or bool(self.safeguard)

    @property
    def bound(self) -> bool:
        """Whether what its capacity needs is on file; an authority is bound by law."""
        return self.capacity is Capacity.AUTHORITY or bool(self.contract)

    @property
    def consent(self) -> Purpose:
        """What a person is asked where nothing else lets the data go there (Art. 49(1)(a))."""
        words = {"name": self.name, "land": self.land}
        key = f"transfer-{self.key}"
        return purposes.get(key) or Purpose(
            format_lazy(_("Pass data to {name} outside Europe"), name=self.name),
            LegalBasis.CONSENT,
            Period(),
            asked=format_lazy(
                _(
                    "Yes, pass my data to {name} in {land}. I know that nothing protects it there "
                    "as it is protected here: authorities may read it, and a court may not help me."
                ),
                **words,
            ),
            key=key,
        )

    def received(
        self,
        person: Person,
        *,
        purpose: Purpose,
        fields: Iterable[str],
        now: datetime,
        **said: Any,
    ) -> Disclosure:
        """Put on record that these fields of a person's data were handed over (Art. 15(1)(c)).

        said: ``about`` names the occasion, such as ``order:SO-1``, never a personal value; for an
        authority also ``ground`` and ``decided_by_id``. Before it leaves. Raises HandOverRefused.
        """
        from privacy import gate

        return gate.disclose(self, person, purpose, {"fields": [*fields], **said}, now)


@dataclass(frozen=True, eq=False)
class Purpose:
    """One processing activity (Art. 30 GDPR).

    ``retention`` runs from the clock of the declaration that names the purpose. ``exemption`` is
    the Art. 17(3) ground that outlasts a request for erasure. ``stop`` is called with the subject
    when the purpose ends for that person (withdrawal, objection, restriction). ``leave`` is called
    with the subject and the moment in an erasure, before any row goes: what must outlive it.

    ``asked`` are the words of a consent; with them it is a switch on the privacy page, and ``give``
    is called with the account and the moment where a yes needs more than its record.
    ``interest`` is what a legitimate interest is (Art. 13(1)(d)), ``compelling`` why it outweighs
    an objection (Art. 21(1)). An objection to ``marketing`` is absolute (Art. 21(3)).
    """

    name: Text
    basis: LegalBasis
    retention: Period
    recipients: tuple[Recipient, ...] = ()
    exemption: str = ""
    stop: Callable[[Subject], object] | None = None
    leave: Callable[[Subject, datetime], object] | None = None
    give: Callable[[Any, datetime], object] | None = field(default=None, kw_only=True)
    asked: Text = field(default="", kw_only=True)
    interest: Text = field(default="", kw_only=True)
    compelling: Text = field(default="", kw_only=True)
    marketing: bool = field(default=False, kw_only=True)
    key: str = field(kw_only=True)  # stable slug; stored in rows

    def __post_init__(self) -> None:
        if purposes.setdefault(self.key, self) is not self:
            doubled.append(self.key)

    def __str__(self) -> str:
        return str(self.name)

    @property
    def notice(self) -> str:
        """The version of what is asked: another one as soon as a word or a recipient changes."""
        with override("en"):
            told = [str(self.asked), *(r.key for r in self.recipients), str(self.retention)]
        return sha256("\n".join(told).encode()).hexdigest()[:12]

    def allows(self, person: Person) -> bool:
        """Whether this may be done with this person's data now.

        Consent must be given and be the last word; an objection or a restriction stops the rest;
        a recipient without contract or safeguard stops all of it, and what is optional waits while
        the person's account waits to be deleted. Art. 6, 7(3), 18, 21, 28, 44 GDPR.
        """
        from privacy import gate

        return gate.allows(self, person)

    def waits(self, person: Person) -> bool:
        """Whether only a restriction keeps this from being done: it may be done once that ends."""
        from privacy import gate

        return gate.waits(self, person)

    def grant(
        self, person: Person, *, wording: Text, now: datetime, **said: str
    ) -> ConsentDecision:
        """Record consent to exactly this wording (Art. 7(1) GDPR). said: notice_version."""
        from privacy import gate

        said = {"notice_version": self.notice, **said}
        return gate.decide(self, person, "given", now, wording=str(wording), **said)

    def withdraw(self, person: Person, *, now: datetime) -> ConsentDecision:
        """Consent ends here, as easily as it was given (Art. 7(3) GDPR)."""
        from privacy import gate

        return gate.decide(self, person, "withdrawn", now)

    def oppose(self, person: Person, *, now: datetime) -> ConsentDecision:
        """The person objects; the purpose stops at once (Art. 21 GDPR)."""
        from privacy import gate

        return gate.decide(self, person, "objected", now)

    def resume(self, person: Person, *, now: datetime, wording: str = "") -> ConsentDecision:
        """The objection is taken back, or overruled on compelling grounds, then ``wording``."""
        from privacy import gate

        return gate.decide(self, person, "resumed", now, wording=wording)


recipients: dict[str, Recipient] = {}
purposes: dict[str, Purpose] = {}
doubled: list[str] = []  # keys declared more than once: a check reports them

CLAIMS = Purpose(
    _("Answer a legal claim"),
    LegalBasis.LEGITIMATE_INTERESTS,
    Period(days=settings.CLAIMS_DAYS),
    exemption="Art. 17(3)(e)",
    interest=_("We can defend ourselves when a sale is disputed."),
    compelling=_("The law lets a claim outweigh an objection."),
    key="claims",
)
