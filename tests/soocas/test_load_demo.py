from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from catalog.models import Variant

pytestmark = pytest.mark.django_db


def test_the_demo_may_be_loaded_again_and_again() -> None:
    for _ in range(2):
        call_command("load_demo", password="een-lang-demo-wachtwoord", stdout=io.StringIO())

    assert Variant.objects.count() >= 24


def test_the_sign_ins_can_be_read_by_a_program() -> None:
    said = io.StringIO()

    call_command("load_demo", "--json", password="een-lang-demo-wachtwoord", stdout=said)

    assert isinstance(json.loads(said.getvalue()), list)


def test_the_demo_refuses_production(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="not for production"):
        call_command("load_demo")

    assert not Variant.objects.exists()
