"""The officers' queue: what waits, by when, with whom, and who gets in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from privacy.models import Request
from tests.privacy.conftest import officer

LIST = "/admin/privacy/request/"


def case(**said: Any) -> Request:
    now = timezone.now()
    values = {"kind": "access", "state": "in_assessment", "email": "guest@example.org"}
    dates = {"received_at": now, "email_proved_at": now, "due_at": now + timedelta(days=20)}
    return Request.objects.create(**{**values, **dates, **said})


def listed(client: Client, **asked: str) -> str:
    answer = client.get(LIST, asked)
    assert answer.status_code == 200, asked
    return answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "mine", "other"),
    [
        ({"kind__exact": "erasure"}, {"kind": "erasure"}, {"kind": "access"}),
        ({"state__exact": "approved"}, {"state": "approved"}, {"state": "in_assessment"}),
        ({"regime__exact": "ccpa"}, {"regime": "ccpa"}, {"regime": "gdpr"}),
    ],
)
def test_the_queue_filters_by_kind_state_and_law(
    db: None, asked: dict[str, str], mine: dict[str, str], other: dict[str, str]
) -> None:
    wanted, unwanted = case(**mine), case(**other)

    page = listed(officer(), **asked)

    assert wanted.reference in page
    assert unwanted.reference not in page


def test_the_queue_filters_by_who_a_case_lies_with(db: None) -> None:
    dpo = officer()
    officer("dpo", "ilias@soocas.example")
    maud, ilias = User.objects.filter(is_staff=True).order_by("pk")
    mine, his, free = case(assigned_to=maud), case(assigned_to=ilias), case()

    def found(asked: str) -> set[str]:
        page = listed(dpo, **{"with": asked})
        return {one.reference for one in (mine, his, free) if one.reference in page}

    assert found("me") == {mine.reference}
    assert found(str(ilias.pk)) == {his.reference}
    assert found("nobody") == {free.reference}
    assert found("nonsense") == {one.reference for one in (mine, his, free)}
    assert found("9" * 40) == set()


def test_both_dates_stand_in_the_queue_where_they_differ(db: None) -> None:
    first = datetime(2027, 1, 4, 23, tzinfo=timezone.get_default_timezone())
    case(first_due_at=first, due_at=datetime(2027, 3, 4, 23, tzinfo=first.tzinfo))

    page = listed(officer())

    assert "4 maart 2027" in page
    assert "4 januari 2027" in page


@pytest.mark.parametrize(
    ("field", "words"),
    [("held_at", "Stilgezet"), ("paused_at", "Gepauzeerd"), ("extended_at", "Verlengd")],
)
def test_a_case_that_is_held_paused_or_extended_is_marked(db: None, field: str, words: str) -> None:
    dpo, plain = officer(), case()

    mark = f">{words}</span>"
    assert mark not in listed(dpo)
    Request.objects.filter(pk=plain.pk).update(**{field: timezone.now()})
    assert mark in listed(dpo)


def test_the_queue_is_searched_by_case_number_and_by_nothing_of_the_person(db: None) -> None:
    dpo, one = officer(), case(message="My very words", order_reference="S-1234")

    assert one.reference in listed(dpo, q=one.reference)
    for typed in ("guest@example.org", "guest", "very words", "S-1234"):
        assert one.reference not in listed(dpo, q=typed)


def test_the_queue_counts_what_is_late_what_is_due_soon_and_what_is_open(db: None) -> None:
    now = timezone.now()
    for days in (-1, 3, 6, 20, 20, 20):
        case(received_at=now - timedelta(days=20), due_at=now + timedelta(days=days))
    case(state="fulfilled", closed_at=now, due_at=now - timedelta(days=1))
    case(state="awaiting_verification", due_at=now - timedelta(days=1))

    shown = officer().get(LIST).context

    assert shown["waiting"] == {"late": 1, "week": 2, "open": 6}


def test_the_queue_asks_the_same_number_of_statements_for_one_case_and_for_many(
    db: None, django_assert_max_num_queries: Any
) -> None:
    dpo = officer()
    maud = User.objects.get(is_staff=True)
    for _ in range(30):
        case(assigned_to=maud)

    with django_assert_max_num_queries(14):
        listed(dpo)
