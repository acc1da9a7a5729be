from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography import x509

from tests.sandbox.process import Process, Start

CALLBACK = "http://127.0.0.1:8000/account/google/login/callback/"
ASKED = {
    "client_id": "local",
    "redirect_uri": CALLBACK,
    "scope": "profile email",
    "response_type": "code",
    "state": "xyz",
}
NOOR = {"email": "noor@example.test", "name": "Noor de Vries", "email_verified": "on"}


@pytest.fixture
def google(start: Start) -> Process:
    return start("google")


def sign_in(google: Process, **more: str) -> dict[str, str]:
    """Where the browser is sent after the person chose an account."""
    answer = requests.post(
        f"{google.url}/o/oauth2/v2/auth",
        data=ASKED | NOOR | more,
        allow_redirects=False,
        timeout=5,
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(CALLBACK)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def redeem(google: Process, code: str, **more: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "client_id": "local",
        "client_secret": "local",
        "code": code,
    }
    return requests.post(f"{google.url}/token", data=form | more, timeout=5)


def verified(google: Process, token: str) -> dict[str, Any]:
    """As django-allauth's provider does it: by the PEM certificate of the key id."""
    certificates = requests.get(f"{google.url}/oauth2/v1/certs", timeout=5).json()
    pem = certificates[jwt.get_unverified_header(token)["kid"]]
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    return jwt.decode(token, key, ["RS256"], audience="local", issuer=google.url)  # type: ignore[arg-type]


def test_the_page_lists_people_and_signs_nobody_in_by_itself(google: Process) -> None:
    page = requests.get(f"{google.url}/o/oauth2/v2/auth", params=ASKED, timeout=5)

    assert page.status_code == 200
    assert page.history == []
    assert "noor.devries@example.test" in page.text
    assert "<script" not in page.text


def test_a_person_signs_in_and_the_id_token_says_who_she_is(google: Process) -> None:
    back = sign_in(google)
    answer = redeem(google, back["code"]).json()

    claims = verified(google, answer["id_token"])

    assert back["state"] == "xyz"
    assert claims["email"] == "noor@example.test"
    assert claims["email_verified"] is True
    assert claims["name"] == "Noor de Vries"
    assert claims["given_name"] == "Noor"
    assert claims["sub"]


def test_the_same_person_has_the_same_subject_each_time(google: Process) -> None:
    subjects = [
        verified(google, redeem(google, sign_in(google)["code"]).json()["id_token"])["sub"]
        for _ in range(2)
    ]

    assert subjects[0] == subjects[1]


def test_an_unverified_address_is_told_as_such(google: Process) -> None:
    code = sign_in(google, email_verified="")["code"]

    claims = verified(google, redeem(google, code).json()["id_token"])

    assert claims["email_verified"] is False


def test_the_keys_are_published_as_jwks_at_the_address_of_the_configuration(
    google: Process,
) -> None:
    token = redeem(google, sign_in(google)["code"]).json()["id_token"]
    address = f"{google.url}/.well-known/openid-configuration"
    configuration = requests.get(address, timeout=5).json()

    [key] = requests.get(configuration["jwks_uri"], timeout=5).json()["keys"]

    assert configuration["issuer"] == google.url
    assert jwt.decode(token, jwt.PyJWK(key), ["RS256"], audience="local")["aud"] == "local"


def test_the_profile_is_told_to_the_bearer_only(google: Process) -> None:
    token = redeem(google, sign_in(google)["code"]).json()["access_token"]
    address = f"{google.url}/oauth2/v2/userinfo"

    profile = requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    stranger = requests.get(address, headers={"Authorization": "Bearer guess"}, timeout=5)

    assert profile.json()["email"] == "noor@example.test"
    assert profile.json()["verified_email"] is True
    assert stranger.status_code == 401


def test_a_code_works_once(google: Process) -> None:
    code = sign_in(google)["code"]

    assert redeem(google, code).status_code == 200
    again = redeem(google, code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_wrong_secret_gets_no_token(google: Process) -> None:
    answer = redeem(google, sign_in(google)["code"], client_secret="guess")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_pkce_is_demanded_when_the_shop_used_it(google: Process) -> None:
    digest = hashlib.sha256(b"a-long-verifier").digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}

    without = redeem(google, sign_in(google, **pkce)["code"])
    with_it = redeem(google, sign_in(google, **pkce)["code"], code_verifier="a-long-verifier")

    assert (without.status_code, with_it.status_code) == (400, 200)


def test_cancel_comes_back_as_refused(google: Process) -> None:
    assert sign_in(google, cancel="1") == {"error": "access_denied", "state": "xyz"}


def test_nobody_is_sent_to_another_machine(google: Process) -> None:
    asked = ASKED | {"redirect_uri": "https://elsewhere.example/"}

    answer = requests.get(f"{google.url}/o/oauth2/v2/auth", params=asked, timeout=5)

    assert (answer.status_code, answer.json()["error"]) == (400, "redirect_uri_mismatch")
