"""What each who works here may see and do, and what not."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import RequestFactory

from accounts import demo
from accounts.models import Address, User
from accounts.roles import ROLES
from outbox.models import Message
from outbox.services import Letter, queue
from tests.accounts.visitor import PASSWORD, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> dict[str, str]:
    return {entry["role"]: entry["email"] for entry in demo.load(PASSWORD)}


def signed_in(email: str) -> Visitor:
    visitor = Visitor("en")
    visitor.signs_in(email)
    return visitor


def may(role: str) -> set[str]:
    group = Group.objects.get(name=role)
    return {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all()}


def test_the_demo_can_be_loaded_twice(people: dict[str, str]) -> None:
    again = demo.load(PASSWORD)

    assert {entry["role"] for entry in again} == {"shopper", "superuser", *ROLES}
    assert User.objects.count() == len(again)
    assert Address.objects.count() == 1


@pytest.mark.parametrize("role", ["shopper", "superuser", *ROLES])
def test_each_demo_sign_in_comes_in(people: dict[str, str], role: str) -> None:
    assert signed_in(people[role]).user.email == people[role]


@pytest.mark.parametrize(("role", "status"), [("shopper", 403), *[(role, 200) for role in ROLES]])
def test_only_who_works_here_enters_the_admin(
    people: dict[str, str], role: str, status: int
) -> None:
    assert signed_in(people[role]).get("/admin/", follow=True).status_code == status


def test_the_admin_is_entered_by_the_shop_s_own_door_with_its_limits(
    people: dict[str, str],
) -> None:
    answer = Visitor().get("/admin/", follow=True)

    assert "/account/login/" in answer.redirect_chain[-1][0]


@pytest.mark.parametrize("role", ROLES)
def test_no_role_deletes_anything(role: str) -> None:
    assert not [name for name in may(role) if ".delete_" in name]


def test_staff_works_on_orders_and_catalogue_and_sees_no_privacy_queue() -> None:
    rooms = {name.split(".")[0] for name in may("staff")}

    assert rooms <= {"catalog", "orders", "mailings", "outbox"}
    assert "privacy" not in rooms


def test_staff_sees_what_left_and_may_try_it_again_and_no_more() -> None:
    outbox = {name for name in may("staff") if name.startswith("outbox.")}

    assert outbox == {"outbox.view_message", "outbox.retry_message"}


@pytest.mark.parametrize(("role", "shown"), [("staff", False), ("auditor", True)])
def test_who_asked_for_a_right_is_not_read_from_the_letters_by_who_may_not_read_the_requests(
    people: dict[str, str], role: str, shown: bool
) -> None:
    for kind, to in [("privacy/code", "anna@example.test"), ("orders/paid", "bram@example.test")]:
        context = {"number": "secret-word"}
        queue(Letter(kind, to=to, language="nl", about="x:1", context=context, purpose="mail"))
    letter, order = (
        Message.objects.get(kind="privacy/code"),
        Message.objects.get(kind="orders/paid"),
    )
    visitor = signed_in(people[role])

    found = visitor.get("/admin/outbox/message/?q=example.test").content.decode()
    about_it = visitor.get(f"/admin/outbox/message/{letter.pk}/change/", follow=True)
    other = visitor.get(f"/admin/outbox/message/{order.pk}/change/").content.decode()

    assert ("privacy/code" in found) is shown
    assert ("anna@example.test" in about_it.content.decode()) is shown
    assert "orders/paid" in found
    assert "bram@example.test" in other
    assert "secret-word" not in other


def test_support_has_no_rights_yet() -> None:
    assert may("support") == set()


def test_the_dpo_sees_no_orders_and_no_prices() -> None:
    rooms = {name.split(".")[0] for name in may("dpo")}

    assert rooms <= {"privacy", "cookies"}


def test_the_auditor_sees_everything_but_keys_and_changes_nothing() -> None:
    every = {
        f"{p.content_type.app_label}.{p.codename}"
        for p in Permission.objects.filter(codename__startswith="view_")
    }
    keys = {"socialaccount.view_socialapp", "socialaccount.view_socialtoken"}
    keys |= {"account.view_emailconfirmation"}

    assert keys < every
    assert may("auditor") == every - keys


def test_a_group_that_was_changed_by_hand_is_put_right_by_the_next_migrate() -> None:
    Group.objects.get(name="staff").permissions.set(Permission.objects.all())

    call_command("migrate", verbosity=0)

    assert not [name for name in may("staff") if name.startswith("privacy.")]


# accounts in the admin


def test_the_auditor_reads_an_account_and_cannot_change_it(people: dict[str, str]) -> None:
    auditor, shopper = signed_in(people["auditor"]), User.objects.get(email=people["shopper"])
    page = f"/admin/accounts/user/{shopper.pk}/change/"

    read = auditor.get(page)
    changed = auditor.post(page, {"name": "Changed"})

    assert read.status_code == 200
    assert shopper.password not in read.content.decode()
    assert changed.status_code == 403
    assert User.objects.get(pk=shopper.pk).name == "Sanne Jansen"


@pytest.mark.parametrize("role", ["staff", "support", "dpo"])
def test_other_roles_do_not_see_accounts(people: dict[str, str], role: str) -> None:
    assert signed_in(people[role]).get("/admin/accounts/user/").status_code == 403


def test_nobody_deletes_an_account_by_hand_not_even_a_superuser(people: dict[str, str]) -> None:
    root, shopper = signed_in(people["superuser"]), User.objects.get(email=people["shopper"])

    answer = root.post(f"/admin/accounts/user/{shopper.pk}/delete/", {"post": "yes"})
    root.post(
        "/admin/accounts/user/", {"action": "delete_selected", "_selected_action": shopper.pk}
    )

    assert answer.status_code == 403
    assert User.objects.filter(pk=shopper.pk).exists()


def test_nobody_deletes_anything_by_hand_wherever_it_is_registered(
    people: dict[str, str], rf: RequestFactory
) -> None:
    request = rf.get("/admin/")
    request.user = User.objects.get(email=people["superuser"])
    signed_in(people["superuser"]).get("/admin/")  # whatever registers late has done so

    for model, page in admin.site._registry.items():
        assert not page.has_delete_permission(request), model
        assert "delete_selected" not in page.get_actions(request), model


@pytest.mark.parametrize("page", ["account/emailaddress", "socialaccount/socialaccount"])
def test_addresses_and_connections_are_looked_at_only(people: dict[str, str], page: str) -> None:
    user = User.objects.get(email=people["shopper"])
    EmailAddress.objects.filter(user=user).delete()
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    connection = SocialAccount.objects.create(user=user, provider="google", uid="1")
    pk = address.pk if page.startswith("account") else connection.pk
    root = signed_in(people["superuser"])

    root.post(f"/admin/{page}/", {"action": "make_verified", "_selected_action": pk})
    address.refresh_from_db()

    assert root.get(f"/admin/{page}/").status_code == 200
    assert root.get(f"/admin/{page}/{pk}/change/").status_code == 200
    assert root.post(f"/admin/{page}/{pk}/change/", {"email": "x@example.test"}).status_code == 403
    assert root.get(f"/admin/{page}/add/").status_code == 403
    assert not address.verified


@pytest.mark.parametrize("page", ["socialapp", "socialtoken"])
def test_keys_to_other_services_are_shown_to_nobody(people: dict[str, str], page: str) -> None:
    root = signed_in(people["superuser"])

    assert root.get(f"/admin/socialaccount/{page}/").status_code == 404


def test_the_log_of_changes_does_not_name_the_person(people: dict[str, str]) -> None:
    root, shopper = signed_in(people["superuser"]), User.objects.get(email=people["shopper"])
    form = {"name": "Sanne J.", "nickname": "", "language": "nl", "is_active": "on"}
    form |= {"addresses-TOTAL_FORMS": "0", "addresses-INITIAL_FORMS": "0"}

    root.post(f"/admin/accounts/user/{shopper.pk}/change/", form)

    entry = LogEntry.objects.get()
    assert shopper.email not in entry.object_repr + entry.change_message
    assert str(shopper.subject_id) == entry.object_repr
