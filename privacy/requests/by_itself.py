"""What a proved request without an account gets at once, with nobody in between.

Who was told is read off the record; a consent that is taken back has ended already (Art. 7(3), 19
GDPR). Where the person wrote something besides, an officer reads it and answers that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from privacy import duties
from privacy.models import ConsentDecision, Duty, Request
from privacy.models.requests import Kind, State
from privacy.purposes import purposes
from privacy.requests import decisions
from privacy.requests.events import SYSTEM
from privacy.requests.receipt import recipients
from privacy.requests.subject import subject_of


def answer(case: Request, *, now: datetime) -> None:
    """In the transaction that proved the address: the answer itself, else that we have it."""
    with translation.override(case.language):
        said = WORDS[case.kind](case, now) if case.kind in WORDS else ""
    if said and not case.message and case.state == State.IN_ASSESSMENT:
        decisions.send_answer(case, said, by=SYSTEM, now=now)
    else:
        decisions.say_received(case, said)


def taken_back(case: Request, now: datetime) -> str:
    """What ended this very moment, by the gate; a second request finds it ended."""
    ended = ConsentDecision.objects.filter(
        subject_of(case).decisions, action=ConsentDecision.Action.WITHDRAWN, decided_at=now
    )
    keys = dict.fromkeys(ended.values_list("purpose", flat=True))
    if not keys:
        return _("Under this address no consent stands: there is nothing that still runs on one.")
    named = [str(purposes[key].name) if key in purposes else key for key in keys]
    listed = "\n".join(f"- {name}" for name in named)
    return _("We have ended this, also what was already queued:") + "\n\n" + listed


def told(case: Request, now: datetime) -> str:
    """Who received what of the proved address, and what each was told and answered since."""
    received = recipients(subject_of(case), case.language)
    if not received:
        return _("Nobody outside Soocas received anything of yours, as far as we could see it.")
    listed = [
        f"- {one['name']} ({one['where']}), {one['days']}: {', '.join(one['what'])}"
        for one in received
    ]
    parts = [_("These received something of yours:"), *listed]
    owed = list(duties.shown(of_same_person(case), now))
    if answers := duties.told(owed, case.language):
        kinds = [str(duty.get_kind_display()) for duty in owed]
        parts += ["", _("This is what they were told since, and what they answered:")]
        parts += [in_a_line(kind, one) for kind, one in zip(kinds, answers, strict=True)]
    return "\n".join(parts)


def in_a_line(kind: str, one: dict[str, str]) -> str:
    return f"- {one['name']}, {kind}: {one['state']}" + (f". {one['said']}" if one["said"] else "")


def of_same_person(case: Request) -> QuerySet[Duty]:
    """The duties of requests for which the same address was proved."""
    proved = Duty.objects.filter(request__email_proved_at__isnull=False)
    return proved.filter(request__email__iexact=case.email)


WORDS: dict[str, Callable[[Request, datetime], str]] = {
    Kind.WITHDRAWAL: taken_back,
    Kind.RECIPIENTS: told,
}
