from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tasks import forget_unproved
from tests.accounts.visitor import Visitor

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
