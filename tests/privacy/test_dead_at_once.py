"""Whatever opened something in a person's name before the erasure opens nothing after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from mailings import signing_up, tokens
from mailings.models import SignUp, Subscription
from orders.models import Order
from outbox.composing import compose
from privacy.archives import delivery
from privacy.models import Request
from privacy.models.requests import Kind, Topic
from privacy.requests import asking, decisions, filing
from privacy.requests.events import officer as as_officer
from privacy.tasks import run_due_requests, sweep_archives, tell_recipients
from tests.accounts.visitor import OTHER, PASSWORD, Visitor, code_for, letters
from tests.people import staff_member
from tests.privacy.archives import PAGE, make_all
from tests.privacy.conftest import send_all
from tests.privacy.test_requests_own_data import make_order

NOOR = "noor.devries@example.test"
NEW = "noor.bos@example.test"
DATA = (NOOR, NEW, "Noor de Vries", "Lindenlaan", "1015 AA", "+31612345678", "A doubt about Noor")
Use = Callable[[], list[HttpResponse]]
Keys = dict[str, tuple[Client, Use]]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(settings: Any, tmp_path: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


def links(kind: str = "") -> list[str]:
    """The paths in the latest letter of this kind to Noor."""
    body = str(compose(letters(NOOR, kind)[-1]).body)
    return [re.sub(r"https?://[^/]+", "", url) for url in re.findall(r"https?://\S+", body)]


def opens(*paths: str, client: Client | None = None, **data: Any) -> tuple[Client, Use]:
    """Looks at each page, then presses its button."""
    who = client or Client()

    def use() -> list[HttpResponse]:
        found = [who.get(path, follow=True) for path in paths]
        return [*found, *(who.post(path, data, follow=True) for path in paths)]  # type: ignore[list-item]

    return who, use


def codes() -> Keys:
    """Codes that were mailed and not typed yet, each in its own browser."""
    coming, forgetful, ready = Visitor(), Visitor(), Visitor()
    found: Keys = {}
    coming.sends("login/code/", email=NOOR)
    page = "/nl/account/login/code/confirm/"
    found["sign-in code"] = opens(page, client=coming, code=code_for(NOOR))
    forgetful.sends("password/reset/", email=NOOR)
    code = code_for(NOOR)

    def new_password() -> list[HttpResponse]:
        typed = forgetful.sends("password/reset/confirm/", code=code)
        chosen = forgetful.sends("password/reset/complete/", password1=OTHER, password2=OTHER)
        return [typed, chosen, forgetful.signs_in(NOOR, OTHER)]

    found["password reset code"] = forgetful, new_password
    cache.clear()
    ready.sends("password/reset/", email=NOOR)
    ready.sends("password/reset/confirm/", code=code_for(NOOR))
    mover = Visitor()
    mover.signs_in(NOOR)
    mover.sends("reauthenticate/", password=PASSWORD)
    mover.sends("email/", email=NEW, action_add="1")
    page = "/nl/account/confirm-email/"
    found["code for a new address"] = opens(page, client=mover, code=code_for(NEW))
    found["password reset, code typed"] = opens(
        "/nl/account/password/reset/complete/", client=ready, password1=OTHER, password2=OTHER
    )
    return found


def sessions(noor: Visitor) -> Keys:
    other = Visitor()
    other.signs_in(NOOR)
    assert other.user == User.objects.get(email=NOOR)
    stranger = Visitor()
    return {
        "session": opens("/nl/account/", "/nl/account/privacy/", client=noor),
        "second session": opens("/nl/account/profile/", client=other),
        "password": (stranger, lambda: [stranger.signs_in(NOOR, PASSWORD)]),
    }


def newsletter(user: User) -> Keys:
    asked, token, now = tokens.new(), tokens.new(), timezone.now()
    signing_up.join(user, language="nl", now=now)
    Subscription.objects.get().links.create(digest=tokens.digest(token), created_at=now)
    digest = tokens.digest(asked)
    SignUp.objects.create(
        email=NOOR, language="nl", requested_at=now, invited_at=now, token_digest=digest
    )
    return {
        "newsletter link": opens(f"/nl/newsletter/confirm/{asked}/"),
        "unsubscribe link": opens(f"/u/{token}"),
    }


def copies(noor: Visitor) -> Keys:
    """Copies that are ready: of the account, and of the address as a guest."""
    staff, now = as_officer(staff_member("dpo").pk), timezone.now()
    user = User.objects.get(email=NOOR)
    filing.file_own(user, filing.Wish(Kind.RECTIFICATION, message="The street."), now=now)
    case = filing.file_own(user, filing.Wish(Kind.QUESTION, message="Why?"), now=now)
    asking.ask(case, asking.Question(Topic.ORDER, "A doubt about Noor?"), by=staff, now=now)
    guest, browser = Client(), Client()
    page = str(guest.post("/en/privacy/request/", {"kind": "access", "email": NOOR})["Location"])
    found = re.search(r"\b\d{6}\b", str(compose(letters(NOOR, "privacy/code")[-1]).body))
    assert found
    guest.post(page, {"code": found[0]})
    cache.clear()
    again = Client()
    wrong = {"kind": "completion", "email": NOOR, "message": "The street."}
    confirm = str(again.post("/en/privacy/request/", wrong)["Location"])
    found = re.search(r"\b\d{6}\b", str(compose(letters(NOOR, "privacy/code")[-1]).body))
    assert found
    again.post(confirm, {"code": found[0]})
    correct = links("privacy/request_received")[0]
    assert Client().get(correct).status_code == 200
    decisions.approve(Request.objects.get(kind="access"), by=staff, now=timezone.now())
    make_all()
    fetch = links("privacy/export_ready")[0]
    delivery.ask(user, portable=True, now=timezone.now())
    make_all()
    own = Request.objects.get(kind="portability")
    return {
        "guest's request page": opens(page, client=guest),
        "guest's download link": opens(fetch, client=browser),
        "account's download": opens(f"{PAGE}{own.reference}/", client=noor),
        "correction link": opens(correct),
        "reply link": opens(links("privacy/asked")[0], reply="Yes."),
    }


def test_nothing_that_opened_something_before_an_erasure_opens_it_after() -> None:
    noor = Visitor()
    user = noor.joins(NOOR)
    User.objects.filter(pk=user.pk).update(name="Noor de Vries")
    order = make_order("2025-000001", paper=False)
    Order.objects.update(customer=user, email=NOOR, delivery_name="Noor de Vries")
    keys = {**sessions(noor), **newsletter(user), **copies(noor), **codes()}
    then = timezone.now() - settings.COOLING_OFF - timedelta(hours=1)
    filing.file_deletion(User.objects.get(pk=user.pk), now=then)
    keys["cancel link"] = opens(links("privacy/deletion_scheduled")[0])
    keys["order page"] = opens(f"/nl/orders/{order.token}/")
    send_all()
    assert len(keys) >= 16

    for _ in range(3):
        run_due_requests()
        tell_recipients()
        sweep_archives()
        send_all()
    assert not User.objects.filter(email=NOOR).exists()
    cache.clear()

    wrong = {name: why for name, (who, use) in keys.items() if (why := opened(who, use))}
    assert wrong == {}
    assert {answer.status_code for answer in keys["correction link"][1]()} == {404}
    assert not User.objects.filter(email=NEW).exists()

    asking.chase(now=timezone.now() + asking.REMIND + timedelta(hours=1))
    assert letters(NOOR, "asked_again") == []
    question = Request.objects.get(kind="question")
    assert (question.state, question.asked_at) == ("in_assessment", None)


def opened(who: Client, use: Use) -> list[str]:
    """What is wrong with what a key still does."""
    wrong = []
    for answer in use():
        text = "" if answer.streaming else answer.content.decode()
        text = text.replace(f'value="{NOOR}"', "")  # as it was just typed
        wrong += [f"status {answer.status_code}"] if answer.status_code >= 500 else []
        wrong += [f"shows {datum}" for datum in DATA if datum in text]
        wrong += ["hands out a file"] if answer.streaming else []
        wrong += ["says nothing"] if answer.status_code < 300 and "<h1" not in text else []
    return [*wrong, "signed in"] if SESSION_KEY in who.session else wrong
