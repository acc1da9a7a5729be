"""Accounts, how people sign in, and who works here; Django's and allauth's tables of the same."""

from __future__ import annotations

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, Session, User
from privacy.declarations import (
    Capacity,
    Category,
    LegalBasis,
    Period,
    Purpose,
    Recipient,
    Rectify,
    Source,
    Words,
    declare,
    declare_impersonal,
    not_personal,
    personal,
)

GOOGLE = Recipient(
    "Google Ireland Limited",
    "IE",
    role=_("signs you in, if you choose it"),
    capacity=Capacity.CONTROLLER,
    contract=_("Google's terms for sign-in"),
)
FACEBOOK = Recipient(
    "Meta Platforms Ireland Limited",
    "IE",
    role=_("signs you in, if you choose it"),
    capacity=Capacity.CONTROLLER,
    contract=_("Meta's platform terms"),
)

ACCOUNT = Purpose(_("Provide your account"), LegalBasis.CONTRACT, Period(years=3), key="account")
CONNECTION = Purpose(
    _("Let you sign in through another service"),
    LegalBasis.CONTRACT,
    Period(years=3),
    recipients=(GOOGLE, FACEBOOK),
    key="connection",
)
SESSION = Purpose(
    _("Keep you signed in and remember your cart"),
    LegalBasis.CONTRACT,
    Period(days=1),
    key="session",
)
SECURITY = Purpose(
    _("Stop who tries passwords"),
    LegalBasis.LEGITIMATE_INTERESTS,
    Period(days=1),
    interest=_("Nobody but you gets into your account."),
    compelling=_("Without it, whoever guesses would get into the accounts of others."),
    key="security",
)
PROTECTION = Purpose(
    _("Let nobody but you into your account, and tell you what changed there"),
    LegalBasis.LEGAL_OBLIGATION,  # Art. 32 GDPR
    Period(years=3),
    key="account-protection",
)
SECRET = _("secret")

declare(
    User,
    personal("email", category=Category.CONTACT, purposes=[ACCOUNT]),
    personal(
        *("name", "nickname", "language"),
        category=Category.PROFILE,
        purposes=[ACCOUNT],
        rectify=Rectify.SELF,
    ),
    personal(
        *("subject_id", "is_active", "date_joined", "last_login", "last_seen_at"),
        category=Category.ONLINE,
        purposes=[ACCOUNT],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
    ),
    personal(
        *("is_staff", "is_superuser", "groups", "user_permissions"),
        category=Category.WORK,
        purposes=[ACCOUNT],
        source=Source.DERIVED,
        rectify=Rectify.ON_REQUEST,
    ),
    personal("password", category=Category.CREDENTIALS, purposes=[ACCOUNT], withheld=SECRET),
    user="pk",
    facts={"name": "name"},
    clock="last_seen_at",
    words=Words(
        _("your account"),
        _("your account"),
        {
            "subject_id": _("your number here"),
            "date_joined": _("account made"),
            "last_login": _("last sign-in"),
            "is_superuser": _("may do everything here"),
            "groups": _("roles here"),
            "user_permissions": _("further rights here"),
        },
    ),
)
declare(
    Address,
    personal(
        *("name", "street", "house_number", "postcode", "city", "country", "phone"),
        category=Category.CONTACT,
        purposes=[ACCOUNT],
        rectify=Rectify.SELF,
    ),
    facts={"name": "name", "phone": "phone"},
    user="user",
    clock="user__last_seen_at",
)
declare(
    EmailAddress,
    personal(
        *("email", "verified", "primary"),
        category=Category.CONTACT,
        purposes=[ACCOUNT, PROTECTION],
    ),
    user="user",
    clock="user__last_seen_at",
    words=Words(
        _("e-mail address"),
        _("e-mail addresses"),
        {
            "email": _("e-mail address"),
            "verified": _("proved to be yours"),
            "primary": _("your main address"),
        },
    ),
)
declare(
    EmailConfirmation,
    personal(
        "key",
        category=Category.CREDENTIALS,
        purposes=[SESSION],
        source=Source.DERIVED,
        rectify=Rectify.NEVER,
        withheld=SECRET,
    ),
    not_personal("email_address", "created", "sent"),
    user="email_address__user",
    clock="created",
    words=Words(
        _("confirmation link"), _("confirmation links"), {"key": _("key of the confirmation link")}
    ),
)
declare(
    SocialAccount,
    personal(
        *("provider", "uid", "extra_data", "date_joined", "last_login"),
        category=Category.PROFILE,
        purposes=[CONNECTION],
        source=Source.THIRD_PARTY,
    ),
    user="user",
    clock="user__last_seen_at",
    words=Words(
        _("sign-in through another service"),
        _("sign-in through other services"),
        {
            "provider": _("the service"),
            "uid": _("your number at the service"),
            "extra_data": _("what the service told us"),
            "date_joined": _("connected since"),
            "last_login": _("last sign-in"),
        },
    ),
)
declare(
    SocialToken,
    personal(
        *("token", "token_secret", "expires_at"),
        category=Category.CREDENTIALS,
        purposes=[CONNECTION],
        source=Source.THIRD_PARTY,
        rectify=Rectify.NEVER,
        withheld=SECRET,
    ),
    not_personal("app", "account"),
    user="account__user",
    clock="account__user__last_seen_at",
    words=Words(
        _("key to another service"),
        _("keys to other services"),
        {
            "token": _("the key"),
            "token_secret": _("secret of the key"),
            "expires_at": _("the key ends"),
        },
    ),
)
declare(
    Session,
    personal(
        *("session_key", "session_data"),
        category=Category.ONLINE,
        purposes=[SESSION],
        source=Source.OBSERVED,
        rectify=Rectify.NEVER,
        withheld=SECRET,
    ),
    not_personal("expire_date"),
    user="user",
    clock="expire_date",
    words=Words(
        _("browser that is signed in or waits for a code"),
        _("browsers that are signed in or wait for a code"),
        {"session_key": _("key of the browser"), "session_data": _("what is remembered in it")},
    ),
)
declare_impersonal(ContentType, Group, Permission, SocialApp)
