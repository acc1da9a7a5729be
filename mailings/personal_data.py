from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mailings import stopping, suppression
from mailings.models import Issue, SignUp, Subscription, Suppression, UnsubscribeLink
from privacy.declarations import (
    Category,
    Erase,
    LegalBasis,
    Period,
    Purpose,
    Rectify,
    Role,
    Source,
    Words,
    declare,
    declare_impersonal,
    declare_job,
    not_personal,
    personal,
)

WORDING = _(
    "Yes, send me the newsletter: about one letter a month with news of products and their care. "
    "I can stop it at any time, with one click."
)

NEWSLETTER = Purpose(
    _("Send the newsletter"),
    LegalBasis.CONSENT,
    Period(days=90),  # after it ended: so long the links in old letters go on working
    stop=stopping.stop,
    leave=stopping.leave,
    give=stopping.give,
    asked=WORDING,
    marketing=True,
    key=suppression.NEWSLETTER,
)
OPENS = Purpose(
    _("Count whether letters are opened"),
    LegalBasis.CONSENT,
    Period(),
    asked=_(
        "Yes, you may count whether a letter was opened: for groups of at least 20 people, never "
        "for me alone, so that whoever reads less gets less. It is not done yet, and only ever for "
        "who says yes."
    ),
    key="opens",
)
CONFIRMING = Purpose(
    _("Ask the owner of an address whether a sign-up is meant"),
    LegalBasis.LEGITIMATE_INTERESTS,
    Period(days=7),
    interest=_("Nobody gets our newsletter because another typed a wrong address."),
    key="newsletter-confirmation",
)
SUPPRESSING = Purpose(
    _("Not write again to whoever left the newsletter"),
    LegalBasis.LEGAL_OBLIGATION,  # Art. 7(3) and 21(3) GDPR
    Period(years=10),  # or until a new sign-up is confirmed
    exemption="Art. 17(3)(b)",
    key="suppression",
)

declare(
    SignUp,
    personal("email", "language", category=Category.CONTACT, purposes=[CONFIRMING]),
    personal(
        "requested_at",
        "invited_at",
        category=Category.CHOICES,
        purposes=[CONFIRMING],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        "token_digest",
        category=Category.CREDENTIALS,
        purposes=[CONFIRMING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        withheld=_("it is the key of your confirmation link"),
    ),
    email="email",
    proved=Q(),
    clock="requested_at",
)
declare(
    Subscription,
    personal("email", "language", category=Category.CONTACT, purposes=[NEWSLETTER]),
    personal(
        "state",
        "confirmed_at",
        "ended_at",
        category=Category.CHOICES,
        purposes=[NEWSLETTER],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        "confirm_digest",
        category=Category.CREDENTIALS,
        purposes=[NEWSLETTER],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        withheld=_("it is the key of your confirmation link"),
    ),
    not_personal("propagated_at"),
    user="user",
    email="email",
    proved=Q(),
    clock="ended_at",
    performing=Q(state=Subscription.State.CONFIRMED),
    words=Words(
        _("newsletter subscription"),
        _("newsletter subscriptions"),
        {"confirm_digest": _("key of your confirmation link")},
        lasting=_("as long as your subscription runs"),
    ),
)
declare(
    UnsubscribeLink,
    personal(
        "digest",
        category=Category.CREDENTIALS,
        purposes=[NEWSLETTER],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        withheld=_("it is the key of the way out of a letter"),
    ),
    not_personal("created_at"),
    user="subscription__user",
    email="subscription__email",
    proved=Q(),
    clock="subscription__ended_at",
    performing=Q(subscription__state=Subscription.State.CONFIRMED),
    words=Words(lasting=_("as long as your subscription runs")),
)
declare(
    Suppression,
    personal(
        "digest",
        category=Category.CHOICES,
        purposes=[SUPPRESSING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        withheld=_("it cannot be turned back into an address"),
    ),
    personal(
        *("purpose", "created_at"),
        category=Category.CHOICES,
        purposes=[SUPPRESSING],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        erase=Erase.UNLINKED,
    ),
    roles={"": Role(match=suppression.marks_of)},
    clock="created_at",
)
declare_impersonal(Issue)
declare_job(
    "mailings.sweep",
    why=_("Each letter that it queues is asked for its own purpose when it is sent."),
)
declare_job(
    "mailings.send_batch",
    why=_("Each letter of an issue is asked for the newsletter's purpose when it is sent."),
)
declare_job("mailings.propagate_unsubscribe", SUPPRESSING, rows=Subscription)
