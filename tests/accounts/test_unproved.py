from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tasks import forget_unproved
from tests.accounts.visitor import Visitor, code_for, words

pytestmark = pytest.mark.django_db
EIGHT_DAYS = timedelta(days=8)


def test_a_sign_up_that_nobody_proved_is_gone_after_a_week_and_no_other_account(
    visitor: Visitor, attacker: Visitor
) -> None:
    visitor.joins("proved@example.test")
    attacker.signs_up("unproved@example.test")
    User.objects.create_superuser("admin@example.test")
    User.objects.update(date_joined=timezone.now() - EIGHT_DAYS)
    Visitor().signs_up("today@example.test")

    assert forget_unproved() == 1
    assert forget_unproved() == 0

    left = {user.email for user in User.objects.all()}
    assert left == {"proved@example.test", "admin@example.test", "today@example.test"}


def test_the_code_of_a_sign_up_that_is_gone_opens_nothing_and_says_what_to_do(
    visitor: Visitor,
) -> None:
    visitor.signs_up("unproved@example.test")
    User.objects.update(date_joined=timezone.now() - EIGHT_DAYS)
    forget_unproved()

    answer = visitor.types_code(code_for("unproved@example.test"))

    assert answer.status_code == 200
    assert "Deze code klopt niet." in words(answer)
    assert visitor.nobody
    assert not User.objects.exists()


def test_the_code_of_a_sign_up_that_gave_way_does_not_end_the_one_that_came_after(
    visitor: Visitor, attacker: Visitor
) -> None:
    attacker.signs_up("noor@example.test")
    old = code_for("noor@example.test")
    visitor.signs_up("noor@example.test")

    assert "Deze code klopt niet." in words(attacker.types_code(old))
    assert attacker.nobody

    visitor.types_code(code_for("noor@example.test"))
    assert visitor.user.email == "noor@example.test"
