"""What the sign-in stand-ins share: test people, codes and the way back to the shop."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

LIFETIME = 600  # seconds, of a code
SLACK = 3600  # seconds, of a token
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class OAuthError(Exception):
    """Answered as ``{"error": code}`` with 400, or 401 for ``invalid_client``."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.description = description


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    email_verified: bool = True
    subject: str = ""  # the provider's own id; empty: made from the address, the same each time

    @property
    def id(self) -> str:
        digest = hashlib.sha256(self.email.lower().encode()).hexdigest()
        return self.subject or str(int(digest[:16], 16)).zfill(21)

    @property
    def given_name(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def family_name(self) -> str:
        return self.name.partition(" ")[2]


PEOPLE = (
    Person("noor.devries@example.test", "Noor de Vries"),
    Person("daan.bakker@example.test", "Daan Bakker"),
    Person("sanne.jansen@example.test", "Sanne Jansen"),
    Person("emre.yilmaz@example.test", "Emre Yılmaz", email_verified=False),
)


@dataclass(frozen=True)
class Grant:
    person: Person
    redirect_uri: str
    client_id: str
    scope: str = ""
    nonce: str = ""
    challenge: str = ""  # PKCE, S256 or plain as given
    plain: bool = False
    at: float = field(default_factory=time.monotonic)


class Grants:
    """Codes, each good once and for ten minutes, and tokens for an hour."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.codes: dict[str, Grant] = {}
        self.tokens: dict[str, tuple[Grant, float]] = {}

    def code(self, grant: Grant) -> str:
        code = secrets.token_urlsafe(24)
        with self.lock:
            self.codes[code] = grant
        return code

    def redeem(self, form: Mapping[str, str]) -> Grant:
        with self.lock:
            grant = self.codes.pop(form.get("code", ""), None)
        if grant is None or time.monotonic() - grant.at > LIFETIME:
            raise OAuthError("invalid_grant", "This code is unknown, used or too old.")
        if form.get("redirect_uri") != grant.redirect_uri:
            raise OAuthError("invalid_grant", "The redirect_uri is not the one of the code.")
        if grant.challenge and grant.challenge != proof(form.get("code_verifier", ""), grant.plain):
            raise OAuthError("invalid_grant", "The code_verifier does not fit.")
        return grant

    def token(self, grant: Grant) -> str:
        token = secrets.token_urlsafe(32)
        with self.lock:
            self.tokens[token] = (grant, time.monotonic())
        return token

    def whose(self, token: str) -> Grant | None:
        with self.lock:
            grant, at = self.tokens.get(token, (None, 0.0))
        return grant if time.monotonic() - at < SLACK else None


def proof(verifier: str, plain: bool) -> str:
    if plain:
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def asked(args: Mapping[str, str], client_id: str) -> None:
    """Refuse an authorisation request that the real provider would show an error page for."""
    if args.get("client_id") != client_id:
        raise OAuthError("invalid_client", "No such client.")
    if args.get("response_type", "code") != "code":
        raise OAuthError("unsupported_response_type")
    if urlsplit(args.get("redirect_uri", "")).hostname not in LOOPBACK:
        raise OAuthError("redirect_uri_mismatch", "The sandbox sends people to this machine only.")


def chosen(form: Mapping[str, str]) -> Person:
    """The person picked from the list or typed into the form."""
    return Person(
        form.get("email", "").strip(),
        form.get("name", "").strip(),
        form.get("email_verified") == "on",
        form.get("subject", "").strip(),
    )


def granted(form: Mapping[str, str], person: Person) -> Grant:
    return Grant(
        person,
        form["redirect_uri"],
        form["client_id"],
        form.get("scope", ""),
        form.get("nonce", ""),
        form.get("code_challenge", ""),
        form.get("code_challenge_method", "plain") == "plain",
    )


def back(form: Mapping[str, str], **answer: str) -> str:
    """The address to send the browser back to, with the caller's ``state`` untouched."""
    if "state" in form:
        answer["state"] = form["state"]
    parts = urlsplit(form["redirect_uri"])
    query = "&".join(filter(None, [parts.query, urlencode(answer)]))
    return urlunsplit(parts._replace(query=query))
