from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.process import Process, Start

CALLBACK = "http://127.0.0.1:8000/account/facebook/login/callback/"
ASKED = {
    "client_id": "local",
    "redirect_uri": CALLBACK,
    "scope": "email",
    "response_type": "code",
    "state": "xyz",
}
FIELDS = "id,email,name,first_name,last_name,verified"


@pytest.fixture
def facebook(start: Start) -> Process:
    return start("facebook")


def sign_in(facebook: Process, **more: str) -> dict[str, str]:
    person = {"email": "daan@example.test", "name": "Daan Bakker"}
    answer = requests.post(
        f"{facebook.url}/v19.0/dialog/oauth",
        data=ASKED | person | more,
        allow_redirects=False,
        timeout=5,
    )
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def redeem(facebook: Process, code: str, secret: str = "local") -> requests.Response:
    params = {
        "redirect_uri": CALLBACK,
        "client_id": "local",
        "client_secret": secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    address = f"{facebook.url}/v19.0/oauth/access_token"
    return requests.get(address, params=params, timeout=5)


def me(facebook: Process, **params: str) -> requests.Response:
    return requests.get(f"{facebook.url}/v19.0/me", params=params, timeout=5)


def test_the_page_lists_people_and_signs_nobody_in_by_itself(facebook: Process) -> None:
    page = requests.get(f"{facebook.url}/v19.0/dialog/oauth", params=ASKED, timeout=5)

    assert page.status_code == 200
    assert page.history == []
    assert "daan.bakker@example.test" in page.text


def test_a_person_signs_in_and_her_profile_has_the_fields_asked_for(facebook: Process) -> None:
    back = sign_in(facebook)
    token = redeem(facebook, back["code"]).json()["access_token"]
    proof = hmac.new(b"local", token.encode(), hashlib.sha256).hexdigest()

    profile = me(facebook, access_token=token, fields=FIELDS, appsecret_proof=proof).json()

    assert back["state"] == "xyz"
    assert profile.pop("id").isdigit()
    assert profile == {
        "email": "daan@example.test",
        "name": "Daan Bakker",
        "first_name": "Daan",
        "last_name": "Bakker",
    }


def test_somebody_who_shares_no_address_has_none_in_the_profile(facebook: Process) -> None:
    code = sign_in(facebook, email="", subject="1234567890")["code"]
    token = redeem(facebook, code).json()["access_token"]

    profile = me(facebook, access_token=token, fields=FIELDS).json()

    assert profile["id"] == "1234567890"
    assert "email" not in profile


def test_a_wrong_token_or_proof_gets_no_profile(facebook: Process) -> None:
    token = redeem(facebook, sign_in(facebook)["code"]).json()["access_token"]

    stranger = me(facebook, access_token="guess")
    forged = me(facebook, access_token=token, appsecret_proof="0" * 64)

    assert (stranger.status_code, stranger.json()["error"]["code"]) == (400, 190)
    assert (forged.status_code, forged.json()["error"]["code"]) == (400, 100)


def test_a_wrong_secret_or_used_code_gets_no_token(facebook: Process) -> None:
    code = sign_in(facebook)["code"]

    assert redeem(facebook, code, secret="guess").status_code == 400
    assert redeem(facebook, code).status_code == 200
    assert redeem(facebook, code).status_code == 400


def test_cancel_comes_back_as_refused(facebook: Process) -> None:
    assert sign_in(facebook, cancel="1")["error"] == "access_denied"
