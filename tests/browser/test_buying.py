from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.shop import Shop
from tests.browser.steps import (
    Person,
    buy,
    fill_address,
    pay_at_paypal,
    put_in_cart,
    sign_up,
    someone,
)


def test_a_guest_finds_by_category_and_search_pays_and_is_confirmed(page: Page, shop: Shop) -> None:
    giver, taker = someone("gulle", 11), someone("ontvanger", 12)
    page.goto(shop.url)
    expect(page).to_have_url(f"{shop.url}/nl/")

    page.get_by_role("navigation", name="Winkel").get_by_role("link", name="Tandenborstels").click()
    put_in_cart(page, "Stil Pro")
    page.get_by_role("searchbox").first.fill("opzetborstels gevoelig")
    page.get_by_role("searchbox").first.press("Enter")
    put_in_cart(page, "Opzetborstels Zacht")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("link", name="Naar bestellen").click()
    page.locator("[name=email]").fill(giver.email)
    fill_address(page, "delivery", taker)
    page.locator("[name=same]").uncheck()
    fill_address(page, "billing", giver)
    page.get_by_role("button", name="Bestellen en betalen").click()
    pay_at_paypal(page)

    expect(page).to_have_url(re.compile(rf"{shop.url}/nl/orders/"))
    expect(page.get_by_role("main")).to_contain_text("betaald", ignore_case=True)
    mail = shop.mail(giver.email, "bevestigd")
    assert "Stil Pro" in mail.text
    assert taker.street in mail.text
    assert shop.mails(taker.email) == []


def test_a_mistake_in_the_checkout_loses_nothing(page: Page, shop: Shop) -> None:
    person = someone("vergeet", 13)
    page.goto(f"{shop.url}/nl/shop/")
    put_in_cart(page, "Etui")
    page.goto(f"{shop.url}/nl/checkout/")
    fill_address(page, "delivery", person)
    page.locator("[name=email]").fill("geen-adres")

    page.get_by_role("button", name="Bestellen en betalen").click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=delivery_street]")).to_have_value(person.street)
    expect(page.locator("[name=email]")).to_have_value("geen-adres")
    expect(page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")


def test_someone_makes_an_account_by_mail_and_buys(page: Page, shop: Shop) -> None:
    person = someone("nieuwkomer", 14)
    sign_up(page, shop, person)

    number = buy(page, shop, person)

    page.goto(f"{shop.url}/nl/account/orders/")
    expect(page.get_by_role("main")).to_contain_text(number)
    assert number in shop.mail(person.email, "bevestigd").text


def provided(page: Page, shop: Shop, provider: str, person: Person) -> None:
    """Sign in at a stand-in provider as somebody typed by hand."""
    page.goto(f"{shop.url}/nl/account/login/")
    page.get_by_role("button", name=provider).click()
    form = page.locator("form").filter(has=page.locator("[name=email]:not([type=hidden])"))
    form.locator("[name=email]").fill(person.email)
    form.locator("[name=name]").fill(person.name)
    form.get_by_role("button").last.click()


def test_someone_signs_in_by_google_and_buys(page: Page, shop: Shop) -> None:
    person = someone("viagoogle", 15)

    provided(page, shop, "Google", person)
    expect(page).to_have_url(re.compile(rf"{shop.url}/nl/"))
    number = buy(page, shop, person)

    page.goto(f"{shop.url}/nl/account/orders/")
    expect(page.get_by_role("main")).to_contain_text(number)


def test_someone_signs_in_by_facebook_and_buys(page: Page, shop: Shop) -> None:
    person = someone("viafacebook", 16)

    provided(page, shop, "Facebook", person)
    if page.locator("main [name=code]").count():
        from tests.browser.steps import enter_code

        enter_code(page, shop, person.email)
    number = buy(page, shop, person)

    page.goto(f"{shop.url}/nl/account/orders/")
    expect(page.get_by_role("main")).to_contain_text(number)
