"""The cookie choice in a real browser, with and without script."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.shop import Shop

STORED = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"


def banner(page: Page) -> Any:
    return page.get_by_role("region", name="Mogen we cookies gebruiken?")


def cookies(context: BrowserContext) -> dict[str, str]:
    return {str(cookie["name"]): str(cookie["value"]) for cookie in context.cookies()}


def test_nothing_is_kept_before_a_choice_and_reject_is_within_six_tabs(
    shop: Shop, page: Page
) -> None:
    page.goto(f"{shop.url}/nl/")
    expect(banner(page)).to_be_visible()
    assert cookies(page.context) == {}
    assert page.evaluate(STORED) == []

    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "reject":
            break
    page.keyboard.press("Enter")

    expect(banner(page)).to_have_count(0)
    kept = cookies(page.context)
    assert list(kept) == ["choice"]
    assert "functional=-1" in kept["choice"]
    assert "id=" not in kept["choice"]
    assert page.evaluate(STORED) == []
    page.reload()
    expect(banner(page)).to_have_count(0)


def test_escape_closes_the_dialog_without_choosing_and_focus_returns(
    shop: Shop, page: Page
) -> None:
    page.goto(f"{shop.url}/nl/")
    page.get_by_role("link", name="Zelf kiezen").click()
    expect(page.get_by_role("dialog", name="Zelf kiezen")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Zelf kiezen")).to_be_focused()
    expect(banner(page)).to_be_visible()
    assert cookies(page.context) == {}


def test_one_purpose_is_chosen_and_withdrawn_from_the_footer(shop: Shop, page: Page) -> None:
    page.goto(f"{shop.url}/nl/")
    page.get_by_role("link", name="Zelf kiezen").click()
    page.get_by_role("switch", name="Functioneel").check()
    page.get_by_role("button", name="Keuze opslaan").click()
    expect(banner(page)).to_have_count(0)
    assert "functional=1|analytics=-1" in cookies(page.context)["choice"]

    page.get_by_role("contentinfo").get_by_role("link", name="Cookievoorkeuren").click()
    page.get_by_role("button", name="Alles weigeren").click()

    expect(page.get_by_role("switch", name="Functioneel")).not_to_be_checked()
    assert "functional=-1" in cookies(page.context)["choice"]


def test_the_choice_needs_no_script(shop: Shop, browser: Browser) -> None:
    context = browser.new_context(locale="nl-NL", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shop.url}/nl/shop/")
    expect(page.get_by_role("button", name="Alles weigeren")).to_have_count(0)

    page.get_by_role("button", name="Accepteren").click()

    expect(banner(page)).to_have_count(0)
    assert page.url == f"{shop.url}/nl/shop/"
    assert "functional=1" in cookies(context)["choice"]
    context.close()


def test_a_choice_that_does_not_arrive_is_announced_and_the_banner_stays(
    shop: Shop, page: Page
) -> None:
    page.goto(f"{shop.url}/nl/")
    page.route("**/privacy/choice", lambda route: route.abort())

    page.get_by_role("button", name="Accepteren", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Dat kwam niet aan")
    expect(banner(page)).to_be_visible()
    assert cookies(page.context) == {}


def test_an_older_tab_shows_the_newer_choice_instead_of_undoing_it(shop: Shop, page: Page) -> None:
    page.goto(f"{shop.url}/nl/")
    newer = page.context.new_page()
    newer.goto(f"{shop.url}/nl/")
    newer.get_by_role("button", name="Weigeren", exact=True).click()
    expect(banner(newer)).to_have_count(0)

    page.get_by_role("button", name="Accepteren", exact=True).click()

    expect(page.get_by_role("heading", name="Cookievoorkeuren")).to_be_visible()
    expect(page.get_by_role("switch", name="Functioneel")).not_to_be_checked()
    assert "functional=-1" in cookies(page.context)["choice"]


def test_global_privacy_control_needs_no_click(shop: Shop, browser: Browser) -> None:
    context = browser.new_context(locale="nl-NL", extra_http_headers={"Sec-GPC": "1"})
    page = context.new_page()

    page.goto(f"{shop.url}/nl/")

    expect(page.get_by_text("Je browser stuurt Global Privacy Control")).to_be_visible()
    expect(banner(page)).to_have_count(0)
    assert cookies(context) == {}
    context.close()
