"""What holds for every page that anybody may open, whichever room it belongs to."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client

from accounts.models import User
from tests.pages import Page

pytestmark = pytest.mark.usefixtures("shelves")
PUBLIC = [
    "",
    "shop/",
    "product/stil/",
    "search/?q=stil",
    "cart/",
    "withdraw/",
    "orders/find/",
    "orders/find/sent/",
    "account/login/",
    "account/signup/",
    "account/password/reset/",
    "privacy/",
    "privacy/policy/",
    "privacy/cookies/",
    "privacy/contact/",
    "privacy/request/",
    "newsletter/",
]
OWN = [
    "account/",
    "account/profile/",
    "account/addresses/",
    "account/addresses/new/",
    "account/safety/",
    "account/orders/",
    "account/subscriptions/",
    "account/privacy/",
    "account/privacy/requests/",
]


def faults(page: Page) -> list[str]:
    """What is wrong with a page for a reader, a keyboard or the content security policy."""
    found = [f"inline {name}" for name in page.inline()]
    found += [f"fetches {address}" for address in page.fetched() if not address.startswith("/")]
    found += [f"leaves by {a}" for a in page.leaving() if a.get("rel") != "external noreferrer"]
    found += [f"no alt: {image}" for image in page.all("img") if "alt" not in image]
    found += [f"{count} × h1" for count in [len(page.all("h1"))] if count != 1]
    ids = Counter(a["id"] for _, a in page.tags if a.get("id"))
    found += [f"twice #{name}" for name, count in ids.items() if count > 1]
    for _, attributes in page.tags:
        for name in ("aria-describedby", "aria-labelledby", "for"):
            asked = (attributes.get(name) or "").split()
            found += [f"{name} of nothing: {target}" for target in asked if target not in ids]
    return found


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_whole(client: Client, path: str, language: str) -> None:
    answer = client.get(f"/{language}/{path}")

    page = Page(answer.content.decode())
    assert answer.status_code == 200
    assert page.all("html")[0]["lang"] == language
    assert faults(page) == []


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", OWN)
def test_a_page_of_the_account_is_whole(client: Client, path: str, language: str) -> None:
    client.force_login(User.objects.create_user("sanne@soocas.example", name="Sanne Jansen"))

    answer = client.get(f"/{language}/{path}")

    page = Page(answer.content.decode())
    assert answer.status_code == 200
    assert page.all("html")[0]["lang"] == language
    assert faults(page) == []
