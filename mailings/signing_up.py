"""From a typed address to a confirmed subscription."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from mailings import addresses, suppression, tasks, tokens
from mailings.models import SignUp, Subscription
from mailings.personal_data import NEWSLETTER, WORDING
from outbox.services import Letter, discard, queue

KIND = "mailings/confirm"
INVITED_AT_ONCE = 200


def ask(email: str, *, language: str, now: datetime) -> None:
    """Take an address down. The same work for every address, known or not.

    What becomes of it is decided later by a job, out of sight of whoever typed it.
    """
    row = SignUp(email=addresses.canonical(email), language=language, requested_at=now)
    with transaction.atomic():
        SignUp.objects.bulk_create([row], ignore_conflicts=True)
        transaction.on_commit(tasks.sweep.delay, robust=True)


def invite(*, now: datetime) -> None:
    """Ask each new address, once, whether it is meant. A subscribed one hears nothing."""
    with transaction.atomic():
        waiting = (
            SignUp.objects.open(now).filter(invited_at=None).select_for_update(skip_locked=True)
        )
        for sign_up in waiting.order_by("pk")[:INVITED_AT_ONCE]:
            if Subscription.objects.confirmed().filter(email__iexact=sign_up.email).exists():
                sign_up.delete()
            else:
                _invite(sign_up, now)


def _invite(sign_up: SignUp, now: datetime) -> None:
    token = tokens.new()
    sign_up.token_digest, sign_up.invited_at = tokens.digest(token), now
    sign_up.save(update_fields=["token_digest", "invited_at"])
    with translation.override(sign_up.language):
        url = settings.SITE_URL + reverse("mailings:confirm", args=[token])
    queue(
        Letter(
            KIND,
            to=sign_up.email,
            language=sign_up.language,
            about=f"sign-up:{sign_up.pk}",
            context={"url": url},
            forget=True,  # an address that is not confirmed leaves no trace
        )
    )


def pending(token: str, *, now: datetime) -> bool:
    """Whether this link may still confirm."""
    return SignUp.objects.open(now).filter(token_digest=tokens.digest(token)).exists()


def confirmed(token: str) -> bool:
    """Whether this link did confirm, and that still holds."""
    done = Subscription.objects.confirmed()
    return done.filter(confirm_digest=tokens.digest(token)).exists()


def confirm(token: str, *, now: datetime) -> bool:
    """Subscribe the address that was sent this token. True also when it was done before."""
    digest = tokens.digest(token)
    with transaction.atomic():
        asked = SignUp.objects.open(now).filter(token_digest=digest).select_for_update()
        sign_up = asked.first()
        if sign_up:
            values = {"language": sign_up.language, "confirm_digest": digest}
            _subscribe(sign_up.email, values, now=now)
            sign_up.delete()
    return bool(sign_up) or confirmed(token)


def verified(user: Any) -> bool:
    """Whether the account's own address was proved."""
    mine = EmailAddress.objects.filter(user=user, email__iexact=user.email)
    return bool(mine.filter(verified=True).exists())


def join(user: Any, *, language: str, now: datetime) -> None:
    """Subscribe a signed-in person at the account's address, which must be verified.

    That address was proved when the account was made, and he is here: a second mail would ask
    what is known. Repeating it changes nothing.
    """
    with transaction.atomic():
        email = addresses.canonical(user.email)
        done = Subscription.objects.select_for_update().filter(email__iexact=email)
        if not done.confirmed().exists():
            _subscribe(email, {"language": language, "user_id": user.pk}, now=now)
        SignUp.objects.filter(email__iexact=email).delete()


def _subscribe(email: str, values: dict[str, Any], *, now: datetime) -> None:
    """Write the consent down, and lift what forbade writing. In the caller's transaction."""
    values |= {"state": Subscription.State.CONFIRMED, "confirmed_at": now}
    values |= {"ended_at": None, "propagated_at": None}
    Subscription.objects.update_or_create(
        email__iexact=email, defaults=values, create_defaults={"email": email, **values}
    )
    with translation.override(values["language"]):
        NEWSLETTER.grant(email, wording=str(WORDING), now=now)
    suppression.lift(NEWSLETTER.key, email)


def expire(*, now: datetime) -> None:
    """Erase what nobody confirmed, and its mail if that never left."""
    with transaction.atomic():
        expired = list(SignUp.objects.expired(now).select_for_update(skip_locked=True))
        discard(KIND, [f"sign-up:{sign_up.pk}" for sign_up in expired])
        SignUp.objects.filter(pk__in=[sign_up.pk for sign_up in expired]).delete()
