from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from privacy import notes
from privacy.corrections import statements
from privacy.models import Hold, Request, RequestEvent
from privacy.models.events import Action
from privacy.models.requests import Refusal, State, Topic

register = template.Library()
TO_THE_PERSON = {  # where the officer's word says what he has to do
    State.AWAITING_REQUESTER: _("Waits for your answer"),
    State.RESIDUE_FOUND: _("We look into it"),
    State.NEEDS_OPERATOR: _("We look into it"),
}


CODES = {  # of what an event's reason is
    Action.REFUSED: Refusal,
    Action.HELD: Hold.Ground,
    Action.ASKED: Topic,
    Action.PAUSED: Topic,
}


@register.filter
def reason_in_words(event: RequestEvent) -> str:
    """Why something happened: the code in words, where there is one."""
    codes = CODES.get(Action(event.action))
    return str(dict(codes.choices).get(event.reason, event.reason)) if codes else event.reason


@register.filter
def state_in_words(case: Request) -> str:
    """Where a request stands, said to who filed it."""
    return str(TO_THE_PERSON.get(State(case.state), case.get_state_display()))


@register.simple_tag
def why(model: str, field: str, id: str = "") -> str | SafeString:  # noqa: A002
    """``{% why "orders.Order" "phone" %}``: the note that belongs beside the form field.

    Its id is ``phone-why`` unless given, for the control's aria-describedby.
    """
    note = notes.note(model, field)
    return format_html('<p class="why" id="{}">{}</p>', id or f"{field}-why", note) if note else ""


@register.inclusion_tag("privacy/_beside.html")
def statements_beside(row: Any, role: str | None = None) -> dict[str, Any]:
    """``{% statements_beside order %}``: what people said beside a record that stays as issued.

    role: as whom; on a person's own page ``role=""``, so that nobody reads another's words.
    """
    found = statements.beside(type(row), [row.pk]).get(str(row.pk), []) if row else []
    return {"notes": [note for note in found if role in (None, note.role)], "own": role is not None}
