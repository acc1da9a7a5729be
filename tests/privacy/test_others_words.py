"""What others wrote about a person, and what a person wrote in other people's records."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from orders.models import Invoice, Order
from privacy import subjects
from privacy.corrections import statements
from privacy.models import Correction, Note, Request
from privacy.models.requests import Kind
from privacy.requests import filing
from privacy.requests.events import is_intact
from privacy.requests.subject import subject_of
from privacy.subjects import Subject
from tests.privacy.archives import manifest, text, zipped
from tests.privacy.conftest import Inbox, officer, rounds
from tests.privacy.test_requests_own_data import GUEST, make_order

NOTE = "Voor Bea, van Anna Jansen uit de Lindenlaan."
CODE = "AAAA-BBBB-CCCC-DDDD"
DAY = timedelta(days=1)


@pytest.fixture
def gift(anna: User) -> Order:
    """A gift that Anna sent to Bea, long closed."""
    order = make_order("2026-000001")
    Order.objects.filter(pk=order.pk).update(
        customer=anna,
        email=anna.email,
        gift=True,
        gift_code=CODE,
        gift_note=NOTE,
        delivery_name="Bea Smit",
    )
    anna.language = "en"
    anna.save()
    order.refresh_from_db()
    return order


def erased(person: User) -> Request:
    """Asked for so long ago that its cooling-off is over, and carried out as far as it goes."""
    return filing.file_deletion(person, now=timezone.now() - settings.COOLING_OFF - DAY)


def decide(case: Request, staff: Client, ground: str, *, of: list[int] | None = None) -> str:
    keys = [task.pk for task in case.corrections.all()] if of is None else of
    said: dict[str, Any] = {"decision": "texts", "text": keys, "ground": ground}
    answer = staff.post(f"/admin/privacy/request/{case.pk}/decide/", said, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def receiver() -> Subject:
    """Bea, as she proves herself: by her address and the code on the slip."""
    return Subject(None, frozenset({"bea@example.org"}), frozenset({CODE}))


def test_an_erasure_waits_for_an_officer_where_the_person_wrote_in_anothers_record(
    gift: Order, anna: User, inbox: Inbox
) -> None:
    dpo = officer()
    case = rounds(erased(anna), inbox)

    gift.refresh_from_db()
    task = Correction.objects.get()
    assert (case.state, task.state, task.field) == ("executing", "review", "gift_note")
    assert (gift.gift_note, gift.email, gift.customer_id) == (NOTE, "", None)
    assert NOTE in dpo.get(f"/admin/privacy/request/{case.pk}/change/").content.decode()
    letters = [mail for mail in inbox() if mail.to == ["maud@soocas.example"]]
    assert "in gegevens van anderen schreef" in str(letters[0].body)
    assert not [mail for mail in inbox() if mail.subject == "What we erased"]


@pytest.mark.parametrize(
    ("ground", "left", "said"),
    [("others", NOTE, "Kept (1): the other person needs it"), ("writer", "", "Taken out (1)")],
)
def test_what_the_officer_decides_is_done_and_stands_on_the_receipt(
    gift: Order, anna: User, inbox: Inbox, ground: str, left: str, said: str
) -> None:
    dpo = officer()
    case = rounds(erased(anna), inbox)

    decide(case, dpo, ground)
    rounds(case, inbox)

    gift.refresh_from_db()
    [receipt] = [mail for mail in inbox() if mail.subject == "What we erased"]
    assert case.state in ("fulfilled", "partially_retained")
    assert gift.gift_note == left
    assert said in str(receipt.body)
    assert case.residue.filter(cleared_at=None).count() == 0
    decided = case.events.get(action="reviewed")
    assert decided.reason.endswith(f"{ground}:orders.Order.gift_note")
    assert is_intact(case)


def test_a_decision_is_made_once_and_needs_a_ground_and_a_text(
    gift: Order, anna: User, inbox: Inbox
) -> None:
    dpo = officer()
    case = rounds(erased(anna), inbox)

    for ground, keys in (("", None), ("others", []), ("nonsense", None), ("writer", [10**18])):
        decide(case, dpo, ground, of=keys)
    assert Correction.objects.get().state == "review"

    decide(case, dpo, "others")
    decide(case, dpo, "writer")

    gift.refresh_from_db()
    assert (Correction.objects.get().state, gift.gift_note) == ("kept", NOTE)


def test_an_erasure_without_such_a_text_waits_for_nobody(
    gift: Order, anna: User, inbox: Inbox
) -> None:
    Order.objects.update(gift_note="")

    case = rounds(erased(anna), inbox)

    assert case.state in ("fulfilled", "partially_retained")
    assert not Correction.objects.exists()


def test_what_an_officer_wrote_about_others_is_looked_at_when_his_account_goes(
    anna: User, inbox: Inbox
) -> None:
    officer("dpo", "leaves@soocas.example")
    leaver = User.objects.get(email="leaves@soocas.example")
    about = filing.file_own(anna, filing.Wish(Kind.QUESTION, "Why?"), now=timezone.now())
    said = {"request": about, "author": leaver, "written_at": timezone.now()}
    note = Note.objects.create(text="Rang her; she is content.", **said)
    Note.objects.create(text="What do you mean?", kind=Note.Kind.QUESTION, **said)

    case = rounds(erased(leaver), inbox)
    assert [task.key for task in case.corrections.all()] == [str(note.pk)]
    decide(case, officer(), "record")
    rounds(case, inbox)

    note.refresh_from_db()
    assert case.state in ("fulfilled", "partially_retained")
    assert (note.text, note.author_id) == ("Rang her; she is content.", None)


def test_the_receiver_sees_what_the_buyer_wrote_to_her_and_the_buyer_sees_it_whole(
    gift: Order, anna: User
) -> None:
    assert NOTE in text(zipped(receiver()))
    archive = zipped(subjects.of(anna))
    assert NOTE in text(archive)
    assert manifest(archive)["texts"] == {"written_for_others": 1, "under_review": 0}


def test_the_receiver_reads_how_many_texts_are_looked_at_and_why_one_is_not_there_any_more(
    gift: Order, anna: User, inbox: Inbox
) -> None:
    dpo = officer()
    case = rounds(erased(anna), inbox)
    assert manifest(zipped(receiver()))["texts"]["under_review"] == 1

    decide(case, dpo, "writer")

    archive = zipped(receiver())
    data = json.loads(archive.read("data.json"))
    [order] = [s for s in data["sources"] if s["model"] == "orders.Order"]
    assert order["rows"][0]["redacted"] == {"gift_note": "writer"}
    assert order["rows"][0]["values"]["gift_note"] is None
    assert "het gaat over wie het schreef" in text(archive)
    assert manifest(archive)["texts"]["under_review"] == 0


def stated(person: Subject, row: Any, words: str) -> None:
    """A completion that this person asked for, and that stands beside a row."""
    now = timezone.now()
    case = Request.objects.create(
        kind="completion",
        state="fulfilled",
        email=person.email,
        user=person.user,
        filing_key=None if person.user else "7d1f5a4e-6f52-4b8f-8d0e-0d2f1f6a4c11",
        order_reference=min(person.references, default=""),
        email_proved_at=now,
        received_at=now,
        due_at=now + 30 * DAY,
        closed_at=now,
    )
    assert subject_of(case) == person
    statements.attach(case, row, words, now=now)


def test_a_statement_of_the_receiver_is_not_shown_to_the_buyer_nor_the_other_way_round(
    gift: Order, anna: User
) -> None:
    stated(subjects.of(anna), gift, "I never chose this colour.")
    stated(receiver(), gift, "It arrived broken.")

    buyers, hers = text(zipped(subjects.of(anna))), text(zipped(receiver()))

    assert "I never chose this colour." in buyers
    assert "It arrived broken." not in buyers
    assert "It arrived broken." in hers
    assert "I never chose this colour." not in hers
    for archive in (buyers, hers):
        assert '"statements": "others_rights"' in archive
        assert "de rechten van anderen" in archive


def test_a_statement_stands_on_the_pages_of_the_order_and_of_its_invoice(
    signed_in: Client, gift: Order, anna: User
) -> None:
    paper = Invoice.objects.get()
    stated(subjects.of(anna), gift, "I never chose this colour.")
    stated(receiver(), gift, "It arrived broken.")
    Note.objects.update_or_create(
        request=Request.objects.earliest("pk"),
        kind=Note.Kind.STATEMENT,
        model="orders.Invoice",
        key=str(paper.pk),
        defaults={"text": "My name is misspelt.", "written_at": timezone.now()},
    )
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss@soocas.example", "x"))

    order = boss.get(f"/admin/orders/order/{gift.pk}/change/").content.decode()
    invoice = boss.get(f"/admin/orders/invoice/{paper.pk}/change/").content.decode()
    own = signed_in.get(f"/en/orders/{gift.token}/").content.decode()
    centre = signed_in.get("/en/account/privacy/").content.decode()

    for page in (order, invoice):
        for words in ("I never chose this colour.", "It arrived broken.", "My name is misspelt."):
            assert words in page
    for page in (own, centre):
        assert "I never chose this colour." in page
        assert "My name is misspelt." in page
        assert "It arrived broken." not in page


def test_a_statement_of_a_request_that_was_refused_stands_nowhere(gift: Order, anna: User) -> None:
    stated(subjects.of(anna), gift, "I never chose this colour.")
    Request.objects.update(state="refused", refusal="excessive")
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss@soocas.example", "x"))

    page = boss.get(f"/admin/orders/order/{gift.pk}/change/").content.decode()

    assert "I never chose this colour." not in page


def test_the_page_of_the_deletion_says_beforehand_what_an_officer_will_look_at(
    signed_in: Client, gift: Order
) -> None:
    assert "1 text that you wrote" in signed_in.get("/en/account/privacy/delete/").content.decode()
    Order.objects.update(gift_note="", email=GUEST)
    assert "that you wrote" not in signed_in.get("/en/account/privacy/delete/").content.decode()
