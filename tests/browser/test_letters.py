from __future__ import annotations

import re
import urllib.parse
import urllib.request

from playwright.sync_api import Browser, Page, expect

from tests.browser.shop import Mail, Shop
from tests.browser.steps import sign_in


def subscribe(page: Page, shop: Shop, email: str) -> None:
    """Sign up in the footer with an address alone, and confirm by mail."""
    page.goto(f"{shop.url}/nl/")
    page.get_by_role("contentinfo").get_by_label("E-mailadres").fill(email)
    page.get_by_role("contentinfo").get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nog één stap")
    mail = shop.mail(email, "[Bb]evestig")
    assert len(shop.mails(email)) == 1
    page.goto(mail.link("/newsletter/"))
    page.get_by_role("main").locator("form").get_by_role("button").first.click()


def send(page: Page, shop: Shop, subject: str) -> None:
    """Staff write a newsletter in the admin and send it to everybody who confirmed."""
    page.goto(f"{shop.url}/admin/mailings/issue/add/")
    for name, words in {
        "subject_nl": subject,
        "body_nl": "Een stille borstel is een goede borstel.",
        "subject_en": f"{subject} in English",
        "body_en": "A quiet brush is a good brush.",
    }.items():
        page.locator(f"[name={name}]").fill(words)
    page.locator("[name=_continue]").click()
    page.get_by_role("link", name=re.compile("^Verzenden")).click()
    page.locator("#content input[type=submit]").click()


def press_unsubscribe(mail: Mail) -> int:
    """What a mail program's own button does (RFC 8058); the answer's status."""
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = mail.headers["List-Unsubscribe"].strip("<>")
    body = urllib.parse.urlencode({"List-Unsubscribe": "One-Click"}).encode()
    with urllib.request.urlopen(urllib.request.Request(address, body)) as answer:
        return int(answer.status)


def test_a_letter_comes_until_it_is_stopped(page: Page, shop: Shop, browser: Browser) -> None:
    by_link, by_button, faithful = (f"{name}@voorbeeld.test" for name in ("link", "knop", "trouw"))
    for email in (by_link, by_button, faithful):
        subscribe(page, shop, email)
    staff = browser.new_context(locale="nl-NL").new_page()
    sign_in(staff, shop, *shop.sign_in("staff"))
    send(staff, shop, "Eerste brief")

    stopped = shop.mail(by_link, "^Eerste brief")
    page.goto(stopped.link("/u/"))
    page.get_by_role("main").get_by_role("button", name="Afmelden").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Klaar")
    assert press_unsubscribe(shop.mail(by_button, "^Eerste brief")) == 200
    assert press_unsubscribe(shop.mail(by_button, "^Eerste brief")) == 200

    send(staff, shop, "Tweede brief")
    shop.mail(faithful, "^Tweede brief")
    page.wait_for_timeout(5_000)
    for email in (by_link, by_button):
        assert [m.subject for m in shop.mails(email) if "Tweede" in m.subject] == []
        assert len(shop.mails(email)) == 2


def test_opening_the_link_changes_nothing(page: Page, shop: Shop, browser: Browser) -> None:
    email = "scanner@voorbeeld.test"
    subscribe(page, shop, email)
    staff = browser.new_context(locale="nl-NL").new_page()
    sign_in(staff, shop, *shop.sign_in("staff"))
    send(staff, shop, "Brief een")

    page.goto(shop.mail(email, "^Brief een").link("/u/"))
    send(staff, shop, "Brief twee")

    assert shop.mail(email, "^Brief twee").subject.startswith("Brief twee")
