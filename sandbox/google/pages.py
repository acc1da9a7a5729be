"""Authorise, token, certificates, who-is: at the paths that Google uses."""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import Blueprint, Flask, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox import oauth
from sandbox.google.keys import SigningKey
from sandbox.oauth import Grant, Grants, OAuthError, Person
from sandbox.serving import new_app

LIFETIME = 3599  # seconds, of a token

pages = Blueprint("pages", __name__)


@dataclass(frozen=True)
class Provider:
    url: str  # also the issuer
    client_id: str
    client_secret: str
    key: SigningKey = field(default_factory=SigningKey.fresh)
    grants: Grants = field(default_factory=Grants)


def create_app(provider: Provider) -> Flask:
    app = new_app("google")
    app.extensions["provider"] = provider
    app.register_blueprint(pages)
    return app


def here() -> Provider:
    provider: Provider = current_app.extensions["provider"]
    return provider


@pages.app_errorhandler(OAuthError)
def refused(error: OAuthError) -> ResponseReturnValue:
    status = 401 if error.code == "invalid_client" else 400
    return {"error": error.code, "error_description": error.description}, status


@pages.get("/")
def index() -> str:
    return render_template("google/index.html", provider=here())


@pages.get("/o/oauth2/v2/auth")
def authorise() -> str:
    oauth.asked(request.args, here().client_id)
    return render_template("google/authorise.html", people=oauth.PEOPLE, asked=request.args)


@pages.post("/o/oauth2/v2/auth")
def choose() -> ResponseReturnValue:
    oauth.asked(request.form, here().client_id)
    if "cancel" in request.form:
        return redirect(oauth.back(request.form, error="access_denied"), 303)
    grant = oauth.granted(request.form, oauth.chosen(request.form))
    answer = {"code": here().grants.code(grant), "scope": grant.scope, "prompt": "consent"}
    return redirect(oauth.back(request.form, **answer), 303)


@pages.post("/token")
def token() -> ResponseReturnValue:
    check_client()
    if request.form.get("grant_type") != "authorization_code":
        raise OAuthError("unsupported_grant_type")
    grant = here().grants.redeem(request.form)
    access_token = here().grants.token(grant)
    answer = {
        "access_token": access_token,
        "expires_in": LIFETIME,
        "scope": grant.scope,
        "token_type": "Bearer",
        "id_token": here().key.sign(id_claims(grant, access_token)),
    }
    return answer, {"Cache-Control": "no-store"}


def check_client() -> None:
    basic = request.authorization
    pair = (request.form.get("client_id"), request.form.get("client_secret"))
    if basic is not None and basic.type == "basic":
        pair = (basic.username, basic.password)
    if pair != (here().client_id, here().client_secret):
        raise OAuthError("invalid_client", "The client or its secret is wrong.")


def id_claims(grant: Grant, access_token: str) -> dict[str, Any]:
    now = int(time.time())
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    claims = {
        "iss": here().url,
        "azp": grant.client_id,
        "aud": grant.client_id,
        **profile(grant.person),
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        "jti": uuid4().hex,
        "iat": now,
        "exp": now + LIFETIME,
    }
    return claims | ({"nonce": grant.nonce} if grant.nonce else {})


def profile(person: Person) -> dict[str, Any]:
    return {
        "sub": person.id,
        "email": person.email,
        "email_verified": person.email_verified,
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "picture": f"{here().url}/picture.svg",
    }


@pages.get("/v1/userinfo")
def userinfo() -> ResponseReturnValue:
    """OpenID Connect's."""
    grant = bearer()
    return profile(grant.person) if grant else ({"error": "invalid_token"}, 401)


@pages.get("/oauth2/v2/userinfo")
def userinfo_v2() -> ResponseReturnValue:
    """Google's older form, with ``id`` and ``verified_email``."""
    grant = bearer()
    if grant is None:
        return {"error": "invalid_token"}, 401
    found = profile(grant.person)
    renamed = {"id": found.pop("sub"), "verified_email": found.pop("email_verified")}
    return renamed | found


def bearer() -> Grant | None:
    given = request.authorization
    return here().grants.whose(given.token or "") if given and given.type == "bearer" else None


@pages.get("/oauth2/v1/certs")
def certificates() -> ResponseReturnValue:
    return here().key.certificates


@pages.get("/oauth2/v3/certs")
def jwks() -> ResponseReturnValue:
    return here().key.jwks


@pages.get("/picture.svg")
def picture() -> ResponseReturnValue:
    circle = '<circle cx="4" cy="4" r="3"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">{circle}</svg>'
    return svg, {"Content-Type": "image/svg+xml"}


@pages.get("/.well-known/openid-configuration")
def discovery() -> ResponseReturnValue:
    url = here().url
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/o/oauth2/v2/auth",
        "token_endpoint": f"{url}/token",
        "userinfo_endpoint": f"{url}/v1/userinfo",
        "jwks_uri": f"{url}/oauth2/v3/certs",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["plain", "S256"],
    }
