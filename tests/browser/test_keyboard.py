"""A person's rights by the keyboard alone: once she has an account, no pointer touches a page."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.shop import Shop
from tests.browser.steps import PASSWORD, sign_up, someone

STOPS = 200  # presses of Tab after which a control counts as out of reach
PAGES = (
    *("account/privacy/", "account/privacy/choices/", "account/privacy/told/"),
    *("account/privacy/correct/", "account/privacy/requests/", "privacy/request/"),
)
HAS_FOCUS = "element => element === document.activeElement"
STOP = """() => {
    const stop = document.activeElement, box = stop.getBoundingClientRect();
    const around = [stop, stop.closest("label"), stop.parentElement].filter(Boolean);
    const drawn = (element, part) => {
        const style = getComputedStyle(element, part);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    };
    window.stops = [...(window.stops || []), stop];
    const before = window.stops[window.stops.length - 2];
    return {
        what: stop.outerHTML.slice(0, 160),
        end: stop === document.body || !document.querySelector("main").contains(stop),
        shown: around.some(one => drawn(one) || drawn(one, "::after")),
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        onward: !before || !!(before.compareDocumentPosition(stop) & 4),
    };
}"""
LEFT_OUT = """() => [...document.querySelectorAll(
    "main :is(a[href], button, summary, select, textarea, input:not([type=hidden], [type=radio]))"
)].filter(one => one.checkVisibility() && !one.disabled && !window.stops.includes(one))
  .map(one => one.outerHTML.slice(0, 160))"""


def stop(page: Page) -> dict[str, Any]:
    """Where the focus is; it must be drawn, on the screen, and further down than before."""
    found: dict[str, Any] = page.evaluate(STOP)
    if not found["end"]:
        assert (found["shown"], found["seen"], found["onward"]) == (True, True, True), found
    return found


def walk(page: Page) -> None:
    """Tab through the page, every expander opened on the way: nothing of it is left out."""
    page.locator("main").focus()
    page.evaluate("window.stops = []")
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        found = stop(page)
        if found["end"]:
            break
        if found["what"].startswith("<summary") and page.evaluate(
            "() => !document.activeElement.parentElement.open"
        ):
            page.keyboard.press("Space")
    assert page.evaluate(LEFT_OUT) == []


def reach(page: Page, control: Locator) -> None:
    """Press Tab until the control has the focus."""
    expect(control).to_be_visible()
    page.evaluate("window.stops = []")
    for _ in range(STOPS):
        if control.evaluate(HAS_FOCUS):
            stop(page)
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {control}.")


def press(page: Page, control: Locator, key: str = "Enter") -> None:
    reach(page, control)
    page.keyboard.press(key)


def file_a_request(page: Page, shop: Shop, email: str) -> None:
    """Wrong first: the focus goes to what is wrong. Then right, with its code."""
    main = page.get_by_role("main")
    button = main.get_by_role("button", name="Stuur me een code")
    page.goto(f"{shop.url}/nl/privacy/request/")
    press(page, button)
    expect(page.locator(".error-summary")).to_be_focused()
    stop(page)
    press(page, page.locator(".error-summary a").first)
    expect(main.locator("[name=email]")).to_be_focused()
    page.keyboard.type(email)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(main.locator("[name=kind][value=recipients]")).to_be_checked()
    press(page, button, "Space")
    reach(page, main.locator("[name=code]"))
    found = re.search(r"\b(\d{6})\b", shop.mail(email, "code").text)
    assert found
    page.keyboard.type(found[1])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/request/V-[0-9A-Z-]+/$"))


def switch(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/nl/account/privacy/choices/")
    button = page.locator("form", has=page.locator("#c-for-you")).get_by_role("button")
    for key, then in (("Enter", "withdraw"), ("Space", "give")):
        press(page, button, key)
        expect(button).to_have_attribute("value", then)


def correct(page: Page, shop: Shop, name: str) -> None:
    main = page.get_by_role("main")
    page.goto(f"{shop.url}/nl/account/privacy/correct/")
    reach(page, main.locator(f"input[value='{name}']"))
    page.keyboard.press("Control+A")
    page.keyboard.type("Tess Toets")
    press(page, main.get_by_role("button", name="Opslaan"))
    page.goto(f"{shop.url}/nl/account/privacy/")
    expect(main).to_contain_text("Tess Toets")


def prove_again(page: Page) -> None:
    """The password once more, which the first delicate deed asks for."""
    expect(page).to_have_url(re.compile("/reauthenticate/"))
    reach(page, page.locator("main [name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/reauthenticate/"))


def download(page: Page, shop: Shop) -> None:
    main = page.get_by_role("main")
    page.goto(f"{shop.url}/nl/account/privacy/download/")
    press(page, main.get_by_role("button", name="Bestand klaarzetten"))
    prove_again(page)
    expect(page.get_by_role("heading", name="Klaar", exact=True)).to_be_visible(timeout=30_000)
    with page.expect_download() as archive:
        press(page, main.get_by_role("button", name="Download"))
    assert archive.value.suggested_filename.endswith(".zip")


def delete_and_take_back(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/nl/account/privacy/delete/")
    walk(page)
    press(page, page.get_by_role("button", name="Verwijder mijn account"))
    expect(page).to_have_url(re.compile("/scheduled/"))
    press(page, page.get_by_role("button", name="Behoud mijn account"), "Space")
    expect(page.get_by_role("main")).to_contain_text("ingetrokken")


def test_all_that_a_person_may_do_with_her_data_is_done_without_a_pointer(
    page: Page, shop: Shop
) -> None:
    page.emulate_media(reduced_motion="reduce")  # no smooth scrolling: what is focused is there
    person = someone("toetsen", 61)
    file_a_request(page, shop, "toetsgast@voorbeeld.test")
    sign_up(page, shop, person)
    for path in PAGES:
        page.goto(f"{shop.url}/nl/{path}")
        walk(page)
    switch(page, shop)
    correct(page, shop, person.name)
    download(page, shop)
    delete_and_take_back(page, shop)
