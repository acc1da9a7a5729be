"""Buyers: each has a plan, a browser and patience, and knows nothing of the shop's insides."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from urllib.parse import urljoin

import requests

from tests.drills.browser import Browser, FormReader, Wrong

PLANS = {  # what a buyer does, and how many of a hundred do so
    "pays": 27,
    "clicks twice": 10,
    "comes back twice": 10,
    "closes the tab": 10,
    "cancels and leaves": 5,
    "cancels, then pays": 8,
    "is declined, then pays": 8,
    "leaves at once": 5,
    "changes the cart": 5,
    "withdraws": 5,
    "cancels the paid order": 7,
}
TRIES = 60  # times that somebody presses a button again
AGAIN = 3  # times that somebody goes to PayPal once more
PAUSE = 1.5  # seconds before that
ADDRESS = {
    "phone": "",
    "delivery_name": "Drill Buyer",
    "delivery_street": "Oefenkade",
    "delivery_house_number": "1",
    "delivery_postcode": "1011AB",
    "delivery_city": "Amsterdam",
    "delivery_country": "NL",
    "same": "on",
}


class Buyer:
    def __init__(self, shop: str, number: int, dice: random.Random, wrong: Wrong) -> None:
        self.shop, self.dice = shop, dice
        self.plan = dice.choices(list(PLANS), list(PLANS.values()))[0]
        self.language = dice.choice(["nl", "en"])
        self.email = f"drill-{number}@example.test"
        self.browser = Browser(shop, lambda what: wrong(f"{self.plan}: {what}"))
        self.scarce = ""  # an article of which there are fewer than buyers
        self.came = "did not order"

    def url(self, path: str) -> str:
        return f"/{self.language}/{path}"

    def run(self, skus: list[str], scarce: str) -> None:
        self.scarce = scarce
        self.fill_the_cart(skus)
        plans: dict[str, Callable[[str], object]] = {
            "closes the tab": lambda at: self.choose(at, "close"),
            "cancels and leaves": lambda at: self.choose(at, "cancel"),
            "leaves at once": lambda _: None,
            "cancels, then pays": self.cancel_then_pay,
            "is declined, then pays": self.be_declined_then_pay,
            "comes back twice": self.come_back_twice,
            "changes the cart": self.change_the_cart,
            "withdraws": lambda at: self.once_paid(at, "withdraw", self.declare),
            "cancels the paid order": lambda at: self.once_paid(at, "cancel", self.cancel),
        }
        paypal = self.order()
        if paypal:
            self.came = "went to PayPal"
            plans.get(self.plan, self.pay)(paypal)

    def fill_the_cart(self, skus: list[str]) -> None:
        for sku in skus:
            quantity = str(self.dice.choice([1, 1, 1, 2]))
            self.browser.open(self.url("cart/add/"), {"sku": sku, "quantity": quantity})

    def order(self) -> str:
        """Place the order; PayPal's address for paying it, or empty."""
        for _ in range(TRIES):
            form = self.browser.form(self.browser.open(self.url("checkout/")), "/checkout/")
            if form is None:
                self.came = "found it sold out"
                return ""
            data = form.fields | ADDRESS | {"email": self.email}
            placed = self.submit(form.action, data)
            if placed.is_redirect:
                return self.way_to_paypal(placed)
            time.sleep(PAUSE)
            self.take_out_what_is_gone()
        self.came = "gave up at the checkout"
        self.browser.wrong(f"{self.email} could not order in {TRIES} tries")
        return ""

    def take_out_what_is_gone(self) -> None:
        """Somebody else was quicker with the last ones: the cart says so, and lets them go."""
        page = self.browser.open(self.url("cart/"))
        for form in FormReader(page.text).forms:
            if form.fields.get("sku") == self.scarce:
                self.browser.load(form.action, form.fields | {"remove": "1"})

    def submit(self, action: str, data: dict[str, str]) -> requests.Response:
        if self.plan != "clicks twice":
            return self.browser.load(action, data)
        return self.twice(lambda tab: tab.load(action, data))

    def twice(self, do: Callable[[Browser], requests.Response]) -> requests.Response:
        """The same at once from two tabs; the second one's answer is not looked at."""
        other = threading.Thread(target=do, args=[self.browser.twin()])
        other.start()
        answer = do(self.browser)
        other.join()
        return answer

    def way_to_paypal(self, answer: requests.Response) -> str:
        """Press "pay" on the order's page until it leads to PayPal, or there is nothing to pay."""
        for _ in range(TRIES):
            if answer.is_redirect and not self.browser.in_shop(answer):
                return str(answer.headers["Location"])
            if answer.is_redirect:
                answer = self.browser.open(urljoin(answer.url, answer.headers["Location"]))
                continue
            form = self.browser.form(answer, "/pay/")
            if form is None:
                return ""
            time.sleep(PAUSE)
            answer = self.browser.load(form.action, form.fields)
        self.came = "gave up waiting for PayPal"
        self.browser.wrong(f"{self.email} could not pay in {TRIES} tries")
        return ""

    def choose(self, paypal: str, choice: str) -> str:
        """Press a button at PayPal; where that leads to, or empty."""
        answer = self.browser.load(paypal, {"choice": choice})
        self.came = {"cancel": "cancelled", "decline": "was declined"}.get(choice, "approved")
        return str(answer.headers.get("Location", ""))

    def pay(self, paypal: str) -> None:
        self.see(self.browser.open(self.choose(paypal, "approve")))

    def see(self, page: requests.Response) -> None:
        """Pay once more as long as the shop, or PayPal through it, asks for that."""
        for _ in range(AGAIN):
            paypal = self.way_to_paypal(page)
            if not paypal:
                return
            page = self.browser.open(self.choose(paypal, "approve"))

    def come_back_twice(self, paypal: str) -> None:
        back = self.choose(paypal, "approve")
        self.see(self.twice(lambda tab: tab.open(back)))

    def cancel_then_pay(self, paypal: str) -> None:
        again = self.way_to_paypal(self.browser.open(self.choose(paypal, "cancel")))
        if again:
            self.pay(again)

    def be_declined_then_pay(self, paypal: str) -> None:
        self.see(self.browser.open(self.choose(paypal, "decline")))

    def change_the_cart(self, paypal: str) -> None:
        page = self.browser.open(self.choose(paypal, "cancel"))
        form = self.browser.form(page, "/reopen/")
        if form is None:
            return
        self.browser.open(form.action, form.fields)
        again = self.order()
        if again:
            self.pay(again)

    def once_paid(self, paypal: str, way: str, go: Callable[[str], None]) -> None:
        """Pay, then take a way that the order's page offers before anything was sent."""
        page = self.browser.open(self.choose(paypal, "approve"))
        for _ in range(TRIES):
            self.see(page)
            page = self.browser.open(page.url)
            link = re.search(rf'href="([^"]*/orders/[^"]*/{way}/)"', page.text)
            if link:
                go(link[1])
                return
            time.sleep(PAUSE)

    def cancel(self, address: str) -> None:
        form = self.browser.form(self.browser.open(address), "/cancel/")
        if form:
            self.twice(lambda tab: tab.open(form.action, form.fields))
            self.came = "cancelled the paid order"

    def declare(self, address: str) -> None:
        form = self.browser.form(self.browser.open(address), "/withdraw/")
        for _ in range(2):  # who, which and what; then the control that declares it
            if form is None:
                return
            page = self.browser.open(form.action, form.fields)
            form = self.browser.form(page, "/withdraw/confirm/")
        too_often = form is not None  # so many from one network are asked to wait
        self.came = "was told to withdraw later" if too_often else "withdrew"
