"""What a shopper does, step by step, in Dutch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.shop import Shop

CODE = r"(?:^|code is |De code is )\s*([A-Z0-9]{4}-[A-Z0-9]{4}|\d{6})\b"
PASSWORD = "een lange zin die niemand raadt"


@dataclass(frozen=True)
class Person:
    """Somebody invented, with what a form may ask."""

    email: str
    name: str
    phone: str
    street: str
    house_number: str
    postcode: str
    city: str

    @property
    def identifiers(self) -> list[str]:
        """What a search for this person looks for."""
        return [
            self.email,
            self.name,
            self.phone,
            f"{self.street} {self.house_number}",
            self.street,
        ]


def someone(word: str, number: int) -> Person:
    """A person no other test knows: every identifier carries ``word``."""
    return Person(
        email=f"{word}@voorbeeld.test",
        name=f"{word.capitalize()} van der Zoekterm",
        phone=f"+31 6 5550{number:04d}",
        street=f"{word.capitalize()}zoeklaan",
        house_number=str(number),
        postcode="1015 AA",
        city="Amsterdam",
    )


def put_in_cart(page: Page, product: str) -> None:
    """From a list of products to the cart."""
    page.get_by_role("main").get_by_role("link", name=product, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(product)
    page.get_by_role("button", name="In winkelmand").click()


def fill_address(page: Page, part: str, person: Person) -> None:
    for name in ("name", "street", "house_number", "postcode", "city"):
        page.locator(f"[name={part}_{name}]").fill(getattr(person, name))
    page.locator(f"[name={part}_country]").select_option("NL")


def pay_at_paypal(page: Page) -> None:
    """At the sandbox's page: approve, and come back to the shop."""
    expect(page).to_have_url(re.compile("/checkoutnow"))
    page.get_by_role("button", name="Approve").click()


def buy(page: Page, shop: Shop, person: Person, payer: Person | None = None) -> str:
    """Buy one thing as whoever is signed in, or as a guest; the order number."""
    page.goto(f"{shop.url}/nl/shop/")
    put_in_cart(page, "Beek")
    page.goto(f"{shop.url}/nl/checkout/")
    page.locator("[name=email]").fill(person.email)
    page.locator("[name=phone]").fill(person.phone)
    fill_address(page, "delivery", person)
    if payer:
        page.locator("[name=same]").uncheck()
        fill_address(page, "billing", payer)
    page.get_by_role("button", name="Bestellen en betalen").click()
    pay_at_paypal(page)
    expect(page.get_by_role("main")).to_contain_text("betaald", ignore_case=True)
    found = re.search(r"\b20\d\d-\d{4,}\b", page.get_by_role("main").inner_text())
    assert found, page.get_by_role("main").inner_text()
    return found[0]


def sign_in(page: Page, shop: Shop, email: str, password: str) -> None:
    page.goto(f"{shop.url}/nl/account/login/")
    page.get_by_label("E-mailadres").first.fill(email)
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Inloggen", exact=True).click()
    expect(page).not_to_have_url(re.compile("/login/"))


def sign_up(page: Page, shop: Shop, person: Person) -> None:
    """By e-mail, with the code from the verification mail."""
    page.goto(f"{shop.url}/nl/account/signup/")
    page.locator("main [name=email]").fill(person.email)
    page.locator("main [name=password1]").fill(PASSWORD)
    page.locator("main [name=name]").fill(person.name)
    page.get_by_role("button", name="Account maken").click()
    enter_code(page, shop, person.email)


def enter_code(page: Page, shop: Shop, email: str) -> None:
    """Type the code of the newest mail into the page that asks for it."""
    expect(page.locator("main [name=code]")).to_be_visible()
    mail = shop.mail(email, "code|Code")
    found = re.search(CODE, mail.text, re.MULTILINE)
    assert found, mail.text
    page.locator("main [name=code]").fill(found[1].strip())
    page.locator("main form").filter(has=page.locator("[name=code]")).get_by_role(
        "button"
    ).first.click()
