"""A browser made of HTTP alone: cookies, forms, redirects, and a buyer's patience."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

PATIENCE = 20  # times that a page is loaded again while the shop does not answer
PAUSE = 1.0  # seconds before that
TIMEOUT = (5, 90)  # seconds
REDIRECTS = 8
CHOSEN = ("radio", "checkbox")
OURS = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
Wrong = Callable[[str], None]


class Form:
    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}


class FormReader(HTMLParser):
    """The forms of a page with the values a browser would send, by their action."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("action", "")))
        elif self.forms:
            self._control(tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def _control(self, tag: str, said: dict[str, str]) -> None:
        fields, name = self.forms[-1].fields, said.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in said or self._select not in fields:
                fields[self._select] = said.get("value", "")
        elif tag == "input" and name and sent(said):
            fields[name] = said.get("value", "on" if said.get("type") in CHOSEN else "")


def sent(said: dict[str, str]) -> bool:
    """Whether a browser sends this control as it stands."""
    kind = said.get("type")
    return "checked" in said if kind in CHOSEN else kind not in ("submit", "button")


class Browser:
    def __init__(self, shop: str, wrong: Wrong) -> None:
        self.shop, self.wrong = shop, wrong
        self.session = requests.Session()
        self.session.trust_env = False

    def twin(self) -> Browser:
        """A second tab: the same cookies, its own connection."""
        other = Browser(self.shop, self.wrong)
        other.session.cookies.update(self.session.cookies)
        return other

    def load(self, address: str, data: dict[str, str] | None = None) -> requests.Response:
        """One request, pressed again while nobody answers; a server error is written down."""
        method, url = "GET" if data is None else "POST", urljoin(self.shop, address)
        for _ in range(PATIENCE):
            try:
                answer = self.session.request(
                    method, url, data=data, headers=OURS, timeout=TIMEOUT, allow_redirects=False
                )
            except requests.RequestException:
                time.sleep(PAUSE)
                continue
            if answer.status_code >= 500 and answer.status_code != 503:
                self.wrong(f"{answer.status_code} at {method} {nameless(url)}")
            return answer
        self.wrong(f"no answer at {method} {nameless(url)}")
        raise TimeoutError(nameless(url))

    def open(self, address: str, data: dict[str, str] | None = None) -> requests.Response:
        """Follow redirects as long as they stay in the shop."""
        answer = self.load(address, data)
        for _ in range(REDIRECTS):
            if not answer.is_redirect or not self.in_shop(answer):
                return answer
            answer = self.load(urljoin(answer.url, answer.headers["Location"]))
        self.wrong(f"redirects without end at {nameless(address)}")
        return answer

    def in_shop(self, answer: requests.Response) -> bool:
        there = urljoin(answer.url, answer.headers["Location"])
        return urlsplit(there).netloc == urlsplit(self.shop).netloc

    def form(self, page: requests.Response, ending: str) -> Form | None:
        """The first form of a page whose action ends so."""
        forms = FormReader(page.text).forms
        return next((form for form in forms if form.action.endswith(ending)), None)


def nameless(url: str) -> str:
    """An address without tokens, for counting."""
    return re.sub(r"[A-Za-z0-9_-]{20,}", "…", urlsplit(url).path)
