from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

from privacy import notes

pytestmark = pytest.mark.usefixtures("toyshop")


def test_the_note_says_what_for_how_long_and_who_gets_it() -> None:
    with translation.override("en"):
        page = Template('{% why "toyshop.Order" "phone" %}').render(Context())

    assert page == (
        '<p class="why" id="phone-why">Deliver; Answer a legal claim. '
        "It goes to Courier B.V. and is kept for 180 days after that.</p>"
    )


def test_what_is_not_personal_needs_no_note() -> None:
    assert Template('{% why "toyshop.Order" "total" %}').render(Context()) == ""


def test_a_field_that_nobody_declared_is_a_mistake_in_the_template() -> None:
    with pytest.raises(LookupError):
        notes.note("toyshop.Order", "colour")
