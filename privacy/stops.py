"""What a request stops at once: restriction, objection, withdrawal, and while accuracy is disputed.

The use goes on only after the person was told: the notice is queued first, and when the mail
server has taken it the end of the restriction is written down (Art. 18(3), 21(1) GDPR).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from privacy import duties, gate, letters, remedies
from privacy.models import ConsentDecision, Duty, Note, Request, RequestEvent
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.purposes import Purpose, purposes, recipients
from privacy.quiet import PROVED
from privacy.requests import watching
from privacy.requests.decisions import NotPossible, refuse_own
from privacy.requests.events import PERSON, SYSTEM, Actor, record
from privacy.requests.subject import subject_of
from privacy.subjects import Subject
from privacy.vocabulary import LegalBasis

Decision = ConsentDecision.Action
DECIDED = (State.ANSWERING, State.AWAITING_RECIPIENTS)
UNDECIDED = tuple(state for state in PROVED if state not in DECIDED)
RESTRICTING = (Kind.RESTRICTION, Kind.RECTIFICATION)  # Art. 18(1)(a): while accuracy is disputed
NOTICE = "privacy/goes_on"
UNTOLD = "goes_on"  # its notice was lost
GROUNDS = "privacy.ConsentDecision"  # what the note of the compelling grounds stands beside


def restrict(subject: Subject, case: Request, now: datetime) -> None:
    gate.decide(None, subject, Decision.RESTRICTED, now, wording=case.get_kind_display())
    if case.kind == Kind.RESTRICTION:
        duties.open_for(case, Duty.Kind.RESTRICTION, subject, now=now)


def oppose(subject: Subject, case: Request, now: datetime) -> None:
    """Marketing for good; what rests on our interest until somebody shows that it must go on."""
    for purpose in objectionable():
        if gate.last(subject, purpose.key, gate.WORDS) != Decision.OBJECTED:
            purpose.oppose(subject, now=now)


def objectionable() -> list[Purpose]:
    """What an objection stops at once (Art. 21 GDPR)."""
    return [purpose for purpose in purposes.values() if purpose.marketing or disputable(purpose)]


def disputable(purpose: Purpose) -> bool:
    """Whether it rests on an interest of ours that nothing compelling was declared for."""
    return purpose.basis is LegalBasis.LEGITIMATE_INTERESTS and not purpose.compelling


def withdraw(subject: Subject, case: Request, now: datetime) -> None:
    """Every consent that stands."""
    for purpose in consents():
        if gate.last(subject, purpose.key, gate.WORDS) == Decision.GIVEN:
            purpose.withdraw(subject, now=now)


def consents() -> list[Purpose]:
    """What is asked; also what is asked where data would leave Europe unprotected."""
    unsafe = [one.consent for one in [*recipients.values()] if not one.safe]
    asked = [one for one in purposes.values() if one.basis is LegalBasis.CONSENT]
    return list(dict.fromkeys([*asked, *unsafe]))


STOPS: dict[str, Callable[[Subject, Request, datetime], None]] = {
    Kind.RESTRICTION: restrict,
    Kind.RECTIFICATION: restrict,
    Kind.OBJECTION: oppose,
    Kind.WITHDRAWAL: withdraw,
}


@transaction.atomic
def carry_out(case: Request, by: Actor, now: datetime) -> bool:
    """Stop at once what a proved request asks to stop; True for the one caller that did.

    It is done before anybody answers, whoever is right: to store and not to use harms nobody.
    """
    live = Request.objects.select_for_update().filter(pk=case.pk, state__in=UNDECIDED)
    if case.kind not in STOPS or not live.exists() or happened(case, Action.STOPPED):
        return False
    STOPS[case.kind](subject_of(case), case, now)
    record(case, Action.STOPPED, by=by, now=now)
    return True


def happened(case: Request, action: Action) -> bool:
    return case.events.filter(action=action).exists()


@transaction.atomic
def lift(case: Request, *, by: Actor, now: datetime, grounds: str = "") -> None:
    """Tell the person that the use goes on; it does when the mail server has taken that letter.

    An objection is outweighed by compelling ``grounds`` alone, which the person is told. Raises
    NotPossible: nothing was stopped, it was said before, or nobody can be told.
    """
    Request.objects.select_for_update().get(pk=case.pk)
    if not may_lift(case) or (case.kind == Kind.OBJECTION and not grounds.strip()):
        raise NotPossible
    if grounds.strip():
        said = {"model": GROUNDS, "text": grounds.strip(), "author_id": by.staff_id}
        Note.objects.create(request=case, written_at=now, **said)
    record(case, Action.LIFTING, by=by, now=now)
    letters.send(
        NOTICE,
        to=case.email,
        language=case.language,
        about=about(case),
        context={
            "reference": case.reference,
            "kind": case.kind,
            "grounds": grounds.strip(),
            "remedies": remedies.of(case.country, case.language),
        },
    )


def about(case: Request) -> str:
    """What the last notice was sent about: each that was lost makes another."""
    number = case.events.filter(action=Action.LIFTING).count()
    return f"request:{case.reference}" + (f":{number}" if number > 1 else "")


def write_again(case: Request, *, by: Actor, now: datetime) -> None:
    """After a notice was lost: the same words once more. Raises NotPossible where none was."""
    refuse_own(case, by)
    note = case.notes.filter(model=GROUNDS).last()
    if not lost(case):
        raise NotPossible
    lift(case, by=by, now=now, grounds=note.text if note else "")


def lost(case: Request) -> bool:
    """Whether the last notice did not arrive: what is stopped stays so, and officers know it."""
    said = case.events.filter(action=Action.LIFTING).count()
    alerts = case.events.filter(action=Action.NOTICE_LOST).count()
    return bool(said) and said == alerts and not happened(case, Action.LIFTED)


def may_lift(case: Request) -> bool:
    stopped = case.kind in (*RESTRICTING, Kind.OBJECTION) and happened(case, Action.STOPPED)
    ending = not lost(case) and any(happened(case, a) for a in (Action.LIFTING, Action.LIFTED))
    return bool(stopped and not ending and case.email and not disputed_elsewhere(case))


def stopped() -> QuerySet[Request]:
    """The requests for which something is stopped."""
    events = RequestEvent.objects.filter(request=OuterRef("pk"))
    still = Exists(events.filter(action=Action.STOPPED))
    return Request.objects.filter(still, ~Exists(events.filter(action=Action.LIFTED)))


def disputed_elsewhere(case: Request) -> bool:
    """Whether another request of the same person restricts the use too."""
    same = Q(email__iexact=case.email) & ~Q(email="")
    same |= Q(user=case.user_id) & Q(user__isnull=False)
    if case.kind not in RESTRICTING:
        return False
    others = stopped().filter(same, kind__in=RESTRICTING).exclude(pk=case.pk)
    return others.exclude(ended()).exclude(events__action=Action.LIFTING).exists()


def sweep(*, now: datetime) -> None:
    """Stop what nobody stopped yet, end what is over, and write down what was told."""
    waiting = Request.objects.filter(kind__in=STOPS, state__in=UNDECIDED)
    for case in waiting.exclude(events__action=Action.STOPPED):
        carry_out(case, SYSTEM, now)
    for case in stopped().filter(ended()):
        end(case, now)
    for case in stopped().filter(events__action=Action.LIFTING).distinct():
        became = letters.fate(NOTICE, about(case))
        if became == "sent":
            resume(case, by=SYSTEM, now=now)
        elif became == "lost":
            alert(case, now)


@transaction.atomic
def alert(case: Request, now: datetime) -> None:
    """Tell the officers, once for each notice, that nobody was told and nothing goes on."""
    Request.objects.select_for_update().get(pk=case.pk)
    if not lost(case):
        event = record(case, Action.NOTICE_LOST, by=SYSTEM, now=now)
        watching.write(case, UNTOLD, str(event.sequence))


def end(case: Request, now: datetime) -> None:
    if case.state == State.WITHDRAWN:
        resume(case, by=PERSON, now=now)  # he ended it himself
    elif may_lift(case) and not lost(case):  # then an officer writes again
        lift(case, by=SYSTEM, now=now)


def ended() -> Q:
    """The dispute is over, or the restriction was refused; a granted one lasts."""
    refused = Q(kind=Kind.RESTRICTION, state=State.REFUSED)
    taken_back = Q(kind__in=(*RESTRICTING, Kind.OBJECTION), state=State.WITHDRAWN)
    return Q(kind=Kind.RECTIFICATION, closed_at__isnull=False) | refused | taken_back


@transaction.atomic
def resume(case: Request, *, by: Actor, now: datetime) -> None:
    """The use goes on; once, and not while something else of the person stops it."""
    Request.objects.select_for_update().get(pk=case.pk)
    if happened(case, Action.LIFTED) or not happened(case, Action.STOPPED):
        return
    subject = subject_of(case)
    if case.kind == Kind.OBJECTION:
        outweigh(subject, case, now)
    elif gate.is_restricted(subject) and not disputed_elsewhere(case):
        gate.decide(None, subject, Decision.LIFTED, now)
    record(case, Action.LIFTED, by=by, now=now)


def outweigh(subject: Subject, case: Request, now: datetime) -> None:
    """What rests on our interest goes on; marketing never, but for a new yes."""
    note = case.notes.filter(model=GROUNDS).last()
    for purpose in objectionable():
        objected = gate.last(subject, purpose.key, gate.WORDS) == Decision.OBJECTED
        if objected and not purpose.marketing:
            purpose.resume(subject, now=now, wording=note.text if note else "")


@transaction.atomic
def lift_own(user_id: int, subject: Subject, *, now: datetime) -> None:
    """A person ends the restriction that he asked for himself; needless to tell him."""
    mine = stopped().filter(kind__in=RESTRICTING, user=user_id)
    gate.decide(None, subject, Decision.LIFTED, now)
    for case in mine.select_for_update(of=("self",)):
        record(case, Action.LIFTED, by=PERSON, now=now)
