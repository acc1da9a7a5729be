from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from privacy import gate, retention
from privacy.declarations import (
    LegalBasis,
    Period,
    Purpose,
    Recipient,
    Subject,
    TransferRefused,
)
from privacy.models import ConsentDecision, Disclosure
from tests.privacy.engine.toyshop.people import NOW, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_declared_here")]

LATER = NOW + timedelta(days=1)


def purpose(basis: LegalBasis = LegalBasis.CONSENT, **values: object) -> Purpose:
    return Purpose("Test", basis, Period(days=30), key="test", **values)  # type: ignore[arg-type]


def test_consent_must_be_given_and_be_the_last_word() -> None:
    news, ada = purpose(), person("ada")

    assert not news.allows(ada)
    news.grant(ada, wording="Yes, write to me.", now=NOW)
    assert news.allows(ada)
    assert news.allows("ADA@example.org")
    assert not news.allows("bob@example.org")
    news.withdraw("ada@example.org", now=LATER)
    assert not news.allows(ada)


def test_an_objection_stops_a_legitimate_interest_until_it_is_lifted() -> None:
    shelf, ada = purpose(LegalBasis.LEGITIMATE_INTERESTS), person("ada")

    assert shelf.allows(ada)
    shelf.oppose(ada, now=NOW)
    assert not shelf.allows(ada)
    shelf.resume(ada, now=LATER)
    assert shelf.allows(ada)


def test_a_restriction_of_everything_spares_what_the_law_demands() -> None:
    ada = person("ada")
    gate.decide(None, ada, "restricted", NOW)

    assert not purpose(LegalBasis.CONTRACT).allows(ada)
    assert purpose(LegalBasis.LEGAL_OBLIGATION).allows(ada)
    gate.decide(None, ada, "lifted", LATER)
    assert purpose(LegalBasis.CONTRACT).allows(ada)


def test_a_recipient_without_safeguard_stops_the_purpose_and_gets_nothing() -> None:
    there = Recipient("Far Away Inc.", "US")
    shared, ada = purpose(LegalBasis.CONTRACT, recipients=(there,)), person("ada")

    assert not shared.allows(ada)
    with pytest.raises(TransferRefused):
        there.received(ada, purpose=shared, fields=["email"], now=NOW)
    assert not Disclosure.objects.exists()


def test_a_safeguard_opens_the_way() -> None:
    there = Recipient("Far Away Inc.", "US", safeguard="Art. 46(2)(c), standard clauses")

    assert purpose(LegalBasis.CONTRACT, recipients=(there,)).allows(person("ada"))


def test_the_purpose_is_told_to_stop() -> None:
    stopped: list[Subject] = []
    news = purpose(stop=stopped.append)

    news.grant("ada@example.org", wording="Yes", now=NOW)
    assert not stopped
    news.withdraw("ada@example.org", now=LATER)
    assert [who.email for who in stopped] == ["ada@example.org"]


def test_a_decision_keeps_the_exact_wording_and_all_of_its_history() -> None:
    news, ada = purpose(), person("ada")
    news.grant(ada, wording="Yes, write to me.", now=NOW, notice_version="3")
    news.withdraw(ada, now=LATER)

    said = [(d.action, d.wording, d.notice_version, d.decided_at) for d in gate.history(ada)]

    assert said == [("given", "Yes, write to me.", "3", NOW), ("withdrawn", "", "", LATER)]


@pytest.mark.parametrize(
    "change", [{"action": "given"}, {"decided_at": LATER}, {"email": "eve@example.org"}]
)
def test_a_decision_is_never_rewritten(change: dict[str, Any]) -> None:
    purpose().withdraw("ada@example.org", now=NOW)

    with pytest.raises(DatabaseError), transaction.atomic():
        ConsentDecision.objects.update(**change)

    assert ConsentDecision.objects.get().email == "ada@example.org"


def test_a_decision_is_never_deleted_but_forgets_whose_it_was() -> None:
    purpose().grant(person("ada"), wording="Yes", now=NOW)

    with pytest.raises(DatabaseError), transaction.atomic():
        ConsentDecision.objects.all().delete()
    ConsentDecision.objects.update(email="", subject_id=None, user=None)

    decision = ConsentDecision.objects.get()
    assert (decision.user, decision.email, decision.wording) == (None, "", "Yes")


def test_the_anonymous_visitor_is_no_person() -> None:
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(TypeError):
        purpose().allows(AnonymousUser())  # type: ignore[arg-type]


def test_the_purge_leaves_its_numbers(toyshop: None) -> None:
    from privacy.models import PurgeRun

    person("ada", last_seen_at=NOW - timedelta(days=4 * 366))

    retention.purge(NOW)

    run = PurgeRun.objects.get()
    assert (run.started_at, run.counts) == (NOW, {"accounts.User deleted": 1})
    assert run.finished_at
