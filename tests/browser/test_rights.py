from __future__ import annotations

import io
import json
import re
import time
import zipfile

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import scan
from tests.browser.conftest import COOLING_OFF
from tests.browser.shop import Mail, Shop
from tests.browser.steps import (
    PASSWORD,
    Person,
    buy,
    enter_code,
    sign_in,
    sign_up,
    someone,
)

TOLD = 90  # seconds in which the receipt leaves and those who had received data are told
KEPT = {  # as a receipt says it
    "Facturen": "orders_invoice",
    "Bestellingen": "orders_order",
    "Privacyverzoeken": "privacy_request",
    "Doorgiften van je gegevens": "privacy_disclosure",
}


def prove_again(page: Page) -> None:
    """The password once more, where a delicate page asks for it."""
    if page.locator("main [name=password]").count():
        page.locator("main [name=password]").fill(PASSWORD)
        page.locator("main form button").first.click()


def ask_for_deletion(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/nl/account/privacy/delete/")
    prove_again(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Account verwijderen")


def left_over(shop: Shop, person: Person) -> set[str]:
    """The tables in which this person can still be found."""
    return {hit.table for hit in scan.find(shop.var, person.identifiers)}


def assert_only_what_the_receipt_lists(shop: Shop, person: Person, receipt: Mail) -> None:
    _gone, _heading, stays = receipt.text.partition("Dit moet blijven:")
    listed = {table for word, table in KEPT.items() if f"- {word}" in stays}

    deadline = time.monotonic() + TOLD  # what the case still needs goes once all were told
    while (found := left_over(shop, person)) != listed and time.monotonic() < deadline:
        time.sleep(1)
    assert found == listed
    assert "orders_invoice" in listed
    assert "17(3)(b)" in stays
    assert re.search(r"1 januari 20\d\d", stays), stays


def test_she_sees_downloads_and_corrects_what_is_held(page: Page, shop: Shop) -> None:
    person = someone("inzage", 21)
    sign_up(page, shop, person)
    buy(page, shop, person)

    page.goto(f"{shop.url}/nl/account/privacy/")
    main = page.get_by_role("main")
    expect(main).to_contain_text(person.email)
    expect(main).to_contain_text(person.name)
    expect(main).to_contain_text("PayPal")

    page.goto(f"{shop.url}/nl/account/privacy/download/")
    page.get_by_role("main").get_by_role("button", name="Bestand klaarzetten").click()
    prove_again(page)
    expect(page.get_by_role("heading", name="Klaar", exact=True)).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("button", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        names = archive.namelist()
        assert {"index.html", "data.json"} <= set(names)
        data = json.dumps(json.loads(archive.read("data.json")), ensure_ascii=False)
        html = io.TextIOWrapper(archive.open("index.html"), encoding="utf-8").read()
    for identifier in (person.email, person.name, person.street):
        assert identifier in data
        assert identifier in html
    assert "<script" not in html
    assert "pbkdf2" not in data
    assert "argon2" not in data

    page.goto(f"{shop.url}/nl/account/privacy/correct/")
    page.locator(f"main input[value='{person.name}']").fill("Inge Verbeterd")
    page.get_by_role("main").get_by_role("button", name="Opslaan").click()
    page.goto(f"{shop.url}/nl/account/privacy/")
    expect(main).to_contain_text("Inge Verbeterd")


def test_her_deletion_is_previewed_cools_off_and_runs_by_itself(page: Page, shop: Shop) -> None:
    person, other = someone("vergeetmij", 22), someone("blijver", 23)
    sign_up(page, shop, person)
    buy(page, shop, person, payer=person)
    ask_for_deletion(page, shop)
    expect(page.get_by_role("heading", name="Dit gaat weg")).to_be_visible()
    expect(page.get_by_role("heading", name="Dit moet blijven")).to_be_visible()

    page.get_by_role("button", name="Verwijder mijn account").click()

    assert shop.mail(person.email, "verwijderd|gewist").link("/privacy/keep/")
    receipt = shop.mail(person.email, "hebben gewist", within=COOLING_OFF + 60)
    page.goto(f"{shop.url}/nl/account/")
    expect(page).to_have_url(re.compile("/login/"))
    assert_only_what_the_receipt_lists(shop, person, receipt)
    assert left_over(shop, other) == set()


def test_the_link_in_the_mail_takes_a_deletion_back(
    page: Page, shop: Shop, browser: Browser
) -> None:
    person = someone("bedenktijd", 24)
    sign_up(page, shop, person)
    ask_for_deletion(page, shop)
    page.get_by_role("button", name="Verwijder mijn account").click()
    link = shop.mail(person.email, "verwijderd|gewist").link("/privacy/keep/")

    elsewhere = browser.new_context(locale="nl-NL").new_page()
    elsewhere.goto(link)
    elsewhere.get_by_role("main").get_by_role("button").click()

    expect(elsewhere.get_by_role("heading", level=1)).to_have_text(
        "Het verwijderen is teruggedraaid"
    )
    elsewhere.wait_for_timeout((COOLING_OFF + 15) * 1000)
    assert "accounts_user" in left_over(shop, person)
    elsewhere.context.close()


def file_request(page: Page, shop: Shop, person: Person, number: str) -> str:
    """Ask for erasure without an account, prove the address; the case's reference."""
    page.goto(f"{shop.url}/nl/privacy/request/")
    page.locator("main [name=kind][value=erasure]").check()
    page.locator("main [name=email]").fill(person.email)
    page.locator("main [name=order_reference]").fill(number)
    page.get_by_role("button", name="Stuur me een code").click()
    enter_code(page, shop, person.email)
    found = re.search(r"V-[0-9A-Z-]{14}", page.get_by_role("main").inner_text())
    assert found, page.get_by_role("main").inner_text()
    return found[0]


@pytest.mark.parametrize("role", ["staff", "support"])
def test_staff_do_not_see_the_queue(page: Page, shop: Shop, role: str) -> None:
    sign_in(page, shop, *shop.sign_in(role))

    answer = page.goto(f"{shop.url}/admin/privacy/request/")

    assert answer
    assert answer.status == 403


def test_a_guest_is_erased_once_the_officer_approves(
    page: Page, shop: Shop, browser: Browser
) -> None:
    person, other = someone("gastvrij", 25), someone("buurvrouw", 26)
    number = buy(page, shop, person)
    other_page = browser.new_context(locale="nl-NL").new_page()
    buy(other_page, shop, other)
    before = scan.find(shop.var, other.identifiers)
    reference = file_request(page, shop, person, number)
    assert "orders_order" in left_over(shop, person)

    officer = browser.new_context(locale="nl-NL").new_page()
    sign_in(officer, shop, *shop.sign_in("dpo"))
    officer.goto(f"{shop.url}/admin/privacy/request/")
    officer.get_by_role("row").filter(has_text=reference).get_by_role("link").first.click()
    expect(officer.locator(".clock").first).to_be_visible()
    expect(officer.locator("#content")).to_contain_text("Facturen bewaren")
    officer.get_by_role("button", name=re.compile("Goedkeuren")).click()

    receipt = shop.mail(person.email, "hebben gewist", within=60)
    assert_only_what_the_receipt_lists(shop, person, receipt)
    assert scan.find(shop.var, other.identifiers) == before


def test_the_purge_says_first_what_it_would_do(shop: Shop) -> None:
    said = shop.manage("purge")

    assert said.strip()
