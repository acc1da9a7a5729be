"""A gift is bought, packed, sent, delivered, withdrawn from, taken in and paid back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop
from tests.browser.steps import fill_address, pay_at_paypal, put_in_cart, sign_in, someone

GIVER, TAKER = someone("gever", 41), someone("jarige", 42)
TRACKING = "3SSOOC0000041"


@pytest.fixture
def staff(new_context: object, shop: Shop) -> Page:
    """Somebody who works here, signed in to the administration."""
    page: Page = new_context().new_page()  # type: ignore[operator]  # a factory
    sign_in(page, shop, *shop.sign_in("staff"))
    return page


def order_page(staff: Page, shop: Shop, number: str) -> None:
    staff.goto(f"{shop.url}/admin/orders/order/?q={number}")
    staff.get_by_role("link", name=number).first.click()


def test_a_gift_is_sent_delivered_withdrawn_from_taken_in_and_paid_back(
    page: Page, staff: Page, shop: Shop
) -> None:
    number = give(page, shop)
    send(staff, shop, number)
    order = shop.mail(GIVER.email, f"{number} is bezorgd").link("/nl/orders/")
    withdraw(page, order)
    assert number in shop.mail(GIVER.email, "We hebben je herroeping ontvangen").text
    take_in(staff, shop, number)

    told = shop.mail(GIVER.email, "erugbetaald|erugbetaling")
    assert "129,95" in told.text
    page.goto(order)
    expect(page.get_by_role("main")).to_contain_text("Creditnota")
    order_page(staff, shop, number)
    expect(staff.locator("#content")).to_contain_text("Terugbetaald")
    assert shop.mails(TAKER.email) == []


def give(page: Page, shop: Shop) -> str:
    """Buy a brush as a gift; the order's number."""
    page.goto(f"{shop.url}/nl/shop/")
    put_in_cart(page, "Stil Pro")
    page.get_by_role("link", name="Naar bestellen").click()
    page.locator("main [name=email]").fill(GIVER.email)
    page.get_by_label("Het is een cadeau").check()
    fill_address(page, "delivery", TAKER)
    page.locator("[name=gift_note]").fill("Gefeliciteerd, en veel plezier ermee.")
    fill_address(page, "billing", GIVER)
    page.get_by_role("button", name="Bestellen en betalen").click()
    pay_at_paypal(page)
    expect(page.get_by_role("main")).to_contain_text("Betaald")
    found = re.search(r"\b20\d\d-\d{6}\b", page.get_by_role("main").inner_text())
    assert found
    return found[0]


def send(staff: Page, shop: Shop, number: str) -> None:
    order_page(staff, shop, number)
    staff.get_by_role("link", name="Pakbon").click()
    slip = staff.locator("body")
    expect(slip).to_contain_text("Gefeliciteerd, en veel plezier ermee.")
    expect(slip).to_contain_text(TAKER.name)
    expect(slip).not_to_contain_text("€")
    expect(slip).not_to_contain_text(GIVER.name)
    order_page(staff, shop, number)
    staff.get_by_role("link", name="Pakket versturen").click()
    staff.locator("[name^=code-]").first.fill(TRACKING)
    staff.get_by_role("button", name="Versturen, en de kopers mailen").click()
    assert TRACKING in shop.mail(GIVER.email, f"{number} is onderweg").text
    order_page(staff, shop, number)
    staff.get_by_role("button", name="Markeren als bezorgd").click()


def withdraw(page: Page, order: str) -> None:
    page.goto(order)
    page.get_by_role("complementary").get_by_role("link", name="Overeenkomst herroepen").click()
    page.locator("main [name=name]").fill(GIVER.name)
    page.get_by_role("button", name="Ga verder").click()
    expect(page.get_by_role("main")).to_contain_text("129,95")
    page.get_by_role("button", name="Herroeping bevestigen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We hebben je herroeping ontvangen")


def take_in(staff: Page, shop: Shop, number: str) -> None:
    """All is there and as new: nobody has to approve what is paid back."""
    order_page(staff, shop, number)
    staff.get_by_role("link", name="ontvang de spullen").click()
    staff.get_by_role("button", name="Ontvang").click()
    staff.locator("[name^=condition-]").first.select_option(label="als nieuw")
    staff.locator("[name^=shelf-]").first.fill("1")
    staff.get_by_role("button", name="Bekeken").click()
