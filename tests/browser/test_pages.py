from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.shop import Shop
from tests.browser.steps import sign_in

PATHS = ("", "shop/", "product/stil-pro/", "search/?q=stil", "cart/", "privacy/", "account/login/")

OFFICERS = (
    *("request/", "request/figures/", "request/enter/", "request/report/2026/"),
    *("disclosure/", "disclosure/add/"),
)


def test_no_page_asks_another_machine_for_anything(page: Page, shop: Shop) -> None:
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith(shop.url) else elsewhere.append(request.url),
    )

    for path in PATHS:
        page.goto(f"{shop.url}/nl/{path}")

    assert elsewhere == []


def test_no_page_is_wider_than_a_telephone(page: Page, shop: Shop) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    wide = []

    for path in PATHS:
        page.goto(f"{shop.url}/nl/{path}")
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(path)

    assert wide == []


def test_no_page_of_the_officer_is_wider_than_a_telephone(page: Page, shop: Shop) -> None:
    sign_in(page, shop, *shop.sign_in("dpo"))
    page.set_viewport_size({"width": 390, "height": 844})
    wide = []

    for path in OFFICERS:
        answer = page.goto(f"{shop.url}/admin/privacy/{path}")
        assert answer is not None
        assert answer.status == 200, path
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(path)

    assert wide == []


def test_no_page_complains_in_the_console(page: Page, shop: Shop) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    for path in PATHS:
        page.goto(f"{shop.url}/nl/{path}")

    assert said == []


def test_no_log_holds_a_sign_in_s_password(shop: Shop) -> None:
    passwords = {entry["password"] for entry in shop.addresses["sign_ins"]}
    logs = [path for path in (shop.var / "log").iterdir() if path.is_file()]

    assert logs
    assert [p.name for p in logs if any(word in p.read_text() for word in passwords)] == []
