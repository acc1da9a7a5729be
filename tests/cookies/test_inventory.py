from __future__ import annotations

from datetime import timedelta

import pytest
from cookie_consent.models import Cookie, CookieGroup
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from accounts.models import User
from cookies import inventory
from cookies.inventory import Item
from cookies.models import ConsentEvent
from tests.cookies.conftest import Visitor

GROUPS = ["necessary", "functional", "analytics", "advertising", "social"]


def test_the_rows_of_the_library_are_the_inventory() -> None:
    rows = CookieGroup.objects.order_by("ordering")

    assert list(rows.values_list("varname", flat=True)) == GROUPS
    assert [row.varname for row in rows if row.is_required] == ["necessary"]
    names = Cookie.objects.filter(cookiegroup__varname="necessary").values_list("name", flat=True)
    assert set(names) == {"sessionid", "csrftoken", "choice"}


def test_a_migrate_brings_the_rows_back_to_the_inventory(db: None) -> None:
    Cookie.objects.filter(name="language").update(name="_ga")
    CookieGroup.objects.create(varname="shady", name="Shady")

    call_command("migrate", verbosity=0)

    assert not CookieGroup.objects.filter(varname="shady").exists()
    assert not Cookie.objects.filter(name="_ga").exists()
    assert Cookie.objects.filter(name="language").exists()


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (Item("_ga*", "analytics", "Counts visits", timedelta(days=30)), "cookies.E001"),
        (Item("x", "shady", "?"), "cookies.E002"),
        (Item("x", "necessary", "?", timedelta(days=396)), "cookies.E003"),
    ],
)
def test_a_change_without_a_new_notice_or_a_senseless_entry_is_an_error(
    monkeypatch: pytest.MonkeyPatch, item: Item, fault: str
) -> None:
    monkeypatch.setattr(inventory, "ITEMS", (*inventory.ITEMS, item))

    with pytest.raises(SystemCheckError, match=fault):
        call_command("check", tags=["cookies"])


@pytest.mark.usefixtures("measured")
def test_the_page_names_every_cookie_with_party_and_lifetime(client: Client) -> None:
    page = client.get("/en/privacy/cookies/").content.decode()

    for words in ("sessionid", "14 days", "csrftoken", "_ga*", "Meetbureau", "30 days"):
        assert words in page


def test_the_page_is_dutch_in_dutch(client: Client) -> None:
    page = client.get("/nl/privacy/cookies/").content.decode()

    for words in ("Cookievoorkeuren", "Noodzakelijk", "Alles weigeren", "14 dagen"):
        assert words in page


def test_the_officer_reads_choices_and_nobody_edits_them(visitor: Visitor) -> None:
    visitor.choose("accept")
    officer = User.objects.create_user("dpo@example.test", "correct horse battery", is_staff=True)
    officer.groups.add(Group.objects.get(name="dpo"))
    browser = Client()
    browser.force_login(officer)
    event = ConsentEvent.objects.get()

    assert browser.get("/admin/cookies/consentevent/").status_code == 200
    assert browser.get(f"/admin/cookies/consentevent/{event.pk}/change/").status_code == 200
    for address in (f"{event.pk}/change/", f"{event.pk}/delete/", "add/"):
        answer = browser.post(f"/admin/cookies/consentevent/{address}", {"action": "reject"})
        assert answer.status_code == 403
    assert ConsentEvent.objects.get().action == "accept"


def test_the_librarys_editable_rows_are_not_in_the_admin() -> None:
    browser = Client()
    browser.force_login(User.objects.create_superuser("root@example.test", "correct horse"))

    assert browser.get("/admin/cookie_consent/cookie/").status_code == 404
