"""Correction with a difference and four eyes (Art. 16), and what stays as it was issued."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from accounts.models import User
from orders.models import Invoice, Order
from orders.personal_data import CARRIER, told_carrier
from outbox.personal_data import MAIL, MAIL_PROVIDER
from privacy import subjects
from privacy.gate import is_restricted
from privacy.models import Correction, Duty, Note, Request
from privacy.requests.events import is_intact
from privacy.tasks import purge, run_due_requests, tell_recipients
from tests.privacy.archives import text, zipped
from tests.privacy.conftest import Inbox, code_in, left, link_in, officer
from tests.privacy.test_requests_own_data import make_order

PAGE = "/en/account/privacy/correct/other/"
ADD = "/en/account/privacy/correct/add/"
FORM = "/en/privacy/request/"
GUEST = "guest@example.org"


@pytest.fixture
def order(anna: User) -> Order:
    """Anna's open order, with its invoice."""
    order = make_order("2026-000001")
    Order.objects.filter(pk=order.pk).update(
        customer=anna,
        email=anna.email,
        state=Order.State.CONFIRMED,
        closed_at=None,
    )
    User.objects.filter(pk=anna.pk).update(name="Greet Gast", language="en")
    order.refresh_from_db()
    return order


def shown(order: Order, **changed: str) -> dict[str, str]:
    """The form as it stands, with what the person changed."""
    names = ["phone", "delivery_phone", "gift_note", "delivery_name"]
    names += [f"delivery_{n}" for n in ("street", "house_number", "postcode", "city", "country")]
    fixed = ["billing_name"]
    fixed += [f"billing_{n}" for n in ("street", "house_number", "postcode", "city")]
    form = {f"change-{name}": str(getattr(order, name)) for name in names}
    form |= {f"words-{name}": str(getattr(order, name)) for name in fixed}
    return {"what": f"orders.Order:{order.pk}", **form, **changed}


def propose(client: Client, order: Order, **changed: str) -> Request:
    answer = client.post(PAGE, shown(order, **changed))
    assert answer.status_code == 302, answer.content.decode()
    return Request.objects.latest("pk")


def press(staff: Client, case: Request, decision: str, **said: str) -> None:
    for correction in case.corrections.all():
        typed = {"decision": decision, "correction": str(correction.pk), **said}
        staff.post(f"/admin/privacy/request/{case.pk}/decide/", typed)
    case.refresh_from_db()


def by_two(case: Request) -> None:
    press(officer(), case, "second")
    press(officer("dpo", "ilias@soocas.example"), case, "apply")


def test_a_difference_is_proposed_seen_by_two_and_written_down(
    signed_in: Client, inbox: Inbox, order: Order
) -> None:
    case = propose(signed_in, order, **{"change-delivery_street": "Lindelaan"})
    first, second = officer(), officer("dpo", "ilias@soocas.example")
    page = first.get(f"/admin/privacy/request/{case.pk}/change/").content.decode()

    press(first, case, "second")
    order.refresh_from_db()
    untouched = order.delivery_street
    press(second, case, "apply")

    assert "<del>Lindenlaan</del>" in page
    assert "<ins>Lindelaan</ins>" in page
    assert untouched == "Lindenlaan"
    order.refresh_from_db()
    assert order.delivery_street == "Lindelaan"
    assert left(case).state == "fulfilled"
    assert "What we corrected" in [mail.subject for mail in inbox()]
    assert is_intact(case)


def test_nobody_applies_what_he_agreed_to_himself(signed_in: Client, order: Order) -> None:
    case = propose(signed_in, order, **{"change-delivery_street": "Lindelaan"})
    alone = officer()

    press(alone, case, "second")
    press(alone, case, "apply")

    order.refresh_from_db()
    assert order.delivery_street == "Lindenlaan"
    assert Correction.objects.get().state == "seconded"
    assert case.state == "in_assessment"


def test_nothing_is_written_before_a_first_officer_agreed(signed_in: Client, order: Order) -> None:
    case = propose(signed_in, order, **{"change-delivery_street": "Lindelaan"})

    press(officer(), case, "apply")

    order.refresh_from_db()
    assert order.delivery_street == "Lindenlaan"


def test_the_person_is_never_one_of_the_two(
    signed_in: Client, anna: User, client: Client, order: Order
) -> None:
    from django.contrib.auth.models import Group

    case = propose(signed_in, order, **{"change-delivery_street": "Lindelaan"})
    User.objects.filter(pk=anna.pk).update(is_staff=True)
    anna.groups.add(Group.objects.get(name="dpo"))

    press(signed_in, case, "second")

    assert Correction.objects.get().state == "proposed"


def test_a_value_that_changed_meanwhile_is_not_overwritten_and_both_hear_it(
    signed_in: Client, inbox: Inbox, order: Order
) -> None:
    case = propose(signed_in, order, **{"change-delivery_street": "Lindelaan"})
    press(officer(), case, "second")
    Order.objects.update(delivery_street="Elsewhere")
    second = officer("dpo", "ilias@soocas.example")

    answer = second.post(
        f"/admin/privacy/request/{case.pk}/decide/",
        {"decision": "apply", "correction": str(Correction.objects.get().pk)},
        follow=True,
    )

    order.refresh_from_db()
    assert order.delivery_street == "Elsewhere"
    assert Correction.objects.get().state == "stale"
    assert "sinds de persoon haar zag" in answer.content.decode()
    assert "look at it again" in inbox()[-1].body


def test_an_issued_invoice_is_never_rewritten_and_gets_the_statement_beside_it(
    signed_in: Client, order: Order
) -> None:
    invoice = Invoice.objects.get()
    signed_in.post(
        PAGE,
        {
            "what": f"orders.Invoice:{invoice.pk}",
            "words-name": "Greet de Vries",
            **{f"words-{n}": getattr(invoice, n) for n in ("street", "house_number", "postcode")},
            "words-city": invoice.city,
        },
    )
    case = Request.objects.get()

    by_two(case)

    invoice.refresh_from_db()
    assert invoice.name == "Greet Gast"
    assert Correction.objects.get(model="orders.Invoice").state == "attached"
    note = Note.objects.get(kind="statement", model="orders.Invoice")
    assert note.key == str(invoice.pk)
    assert "Greet de Vries" in note.text


def test_every_copy_in_use_follows_a_corrected_name_and_ended_ones_stay(
    signed_in: Client, anna: User, order: Order
) -> None:
    ended = make_order("2025-000009")
    Order.objects.filter(pk=ended.pk).update(customer=anna, email=anna.email)
    case = propose(signed_in, order, **{"change-delivery_name": "Greta Gast"})

    by_two(case)

    anna.refresh_from_db()
    order.refresh_from_db()
    ended.refresh_from_db()
    assert (anna.name, order.delivery_name) == ("Greta Gast", "Greta Gast")
    assert order.billing_name == "Greet Gast"  # as issued
    assert ended.delivery_name == "Greet Gast"
    assert Invoice.objects.filter(name="Greet Gast").exists()
    followed = {(c.model, c.field): c.state for c in case.corrections.all()}
    assert followed[("accounts.User", "name")] == "applied"
    assert followed[("orders.Invoice", "name")] == "attached"


def test_what_people_correct_themselves_is_followed_by_their_open_order(
    signed_in: Client, anna: User, order: Order
) -> None:
    page = f"accounts-user-{anna.pk}"
    signed_in.post(
        "/en/account/privacy/correct/",
        {f"{page}-name": "Greta Gast", f"{page}-nickname": "Anna", f"{page}-language": "en"},
    )

    order.refresh_from_db()
    assert order.delivery_name == "Greta Gast"
    assert order.billing_name == "Greet Gast"


def renamed(client: Client, anna: User, name: str) -> None:
    page = f"accounts-user-{anna.pk}"
    client.post(
        "/en/account/privacy/correct/",
        {f"{page}-name": name, f"{page}-nickname": "Anna", f"{page}-language": "en"},
    )


def test_who_was_given_what_a_person_corrects_himself_gets_one_duty_and_is_told(
    signed_in: Client, anna: User, order: Order, inbox: Inbox
) -> None:
    told_carrier(order, CARRIER, fields=("delivery_name",), now=timezone.now())

    renamed(signed_in, anna, "Greta Gast")
    run_due_requests()
    tell_recipients()

    case = Request.objects.get()
    duty = Duty.objects.get()
    assert (duty.recipient, duty.kind, duty.request) == ("carrier", "rectification", case)
    assert [(c.field, c.after, c.state) for c in case.corrections.all()] == [
        ("delivery_name", "Greta Gast", "applied")
    ]
    letters = {mail.to[0]: str(mail.body) for mail in inbox()}
    assert "Greta Gast" in letters["privacy@carrier.example"]
    assert CARRIER.name in letters[anna.email]
    assert not is_restricted(anna)
    assert is_intact(case)


def test_the_case_of_what_a_person_corrected_himself_ends_when_the_recipient_was_told(
    signed_in: Client, anna: User, order: Order, inbox: Inbox
) -> None:
    told_carrier(order, CARRIER, fields=("delivery_name",), now=timezone.now())
    renamed(signed_in, anna, "Greta Gast")
    tell_recipients()
    inbox()
    assert Request.objects.get().state == "answering"

    tell_recipients()
    run_due_requests()
    run_due_requests()

    assert Request.objects.get().state == "fulfilled"
    assert Duty.objects.get().state == "confirmed"


def test_what_nobody_outside_was_given_is_corrected_without_a_case(
    signed_in: Client, anna: User, order: Order
) -> None:
    told_carrier(order, CARRIER, fields=("phone",), now=timezone.now())

    renamed(signed_in, anna, "Greta Gast")

    order.refresh_from_db()
    assert order.delivery_name == "Greta Gast"
    assert not Request.objects.exists()


def test_who_received_the_old_value_has_to_be_told_and_nobody_else(
    signed_in: Client, order: Order
) -> None:
    now = timezone.now()
    told_carrier(order, CARRIER, fields=("delivery_name", "delivery_street"), now=now)
    MAIL_PROVIDER.received(
        order.email, purpose=MAIL, fields=("recipient", "context"), about="", now=now
    )
    case = propose(signed_in, order, **{"change-delivery_street": "Lindelaan"})
    looking = officer("dpo", "ada@soocas.example")
    page = looking.get(f"/admin/privacy/request/{case.pk}/change/")

    by_two(case)

    assert page.context is not None
    assert [one["key"] for one in page.context["told"]] == ["carrier"]
    assert [duty.recipient for duty in Duty.objects.all()] == ["carrier"]
    assert Duty.objects.get().kind == "rectification"


def test_a_field_can_be_declined_with_reasons_and_all_of_them_only_by_a_refusal(
    signed_in: Client, inbox: Inbox, order: Order
) -> None:
    changed = {"change-delivery_street": "Lindelaan", "change-phone": "+31687654321"}
    case = propose(signed_in, order, **changed)
    street, phone = case.corrections.order_by("field")
    decide = f"/admin/privacy/request/{case.pk}/decide/"
    first, second = officer(), officer("dpo", "ilias@soocas.example")

    first.post(decide, {"decision": "decline", "correction": str(phone.pk)})
    unsaid = Correction.objects.get(pk=phone.pk).state
    first.post(decide, {"decision": "decline", "correction": str(phone.pk), "why": "It rings."})
    first.post(decide, {"decision": "decline", "correction": str(street.pk), "why": "No."})
    last = Correction.objects.get(pk=street.pk).state
    first.post(decide, {"decision": "second", "correction": str(street.pk)})
    second.post(decide, {"decision": "apply", "correction": str(street.pk)})

    assert (unsaid, last) == ("proposed", "proposed")
    letter = inbox()[-1].body
    assert "It rings." in letter
    assert "data protection authority" in letter
    assert left(case).state == "fulfilled"


def test_an_answer_does_not_pass_over_a_proposed_difference(
    signed_in: Client, order: Order
) -> None:
    case = propose(signed_in, order, **{"change-delivery_street": "Lindelaan"})

    officer().post(
        f"/admin/privacy/request/{case.pk}/decide/", {"decision": "answer", "answer": "Done."}
    )

    case.refresh_from_db()
    assert case.state == "in_assessment"


def test_a_form_sent_twice_is_one_request(signed_in: Client, order: Order) -> None:
    propose(signed_in, order, **{"change-phone": "+31687654321"})
    propose(signed_in, order, **{"change-phone": "+31687654321"})

    assert Request.objects.count() == Correction.objects.count() == 1


def test_what_an_officer_agreed_to_is_not_changed_under_his_hands(
    signed_in: Client, order: Order
) -> None:
    case = propose(signed_in, order, **{"change-phone": "+31687654321"})
    press(officer(), case, "second")

    answer = signed_in.post(PAGE, shown(order, **{"change-phone": "+31600000000"}), follow=True)

    assert "begun to decide" in answer.content.decode()
    assert Correction.objects.get().after == "+31687654321"


def test_nothing_is_written_or_sent_once_the_address_of_the_request_has_changed(
    signed_in: Client, anna: User, inbox: Inbox, order: Order
) -> None:
    from allauth.account.models import EmailAddress

    case = propose(signed_in, order, **{"change-phone": "+31687654321"})
    press(officer(), case, "second")
    EmailAddress.objects.update(email="new@example.com")
    User.objects.filter(pk=anna.pk).update(email="new@example.com")

    press(officer("dpo", "ilias@soocas.example"), case, "apply")

    order.refresh_from_db()
    assert order.phone == "+31612345678"
    assert case.state == "needs_operator"
    assert "What we corrected" not in {mail.subject for mail in inbox()}
    told = {tuple(mail.to) for mail in inbox()[-2:]}
    assert told == {("anna.jansen@example.com",), ("new@example.com",)}


@pytest.mark.parametrize("what", ["orders.Order:0", "x", ":", "orders.Order:\x00", "a.B:9" * 99])
def test_what_is_nobodys_is_not_shown_and_not_filed(signed_in: Client, what: str) -> None:
    assert signed_in.get(PAGE, {"what": what}).status_code == 200
    assert signed_in.post(PAGE, {"what": what}).status_code == 200
    assert not Request.objects.exists()


WHERE = ("name", "street", "house_number", "postcode", "city")
BLANK = {
    **dict.fromkeys(("phone", "delivery_phone", "gift_note", "delivery_country"), ""),
    **{f"{part}_{name}": "" for part in ("delivery", "billing") for name in WHERE},
}


def test_what_was_blanked_is_not_offered_and_what_is_partly_blank_can_be_sent(
    signed_in: Client, order: Order
) -> None:
    value = f'value="orders.Order:{order.pk}"'
    before = signed_in.get(PAGE).content.decode()
    Order.objects.filter(pk=order.pk).update(**BLANK)
    blank = signed_in.get(PAGE).content.decode()
    Order.objects.filter(pk=order.pk).update(delivery_name="Greet Gast")
    order.refresh_from_db()

    case = propose(signed_in, order, **{"change-delivery_name": "Greta Gast"})

    assert value in before
    assert value not in blank
    assert [one.field for one in case.corrections.all()] == ["delivery_name"]


def test_no_two_choices_are_called_the_same(
    signed_in: Client, order: Order, anna: User, inbox: Inbox
) -> None:
    for number in ("1", "2"):
        SocialAccount.objects.create(user=anna, provider="google", uid=number)
        signed_in.post("/en/account/privacy/requests/new/", {"kind": "question", "message": "?"})
    inbox()
    page = signed_in.get(PAGE)

    assert page.context is not None
    names = [thing.name for thing in page.context["things"]]
    assert len(names) == len({*names}) == 4
    assert not [name for name in names if name.startswith("Message")]


def test_another_persons_order_cannot_be_disputed(signed_in: Client) -> None:
    others = make_order("2026-000077")

    page = signed_in.get(PAGE, {"what": f"orders.Order:{others.pk}"})
    signed_in.post(PAGE, shown(others, **{"change-phone": "+31600000000"}))

    assert "Greet Gast" not in page.content.decode()
    assert not Request.objects.exists()


def test_a_form_that_changes_nothing_says_so(signed_in: Client, order: Order) -> None:
    answer = signed_in.post(PAGE, shown(order))

    assert "nothing is different yet" in answer.content.decode()
    assert not Request.objects.exists()


def guest(client: Client, inbox: Inbox, kind: str) -> Request:
    answer = client.post(FORM, {"kind": kind, "email": GUEST, "message": "It is wrong."})
    client.post(str(answer["Location"]), {"code": code_in(inbox()[-1])})
    return Request.objects.latest("pk")


def test_a_guest_who_proved_his_address_says_what_is_wrong_by_the_link_in_his_mail(
    client: Client, inbox: Inbox
) -> None:
    mine, others = make_order("2026-000001"), make_order("2026-000002", proved=False)
    case = guest(client, inbox, "rectification")
    page = link_in(inbox()[-1])

    choice = client.get(page).content.decode()
    client.post(page, shown(mine, **{"change-delivery_street": "Lindelaan"}))
    client.post(page, shown(others, **{"change-delivery_street": "Lindelaan"}))

    assert "2026-000001" in choice
    assert "2026-000002" not in choice
    assert Correction.objects.get().key == str(mine.pk)
    by_two(case)
    mine.refresh_from_db()
    assert mine.delivery_street == "Lindelaan"
    left(case)
    assert client.get(page).status_code == 404


def test_a_forged_or_expired_link_opens_nothing(client: Client, inbox: Inbox) -> None:
    make_order("2026-000001")
    guest(client, inbox, "rectification")
    page = link_in(inbox()[-1])

    assert client.get(page[:-2] + "x/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert client.get(page).status_code == 404


def test_a_statement_stands_beside_its_record_as_long_as_that_is_there(
    signed_in: Client, anna: User, order: Order
) -> None:
    invoice = Invoice.objects.get()
    what = f"orders.Invoice:{invoice.pk}"
    signed_in.post(ADD, {"what": what, "statement": "It was for my mother."})
    case = Request.objects.get()
    officer().post(
        f"/admin/privacy/request/{case.pk}/decide/", {"decision": "answer", "answer": "Thanks."}
    )
    left(case)

    with time_machine.travel(timezone.now() + timedelta(days=366 * 4), tick=False):
        purge()
    kept = Note.objects.get(kind="statement").text
    with time_machine.travel(timezone.now() + timedelta(days=366 * 9), tick=False):
        purge()
        run_due_requests()

    assert case.kind == "completion"
    assert kept == "It was for my mother."
    assert not Note.objects.filter(text__contains="mother").exists()


def test_a_statement_is_exported_with_its_record_and_never_taken_along(
    signed_in: Client, anna: User, order: Order
) -> None:
    what = f"orders.Invoice:{Invoice.objects.get().pk}"
    signed_in.post(ADD, {"what": what, "statement": "It was for my mother."})
    anna.refresh_from_db()
    who = subjects.of(anna)

    held = json.loads(zipped(who).read("data.json"))
    taken = zipped(who, portable=True)

    beside = [row for row in rows_in(held) if row.get("statements")]
    assert [row["statements"] for row in beside] == [["It was for my mother."]]
    assert beside[0]["values"]["name"] == "Greet Gast"
    assert "my mother" not in text(taken)


def rows_in(held: Any) -> Iterator[dict[str, Any]]:
    """Every row of an archive's data, wherever it stands."""
    for value in held.values() if isinstance(held, dict) else held:
        if isinstance(value, dict | list):
            yield from rows_in(value)
    if isinstance(held, dict) and "values" in held:
        yield held


def test_an_empty_statement_is_asked_for_again_and_nothing_is_filed(
    signed_in: Client, order: Order
) -> None:
    what = {"what": f"orders.Order:{order.pk}"}

    shown, sent = signed_in.get(ADD, what), signed_in.post(ADD, {**what, "statement": " "})

    assert (shown.status_code, sent.status_code) == (200, 200)
    assert 'role="alert"' in sent.content.decode()
    assert not Request.objects.exists()


def test_what_is_found_by_a_secret_never_stands_on_a_page(signed_in: Client) -> None:
    page = signed_in.get(PAGE).content.decode()

    assert str(signed_in.session.session_key) not in page
    key = f"sessions.Session:{signed_in.session.session_key}"
    assert not signed_in.post(PAGE, {"what": key}).context.get("thing")
