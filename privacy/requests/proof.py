"""How a person without an account proves an address: a code in the mail."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from privacy import gate, letters, limits, subjects
from privacy.models import Request, VerificationCode
from privacy.models.events import Action, Role
from privacy.models.requests import State
from privacy.requests import by_itself, merging
from privacy.requests.events import PERSON, SYSTEM, record

LIFETIME, HOUR = timedelta(minutes=15), timedelta(hours=1)
TRIES = 5  # of one code, then it is locked
CODES = 3  # of one request, and of one address in the lifetime of a code
TRIES_OF_ADDRESS = 200  # an hour, over all its requests: a code is guessed once in 5,000 hours


class ProofRefused(Exception):
    """The code proved nothing; the request waits on."""


class WrongCode(ProofRefused):
    def __init__(self, left: int) -> None:
        super().__init__(f"{left} tries left")
        self.left = left


class CodeExpired(ProofRefused):
    """Too old, or already used."""


class CodeLocked(ProofRefused):
    """Tried too often."""


class NoMoreCodes(ProofRefused):
    """The request had all the codes it gets."""


def hashed(case: Request, code: str) -> str:
    """Keyed with the shop's secret: a copy of the database alone cannot try a million codes.

    Of the address, not of the request: what reached its mailbox proves it for either.
    """
    return salted_hmac("privacy.code", f"{case.email}:{code}", algorithm="sha256").hexdigest()


@transaction.atomic
def send_code(case: Request, *, now: datetime) -> None:
    """Mail a fresh code; only the latest of a request can be used.

    An address gets so many at a time, whoever asks. Beyond that the newest that lies in its
    mailbox unused is good for this request too: a flood of requests shuts nobody out.
    """
    case = Request.objects.select_for_update().get(pk=case.pk)
    number = case.codes.count() + 1
    if number > CODES or case.state != State.AWAITING_VERIFICATION:
        raise NoMoreCodes
    lying = newest_unused(case, now=now)
    if not limits.allows("codes", case.email, times=CODES, within=LIFETIME) and lying:
        case.codes.create(digest=lying.digest, expires_at=lying.expires_at)
        return
    code = f"{secrets.randbelow(1_000_000):06}"
    case.codes.create(digest=hashed(case, code), expires_at=now + LIFETIME)
    mail_code(case, code, number)
    record(case, Action.CODE_SENT, by=SYSTEM, now=now)


def newest_unused(case: Request, *, now: datetime) -> VerificationCode | None:
    """The latest code that was mailed to the address of a request and proved nothing yet."""
    sent = VerificationCode.objects.filter(request__email=case.email, expires_at__gt=now)
    return sent.filter(used_at=None).order_by("-expires_at", "-pk").first()


def mail_code(case: Request, code: str, number: int) -> None:
    letters.send(
        "privacy/code",
        to=case.email,
        language=case.language,
        about=f"request:{case.reference}:{number}",
        context={
            "code": code,
            "minutes": LIFETIME // timedelta(minutes=1),
            "by_us": written_down_by_us(case),
        },
    )


def written_down_by_us(case: Request) -> bool:
    """Whether it came by post or phone and an officer typed it: the person hears so."""
    return case.events.filter(action=Action.RECEIVED, role=Role.OFFICER).exists()


def prove(case: Request, typed: str, *, now: datetime) -> None:
    """Accept the address as proved, once. Each try is counted before it is compared."""
    code = case.codes.first()
    if code is None:
        raise CodeExpired
    counted = VerificationCode.objects.filter(
        pk=code.pk, used_at=None, tries__lt=TRIES, expires_at__gt=now
    ).update(tries=F("tries") + 1)
    code.refresh_from_db()
    if not counted:
        raise CodeLocked if code.tries >= TRIES else CodeExpired
    if not limits.allows("tries", case.email, times=TRIES_OF_ADDRESS, within=HOUR):
        raise CodeLocked
    if not constant_time_compare(code.digest, hashed(case, typed)):
        raise WrongCode(TRIES - code.tries) if code.tries < TRIES else CodeLocked
    accept(case, code, now=now)


@transaction.atomic
def accept(case: Request, code: VerificationCode, *, now: datetime) -> None:
    """Hand a proved request to the officer, whichever of two clicks comes first."""
    won = Request.objects.filter(pk=case.pk, state=State.AWAITING_VERIFICATION).update(
        state=State.IN_ASSESSMENT, email_proved_at=now, user_id=account_at(case.email)
    )
    used = VerificationCode.objects.filter(digest=code.digest, used_at=None).update(used_at=now)
    if not (won and used):
        return
    case.refresh_from_db()
    record(case, Action.PROVED, by=PERSON, now=now)
    if merging.join_earlier(case, now=now) is None:
        gate.carry_out(case, SYSTEM, now)
        by_itself.answer(case, now=now)


def account_at(email: str) -> int | None:
    """The account for which this address is verified, if there is one."""
    return next((user.pk for user in subjects.owners(email)), None)
