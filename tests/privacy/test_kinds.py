"""Every kind of request: from the public form, from an account, twice, refused and reviewed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from outbox.models import Message
from privacy import remedies
from privacy.models import Request
from privacy.models.requests import Kind, Refusal
from privacy.purposes import EEA
from privacy.requests import decisions, filing
from privacy.requests.events import is_intact
from privacy.requests.events import officer as as_officer
from privacy.tasks import run_due_requests
from tests.privacy.conftest import Inbox, code_in, left, officer

FORM = "/en/privacy/request/"
CONTACT = "/en/privacy/contact/"
GUEST = "guest@example.org"
KINDS = [kind for kind in Kind if kind != Kind.APPEAL]


def send(client: Client, kind: str, page: str = FORM, **typed: str) -> Any:
    return client.post(
        page, {"kind": kind, "email": GUEST, "message": "My words.", **typed}, follow=False
    )


def prove(client: Client, inbox: Inbox, page: str) -> Request:
    reference = page.split("?", maxsplit=1)[0].split("/")[4]
    case = Request.objects.get(reference=reference)
    mails = [mail for mail in inbox() if mail.subject == "Your code" and mail.to == [case.email]]
    client.post(page, {"code": code_in(mails[-1])})
    case.refresh_from_db()
    return case


def proved(client: Client, inbox: Inbox, kind: str, **typed: str) -> Request:
    return prove(client, inbox, str(send(client, kind, **typed)["Location"]))


def decide(case: Request, dpo: Client, decision: str, **typed: str) -> str:
    answer = dpo.post(
        f"/admin/privacy/request/{case.pk}/decide/", {"decision": decision, **typed}, follow=True
    )
    assert answer.status_code == 200
    case.refresh_from_db()
    return answer.content.decode()


def refused(client: Client, inbox: Inbox, dpo: Client, **typed: str) -> Request:
    case = proved(client, inbox, "access", **typed)
    decide(case, dpo, "refuse", ground="no_match", reasons="Nothing lies under this address.")
    return left(case)


def said(case: Request) -> list[str]:
    return [*case.events.exclude(action="looked").values_list("action", flat=True)]


def second_officer() -> Client:
    return officer("dpo", "ilias@soocas.example")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_filed_without_an_account_and_gets_its_clock(
    client: Client, inbox: Inbox, kind: Kind
) -> None:
    case = proved(client, inbox, kind, country="DE")

    assert (case.kind, case.state, case.country) == (kind, "in_assessment", "DE")
    assert case.first_due_at == case.due_at
    assert inbox()[-1].subject == "We have your request"
    assert is_intact(case)


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in filing.OWN_WAY])
def test_each_kind_is_filed_from_an_account_once_however_often_it_is_sent(
    anna: User, inbox: Inbox, kind: Kind
) -> None:
    now, wish = timezone.now(), filing.Wish(kind, message="My words.", country="GB")

    first = filing.file_own(anna, wish, now=now)
    again = filing.file_own(anna, wish, now=now)

    assert first == again
    assert (first.state, first.regime, first.email) == ("in_assessment", "uk", anna.email)
    assert said(first)[:2] == ["received", "signed_in"]
    assert [mail.to for mail in inbox()] == [[anna.email]]


@pytest.mark.parametrize("kind", filing.OWN_WAY)
def test_what_has_its_own_way_is_not_filed_besides_it(anna: User, kind: Kind) -> None:
    with pytest.raises(decisions.NotPossible):
        filing.file_own(anna, filing.Wish(kind), now=timezone.now())

    assert not Request.objects.exists()


def test_a_question_becomes_a_case_with_a_clock_and_an_answer_by_mail(
    client: Client, inbox: Inbox
) -> None:
    case = prove(
        client, inbox, str(send(client, "question", CONTACT, message="Who sees it?")["Location"])
    )

    decide(case, officer(), "answer", answer="Nobody but us.")

    assert left(case).state == "fulfilled"
    assert "Nobody but us." in str(inbox()[-1].body)
    assert inbox()[-1].to == [GUEST]


@pytest.mark.parametrize("page", [FORM, CONTACT])
@pytest.mark.parametrize("kind", ["question", "complaint"])
@pytest.mark.parametrize("message", ["", "  "])
def test_what_needs_words_is_not_filed_without_them(
    client: Client, page: str, kind: str, message: str
) -> None:
    answer = send(client, kind, page, message=message)

    assert "in a few words" in answer.content.decode()
    assert not Request.objects.exists()


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_the_contact_form_takes_questions_alone(client: Client, kind: str) -> None:
    assert send(client, kind, CONTACT).status_code == 200
    assert not Request.objects.exists()


@pytest.mark.parametrize("country", ["ZZ", "Netherlands", "NL\x00", "x" * 300])
def test_a_country_that_is_none_is_said_to_be_so(client: Client, country: str) -> None:
    assert send(client, "access", country=country).status_code == 200
    assert not Request.objects.exists()


def test_each_address_is_a_request_and_proved_for_itself(client: Client, inbox: Inbox) -> None:
    page = str(send(client, "erasure", others="two@example.org\n Three@example.org")["Location"])
    assert "2 more addresses" in client.get(page).content.decode()

    first = prove(client, inbox, page)

    states = dict(Request.objects.values_list("email", "state"))
    assert first.state == states[GUEST] == "in_assessment"
    assert states["two@example.org"] == states["three@example.org"] == "awaiting_verification"
    on = client.get(page)
    assert Request.objects.get(email="two@example.org").reference in str(on["Location"])
    prove(client, inbox, str(on["Location"]))
    assert Request.objects.filter(state="in_assessment").count() == 2


def test_the_code_for_one_address_opens_no_other(client: Client, inbox: Inbox) -> None:
    page = str(send(client, "access", others="victim@example.org")["Location"])
    other = Request.objects.get(email="victim@example.org")
    mine = next(mail for mail in inbox() if mail.to == [GUEST])
    theirs = next(mail for mail in inbox() if mail.to == ["victim@example.org"])

    if code_in(mine) != code_in(theirs):
        client.post(f"{FORM}{other.reference}/code/", {"code": code_in(mine)})
    prove(client, inbox, page)
    other.refresh_from_db()

    assert other.state == "awaiting_verification"
    assert other.email_proved_at is None


@pytest.mark.parametrize(
    "others", ["no address", "a@example.org, b", "\x00", " ".join(f"{n}@x.org" for n in range(9))]
)
def test_other_addresses_that_are_none_or_too_many_are_said_to_be_so(
    client: Client, others: str
) -> None:
    answer = send(client, "access", others=others)

    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    assert not Request.objects.exists()


@pytest.mark.parametrize("page", [FORM, CONTACT])
def test_known_and_unknown_addresses_cost_the_same_work(
    client: Client, anna: User, page: str
) -> None:
    costs, answers = [], []
    for email, other in [(anna.email, "x@example.net"), ("nobody@example.net", "y@example.net")]:
        typed = {"kind": "complaint", "message": "Words.", "email": email, "others": other}
        before = Message.objects.count()
        with CaptureQueriesContext(connection) as work:
            answers.append(client.post(page, typed))
        kinds = [query["sql"].split(" ")[0] for query in work]
        costs.append((kinds, Message.objects.count() - before))

    assert costs[0] == costs[1]
    assert sorted(answers[0].headers) == sorted(answers[1].headers)
    assert len(str(answers[0]["Location"])) == len(str(answers[1]["Location"]))


def test_a_code_tried_for_a_known_and_an_unknown_address_costs_the_same(
    client: Client, anna: User
) -> None:
    pages = [str(send(client, "access", email=to)["Location"]) for to in (anna.email, GUEST)]
    costs = []
    for page in pages:
        with CaptureQueriesContext(connection) as work:
            client.post(page, {"code": "000000"})
        costs.append([query["sql"].split(" ")[0] for query in work])

    assert costs[0] == costs[1]


def test_the_same_request_twice_is_one_case_and_the_person_is_told(
    client: Client, inbox: Inbox
) -> None:
    first = proved(client, inbox, "access")
    second = proved(client, inbox, "access")

    assert (second.state, second.duplicate_of) == ("duplicate", first)
    assert (second.email, second.message) == ("", "")
    assert first.reference in str(inbox()[-1].body)
    assert inbox()[-1].subject == "We had this request already"
    assert (said(second)[-1], said(first)[-1]) == ("duplicate", "joined")
    page = client.get(f"{FORM}{second.reference}/").content.decode()
    assert first.reference in page
    first.refresh_from_db()
    assert first.state == "in_assessment"


@pytest.mark.parametrize(
    "more", [{"message": "Also this."}, {"order_reference": "SO-1"}, {"email": "h@example.org"}]
)
def test_what_says_more_is_no_duplicate(client: Client, inbox: Inbox, more: dict[str, str]) -> None:
    proved(client, inbox, "access")

    assert proved(client, inbox, "access", **more).state == "in_assessment"


def test_nobody_joins_a_request_whose_address_he_did_not_prove(
    client: Client, inbox: Inbox
) -> None:
    send(client, "access")  # not proved

    assert proved(client, inbox, "access").state == "in_assessment"


def test_an_officer_joins_two_and_both_addresses_are_told(
    client: Client, anna: User, inbox: Inbox
) -> None:
    EmailAddress.objects.create(user=anna, email="anna@work.example", verified=True)
    first = proved(client, inbox, "question", email=anna.email, message="Who sees it?")
    second = proved(client, inbox, "question", email="anna@work.example", message="And when?")
    assert second.state == "in_assessment"

    decide(second, officer(), "merge", earlier=first.reference)

    assert second.state == "duplicate"
    told = [mail.to[0] for mail in inbox() if mail.subject == "We had this request already"]
    assert sorted(told) == sorted([anna.email, "anna@work.example"])
    assert first.notes.get().text == "And when?"


def test_two_people_are_never_joined(client: Client, inbox: Inbox) -> None:
    first = proved(client, inbox, "question", email="one@example.org")
    second = proved(client, inbox, "question", email="two@example.org")

    for number in (first.reference, second.reference, "V-AAAA-BBBB-CCCC", "\x00"):
        decide(second, officer("dpo", f"{uuid.uuid4()}@soocas.example"), "merge", earlier=number)

    assert second.state == "in_assessment"


@pytest.mark.parametrize("country", sorted({*EEA, "GB", "US-CA"}))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_refusal_names_authority_and_court_of_the_country(country: str, language: str) -> None:
    remedy = remedies.of(country, language)

    assert country in remedies.AUTHORITIES
    assert remedy["site"].startswith("https://")
    assert remedy["authority"]
    assert (remedies.of(country, "nl")["court"] != remedies.of(country, "en")["court"]) is True


@pytest.mark.parametrize(
    ("country", "language", "words"),
    [
        ("", "en", ["Autoriteit Persoonsgegevens", "six weeks", "Art. 35 UAVG"]),
        ("NL", "nl", ["Autoriteit Persoonsgegevens", "zes weken", "Niets gevonden"]),
        ("DE", "en", ["Bundesbeauftragte", "country where you live"]),
        ("FR", "nl", ["cnil.fr", "waar je woont"]),
        ("GB", "en", ["ico.org.uk", "County Court"]),
        ("US-CA", "en", ["cppa.ca.gov", "Attorney General"]),
        ("JP", "en", ["Autoriteit Persoonsgegevens"]),
    ],
)
def test_the_letter_of_refusal_gives_reasons_and_remedies_in_the_persons_language(
    client: Client, inbox: Inbox, country: str, language: str, words: list[str]
) -> None:
    page = f"/{language}/privacy/request/"
    answer = client.post(page, {"kind": "access", "email": GUEST, "country": country})
    client.post(str(answer["Location"]), {"code": code_in(inbox()[-1])})
    case = Request.objects.get()

    decide(case, officer(), "refuse", ground="no_match", reasons="Nothing lies here.")
    letter = inbox()[-1]
    page_of_it = str(letter.alternatives[0][0])

    for text in (str(letter.body), page_of_it.replace("&#x27;", "'")):
        assert [word for word in [*words, "Nothing lies here."] if word not in text] == []
        assert case.reference in text


@pytest.mark.parametrize(
    ("country", "authority"), [("DE", "Bundesbeauftragte"), ("GB", "ico.org.uk")]
)
def test_an_answer_names_the_authority_and_court_of_the_country_in_the_letter_and_on_the_page(
    inbox: Inbox, country: str, authority: str
) -> None:
    user = User.objects.create_user(GUEST, "x", language="en")
    wish = filing.Wish(Kind.QUESTION, message="Why?")
    case = filing.file_own(user, wish, now=timezone.now())
    Request.objects.filter(pk=case.pk).update(country=country, language="en")

    decide(case, officer(), "answer", answer="Because.")
    letter = inbox()[-1]
    browser = Client()
    browser.force_login(user)
    page = browser.get(f"/en/account/privacy/requests/{case.reference}/").content.decode()

    said = remedies.of(country, "en")
    assert authority in said["authority"] + said["site"]
    for text in (str(letter.body), str(letter.alternatives[0][0]), page):
        assert said["site"] in text
        assert said["court"] in text.replace("&#x27;", "'")
        assert "autoriteitpersoonsgegevens" not in text


@pytest.mark.parametrize("ground", [g for g in Refusal if not g.startswith("art17")])
def test_each_ground_refuses_and_is_said_in_words(
    client: Client, inbox: Inbox, ground: Refusal
) -> None:
    case = proved(client, inbox, "access")

    decide(case, officer(), "refuse", ground=ground, reasons="Because.")

    assert (left(case).state, case.refusal) == ("refused", ground)
    assert case.events.get(action="refused").reason == ground
    with translation.override("en"):
        assert str(ground.label) in str(inbox()[-1].body)


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_the_grounds_of_article_17_hold_back_an_erasure_alone(
    client: Client, inbox: Inbox, kind: str
) -> None:
    case = proved(client, inbox, kind)

    decide(case, officer(), "refuse", ground="art17_3_b", reasons="The tax office wants it.")

    assert left(case).state == ("refused" if kind == "erasure" else "in_assessment")


@pytest.mark.parametrize("reasons", ["", "   ", "\n"])
def test_no_refusal_leaves_without_reasons(client: Client, inbox: Inbox, reasons: str) -> None:
    case = proved(client, inbox, "access")

    decide(case, officer(), "refuse", ground="no_match", reasons=reasons)
    with pytest.raises(decisions.ReasonsMissing):
        decisions.refuse(case, Refusal.NO_MATCH, reasons, by=as_officer(0), now=timezone.now())

    assert case.state == "in_assessment"
    assert not Message.objects.filter(kind="privacy/refused").exists()


def test_a_copy_that_waits_to_be_fetched_takes_no_other_request_in(
    client: Client, inbox: Inbox
) -> None:
    first = proved(client, inbox, "access")
    Request.objects.filter(pk=first.pk).update(state="awaiting_requester")

    assert proved(client, inbox, "access").state == "in_assessment"


def test_a_refusal_is_not_remembered_for_the_next_request(client: Client, inbox: Inbox) -> None:
    first = refused(client, inbox, officer())

    second = proved(client, inbox, "access")

    assert (first.state, second.state, second.refusal) == ("refused", "in_assessment", "")
    decide(second, second_officer(), "approve")
    assert second.state != "refused"


def test_a_review_goes_to_another_officer_than_the_first(client: Client, inbox: Inbox) -> None:
    maud, ilias = officer(), second_officer()
    first = refused(client, inbox, maud)
    page = str(send(client, "appeal", CONTACT, about=first.reference)["Location"])
    review = prove(client, inbox, page)
    assert review.appeal_of == first

    for decision in ("answer", "refuse", "take_up", "ask", "extend"):
        shown = decide(
            review,
            maud,
            decision,
            answer="No.",
            ground="no_match",
            reasons="No.",
            topic="order",
            question="Which?",
            cause="number",
            delay="Many.",
        )
        assert review.state == "in_assessment"
        assert "eerste keer" in shown or "first time" in shown
    decide(review, ilias, "answer", answer="The first answer stands.")

    assert left(review).state == "fulfilled"
    assert Request.objects.count() == 2


def test_a_review_that_finds_otherwise_opens_the_request_again_for_others_than_the_first(
    client: Client, inbox: Inbox
) -> None:
    maud, ilias = officer(), second_officer()
    first = refused(client, inbox, maud)
    page = str(send(client, "appeal", CONTACT, about=first.reference)["Location"])
    review = prove(client, inbox, page)

    decide(review, ilias, "take_up", answer="You are right.")
    again = Request.objects.latest("pk")

    assert (again.kind, again.state, again.email) == ("access", "in_assessment", GUEST)
    assert again.due_at > timezone.now()
    decide(again, maud, "approve")
    assert again.state == "in_assessment"
    decide(again, ilias, "approve")
    assert again.state != "in_assessment"


@pytest.mark.parametrize("about", ["", "V-AAAA-BBBB-CCCC", "\x00", "x" * 400])
def test_a_review_of_no_answer_is_said_to_be_so(client: Client, about: str) -> None:
    answer = send(client, "appeal", CONTACT, about=about)

    assert answer.status_code == 200
    assert not Request.objects.exists()


def test_an_account_has_only_its_own_answers_reviewed(
    client: Client, anna: User, inbox: Inbox
) -> None:
    strangers = refused(client, inbox, officer())
    wish = filing.Wish(Kind.APPEAL, message="Mine?", about=strangers)

    with pytest.raises(decisions.NotPossible):
        filing.file_own(anna, wish, now=timezone.now())


@pytest.mark.parametrize("decision", ["answer", "refuse"])
def test_no_answer_and_no_refusal_is_sent_once_the_accounts_address_has_changed(
    client: Client, anna: User, inbox: Inbox, decision: str
) -> None:
    case = filing.file_own(anna, filing.Wish(Kind.QUESTION, "What?"), now=timezone.now())
    old = anna.email
    EmailAddress.objects.filter(user=anna).update(email="new@example.com")
    User.objects.filter(pk=anna.pk).update(email="new@example.com")
    dpo = officer()

    for _ in range(2):
        said = {"answer": "Your secret.", "reasons": "Your secret.", "ground": "excessive"}
        decide(case, dpo, decision, **said)

    assert case.state == "needs_operator"
    assert not [mail for mail in inbox() if "Your secret." in str(mail.body)]
    told = [mail.to[0] for mail in inbox() if "not answered your request" in mail.subject] or [
        mail.to[0] for mail in inbox() if "nog niet beantwoord" in mail.subject
    ]
    assert sorted(told) == sorted([old, "new@example.com"])
    assert case.events.filter(action="address_changed").count() == 1


def test_staff_who_writes_down_a_letter_proves_nothing_and_does_not_decide(
    client: Client, inbox: Inbox
) -> None:
    dpo = officer()
    typed = {"kind": "erasure", "email": GUEST, "message": "By post.", "language": "en"}

    answer = dpo.post("/admin/privacy/request/enter/", typed)
    case = Request.objects.get()

    assert answer.status_code == 302
    assert case.state == "awaiting_verification"
    event = case.events.get(action="received")
    assert event.role == "officer"
    assert event.staff is not None
    prove(client, inbox, f"{FORM}{case.reference}/code/")
    for decision in ("approve", "refuse"):
        decide(case, dpo, decision, ground="no_match", reasons="No.")
        run_due_requests()
        assert case.state == "in_assessment"
    decide(case, second_officer(), "approve")
    assert case.state != "in_assessment"


@pytest.mark.parametrize("role", ["staff", "support", "auditor"])
def test_only_officers_write_down_a_letter(db: None, role: str) -> None:
    typed = {"kind": "erasure", "email": GUEST}

    assert officer(role).post("/admin/privacy/request/enter/", typed).status_code == 403
    assert not Request.objects.exists()


def test_who_was_told_is_answered_from_the_ledger(client: Client, anna: User, inbox: Inbox) -> None:
    from orders.personal_data import PAYMENT
    from privacy.purposes import recipients

    recipient = PAYMENT.recipients[0]
    recipient.received(
        anna, purpose=PAYMENT, fields=["email"], about="order:SO-1", now=timezone.now()
    )
    case = filing.file_own(anna, filing.Wish(Kind.RECIPIENTS), now=timezone.now())

    page = officer().get(f"/admin/privacy/request/{case.pk}/change/").content.decode()

    assert recipient.key in recipients
    assert f"{recipient.name}, " in page


def test_what_was_missing_stays_as_the_persons_own_statement(client: Client, inbox: Inbox) -> None:
    case = proved(client, inbox, "completion", message="It was a gift.")

    decide(case, officer(), "answer", answer="It stands beside your order now.")

    statement = case.notes.get(kind="statement")
    assert (statement.text, left(case).state) == ("It was a gift.", "fulfilled")


@pytest.mark.parametrize(
    ("kind", "said"),
    [("restriction", "doen we niets meer met je gegevens"), ("objection", "is al gestopt")],
)
def test_who_asks_to_stop_reads_in_his_language_that_it_has_stopped(
    signed_in: Client, inbox: Inbox, kind: str, said: str
) -> None:
    signed_in.post("/en/account/privacy/requests/new/", {"kind": kind, "message": "Stop."})

    letter = str(inbox()[-1].body)
    assert said in letter
    assert "(AVG)" in letter
    assert "GDPR" not in letter
