from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Left, TruncYear

from accounts.models import User
from privacy.declarations import (
    CLAIMS,
    Category,
    Erase,
    Generalise,
    LegalBasis,
    Period,
    Purpose,
    Recipient,
    Rectify,
    Role,
    declare,
    not_personal,
    personal,
)


def declare_all() -> None:
    from tests.privacy.engine.toyshop import models as toys
    from tests.privacy.engine.toyshop.models import Line, Order, Picture, Review, Subscription

    courier = Recipient("Courier B.V.", "NL", contract="of 1 March")
    account = Purpose("Keep your account", LegalBasis.CONTRACT, Period(years=3), key="toy-account")
    fulfil = Purpose("Deliver", LegalBasis.CONTRACT, Period(days=90), (courier,), key="toy-deliver")
    books = Purpose(
        "Keep invoices",
        LegalBasis.LEGAL_OBLIGATION,
        Period(years=7, from_year_end=True),
        exemption="Art. 17(3)(b)",
        key="toy-books",
    )
    news = Purpose("Newsletter", LegalBasis.CONSENT, Period(days=30), key="toy-news")
    contact, purchases = Category.CONTACT, Category.PURCHASES

    declare(
        User,
        personal(
            *("email", "name", "nickname", "language"),
            category=contact,
            purposes=[account],
            rectify=Rectify.SELF,
        ),
        personal(
            "password", category=Category.CREDENTIALS, purposes=[account], withheld="(secret)"
        ),
        personal(
            *("subject_id", "last_login", "last_seen_at", "date_joined"),
            category=Category.ONLINE,
            purposes=[account],
        ),
        not_personal("is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
        clock="last_seen_at",
        user="pk",
    )
    declare(
        Order,
        personal("email", "phone", category=contact, purposes=[fulfil, CLAIMS]),
        personal(
            *("name", "street", "snapshot"),
            category=contact,
            purposes=[fulfil, books],
            rectify=Rectify.NEVER,
        ),
        personal(
            *("recipient", "recipient_email"),
            category=contact,
            purposes=[fulfil],
            about="recipient",
        ),
        not_personal("number", "total", "closed_at", "proved_at"),
        user="customer",
        email="email",
        proved=Q(proved_at__isnull=False),
        reference="number",
        roles={"recipient": Role(email="recipient_email", proved=Q())},
        clock="closed_at",
        performing=Q(closed_at=None),
        keep_row=True,
    )
    declare(
        Line,
        personal("title", category=purchases, purposes=[fulfil, books], erase=Erase.UNLINKED),
        not_personal("order"),
        user="order__customer",
        email="order__email",
        proved=Q(order__proved_at__isnull=False),
        reference="order__number",
        clock="order__closed_at",
        performing=Q(order__closed_at=None),
        keep_row=True,
    )
    declare(
        Subscription,
        personal("email", category=contact, purposes=[news]),
        not_personal("state", "ended_at"),
        email="email",
        proved=Q(),
        clock="ended_at",
        performing=Q(ended_at=None),
    )
    declare(
        Picture,
        personal("image", category=contact, purposes=[account]),
        user="user",
        clock="user__last_seen_at",
    )
    declare(
        Review,
        personal("nickname", category=contact, purposes=[account], erase=Erase.RANDOM),
        personal(
            "text",
            "written_at",
            category=Category.MESSAGES,
            purposes=[account],
            erase=Erase.UNLINKED,
        ),
        personal(
            "liked_by", category=purchases, purposes=[account], erase=Erase.UNLINKED, about="liker"
        ),
        user="author",
        roles={"liker": Role(user="liked_by")},
        clock="written_at",
        keep_row=True,
    )
    declare(
        toys.Answer,
        personal("email", category=contact, purposes=[account]),
        personal("came_from", category=Category.ONLINE, purposes=[account]),
        personal(
            "postcode",
            category=contact,
            purposes=[account],
            erase=Generalise(Left("postcode", 2), k=2),
        ),
        personal(
            "born_on",
            category=Category.PROFILE,
            purposes=[account],
            erase=Generalise(TruncYear("born_on"), k=2),
        ),
        not_personal("given_at"),
        user="user",
        email="email",
        proved=Q(),
        clock="given_at",
        keep_row=True,
    )
    declare(
        toys.Visit,
        personal("page", "seen_at", category=Category.ONLINE, purposes=[account]),
        user="user",
        clock="seen_at",
    )
    declare(
        toys.Member,
        personal("name", category=contact, purposes=[account]),
        not_personal("left_at"),
        user="user",
        clock="left_at",
        performing=Q(left_at=None),
    )
    declare(
        toys.Teacher,
        personal("subject", category=purchases, purposes=[account]),
        user="user",
        clock="left_at",
        performing=Q(left_at=None),
    )
    declare(
        toys.Post,
        personal("text", category=Category.MESSAGES, purposes=[account]),
        personal("extra.phone", "extra.address.street", category=contact, purposes=[account]),
        not_personal("extra.device", "extra.address.country", "id", "parent", "written_at"),
        personal(
            "liked_by", category=purchases, purposes=[account], erase=Erase.UNLINKED, about="liker"
        ),
        user="author",
        roles={"liker": Role(user="liked_by")},
        clock="written_at",
        keep_row=True,
    )
    declare(
        toys.Remark,
        personal("text", category=Category.MESSAGES, purposes=[account]),
        not_personal("content_type", "object_id", "made_at"),
        roles={"": Role(generic=("content_type", "object_id"))},
        clock="made_at",
    )
    declare(
        toys.PostHistory,
        personal("text", category=Category.MESSAGES, purposes=[account]),
        not_personal("post", "changed_at"),
        user="author",
        clock="changed_at",
    )
