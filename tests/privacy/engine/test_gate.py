from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, transaction
from django.utils import translation

from privacy import gate, retention
from privacy.declarations import (
    Capacity,
    LegalBasis,
    Period,
    Purpose,
    Recipient,
    Subject,
)
from privacy.models import ConsentDecision, Disclosure
from privacy.purposes import NoContract, NotDecided, TransferRefused
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
    there = Recipient("Far Away Inc.", "US", contract="of 1 March")
    shared, ada = purpose(LegalBasis.CONTRACT, recipients=(there,)), person("ada")

    assert not shared.allows(ada)
    with pytest.raises(TransferRefused):
        there.received(ada, purpose=shared, fields=["email"], now=NOW)
    assert not Disclosure.objects.exists()


def test_a_safeguard_opens_the_way() -> None:
    there = Recipient(
        "Far Away Inc.", "US", safeguard="Art. 46(2)(c), standard clauses", contract="of 1 March"
    )

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


def test_without_a_contract_nothing_is_handed_over_and_that_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    unbound = Recipient("Unbound B.V.", "NL")
    shared, ada = purpose(LegalBasis.CONTRACT, recipients=(unbound,)), person("ada")

    assert not shared.allows(ada)
    with pytest.raises(NoContract):
        unbound.received(ada, purpose=shared, fields=["email"], now=NOW)

    assert not Disclosure.objects.exists()
    said = {(r.recipient, r.purpose, r.reason) for r in caplog.records}  # type: ignore[attr-defined]
    assert said == {("unbound-bv", "test", "NoContract")}
    assert "ada" not in caplog.text


def test_explicit_consent_to_this_recipient_opens_the_way_and_its_withdrawal_closes_it() -> None:
    there = Recipient("Far Away Inc.", "US", contract="of 1 March")
    other = Recipient("Further Away Inc.", "US", contract="of 1 March")
    shared, ada = purpose(LegalBasis.CONTRACT, recipients=(there,)), person("ada")

    other.consent.grant(ada, wording=other.consent.asked, now=NOW)
    assert not shared.allows(ada)
    with translation.override("nl"):
        there.consent.grant(ada, wording=there.consent.asked, now=NOW)
    assert shared.allows(ada)
    assert not shared.allows(person("bob"))
    there.received(ada, purpose=shared, fields=["email"], now=NOW)
    there.consent.withdraw(ada, now=LATER)

    assert not shared.allows(ada)
    with pytest.raises(TransferRefused):
        there.received(ada, purpose=shared, fields=["email"], now=LATER)
    assert Disclosure.objects.count() == 1
    assert "Verenigde Staten" in gate.history(ada)[1].wording


@pytest.mark.parametrize("said", [{}, {"ground": "a warrant"}, {"decided_by_id": 1}])
def test_an_authority_gets_nothing_without_a_recorded_ground_and_decision(
    said: dict[str, Any],
) -> None:
    police = Recipient("Politie", "NL", capacity=Capacity.AUTHORITY)

    with pytest.raises(NotDecided):
        police.received(person("ada"), purpose=purpose(), fields=["email"], now=NOW, **said)
    assert not Disclosure.objects.exists()


def test_an_authority_gets_what_somebody_decided_on_a_ground() -> None:
    police, maud = Recipient("Politie", "NL", capacity=Capacity.AUTHORITY), person("maud")
    said = {"ground": "Art. 126nd Sv, warrant 12", "decided_by_id": maud.pk}

    police.received(person("ada"), purpose=purpose(), fields=["email"], now=NOW, **said)

    told = Disclosure.objects.get()
    assert (told.ground, told.decided_by) == ("Art. 126nd Sv, warrant 12", maud)


def test_the_version_of_a_notice_changes_with_its_words() -> None:
    asked = [purpose(asked=words).notice for words in ("Yes.", "Yes!", "Yes.")]

    assert asked[0] == asked[2] != asked[1]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"recipients": (Recipient("Unbound B.V.", "NL"),)}, ["privacy.E030"]),
        ({"basis": LegalBasis.LEGITIMATE_INTERESTS}, ["privacy.E031"]),
    ],
)
def test_what_the_gate_would_refuse_is_found_by_a_check(
    values: dict[str, Any], found: list[str]
) -> None:
    purpose(**values)

    said = [message for message in run_checks(tags=["privacy"]) if message.obj == "test"]
    assert [message.id for message in said] == found
