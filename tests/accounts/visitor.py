"""A browser at the shop's door: signs up, reads its mail, comes in through the stand-ins."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from django.utils.html import strip_tags

from accounts.models import User
from accounts.sessions import SessionStore
from outbox.composing import compose
from outbox.models import Message

PASSWORD = "a long sentence is easy"
OTHER = "another long sentence"


def letters(email: str, kind: str = "") -> list[Message]:
    found = Message.objects.filter(recipient__iexact=email).order_by("pk")
    return list(found.filter(kind__endswith=kind) if kind else found)


def code_for(email: str) -> str:
    """The code as the person reads it in the latest mail."""
    text = str(compose(letters(email)[-1]).body)
    match = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", text)
    assert match, text
    return match[0]


class Visitor(Client):
    def __init__(self, language: str = "nl") -> None:
        super().__init__(SERVER_NAME="localhost")
        self.root = f"/{language}/account/"

    def at(self, path: str) -> str:
        return path if path.startswith("/") else self.root + path

    def reads(self, path: str) -> str:
        answer = self.get(self.at(path), follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    def sends(self, path: str, **data: Any) -> HttpResponse:
        return self.post(self.at(path), data)  # type: ignore[return-value]

    @property
    def user(self) -> Any:
        """Whose account the shop takes this browser for, as its own page says; None for nobody."""
        answer = self.get(self.root)
        if answer.status_code == 302:
            return None
        return User.objects.get(pk=self.session[SESSION_KEY])

    @property
    def nobody(self) -> bool:
        return self.user is None

    @property
    def cached(self) -> str:
        """The key of this browser's session in the cache."""
        return f"{SessionStore.cache_key_prefix}{self.session.session_key}"

    # at the door

    def signs_up(self, email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
        return self.sends("signup/", email=email, password1=password, **more)

    def types_code(self, code: str) -> HttpResponse:
        return self.sends("confirm-email/", code=code)

    def joins(self, email: str, password: str = PASSWORD, **more: str) -> User:
        self.signs_up(email, password, **more)
        self.types_code(code_for(email))
        assert not self.nobody
        user: User = self.user
        return user

    def signs_in(self, email: str, password: str = PASSWORD) -> HttpResponse:
        return self.sends("login/", login=email, password=password)

    def signs_out(self) -> None:
        self.sends("logout/")
        assert self.nobody

    # through a provider

    def leaves_for(self, provider: str, process: str = "login") -> str:
        """The provider's address that the browser is sent to."""
        answer = self.post(self.at(f"{provider}/login/?process={process}"))
        assert answer.status_code == 302, answer.content
        return str(answer["Location"])

    def comes_by(self, provider: str, email: str, process: str = "login", **person: str) -> Any:
        """Chooses a person at the stand-in and follows it back."""
        away = self.leaves_for(provider, process)
        back = chosen_at(away, email, **person)
        return self.get(back)


def chosen_at(away: str, email: str, **person: str) -> str:
    """What a person does at the provider; the path and query that the browser comes back with."""
    parts = urlsplit(away)
    form = {**dict(parse_qsl(parts.query)), "email": email, "name": "Noor de Vries"}
    form |= {"email_verified": "on", **person}
    form = {name: value for name, value in form.items() if value != "absent"}
    url = f"{parts.scheme}://{parts.netloc}{parts.path}"
    answer = requests.post(url, data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 303, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def words(answer: Any) -> str:
    return " ".join(strip_tags(answer.content.decode()).split())
