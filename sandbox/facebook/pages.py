"""Authorise, token, profile: at the paths that Facebook uses, whatever the version."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox import oauth
from sandbox.oauth import Grant, Grants, OAuthError, Person
from sandbox.serving import new_app

LIFETIME = 5_183_944  # seconds, of a token

pages = Blueprint("pages", __name__)


@dataclass(frozen=True)
class Provider:
    url: str
    client_id: str
    client_secret: str
    grants: Grants = field(default_factory=Grants)

    @property
    def app_token(self) -> str:
        return f"{self.client_id}|{self.client_secret}"


def create_app(provider: Provider) -> Flask:
    app = new_app("facebook")
    app.extensions["provider"] = provider
    app.register_blueprint(pages)
    return app


def here() -> Provider:
    provider: Provider = current_app.extensions["provider"]
    return provider


@pages.app_errorhandler(OAuthError)
def refused(error: OAuthError) -> ResponseReturnValue:
    message = error.description or error.code
    return problem(message, 1 if error.code == "invalid_client" else 100)


def problem(message: str, code: int) -> ResponseReturnValue:
    body = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "sandbox"}
    return {"error": body}, 400


@pages.get("/")
def index() -> str:
    return render_template("facebook/index.html", provider=here())


@pages.get("/<version>/dialog/oauth")
def authorise(version: str) -> str:
    oauth.asked(request.args, here().client_id)
    return render_template("facebook/authorise.html", people=oauth.PEOPLE, asked=request.args)


@pages.post("/<version>/dialog/oauth")
def choose(version: str) -> ResponseReturnValue:
    oauth.asked(request.form, here().client_id)
    if "cancel" in request.form:
        answer = {"error": "access_denied", "error_reason": "user_denied", "error_code": "200"}
        return redirect(oauth.back(request.form, **answer), 303)
    grant = oauth.granted(request.form, oauth.chosen(request.form))
    code = here().grants.code(grant)
    return redirect(oauth.back(request.form, code=code), 303)


@pages.route("/<version>/oauth/access_token", methods=["GET", "POST"])
def access_token(version: str) -> ResponseReturnValue:
    form = request.values
    pair = (form.get("client_id"), form.get("client_secret"))
    if pair != (here().client_id, here().client_secret):
        raise OAuthError("invalid_client", "Error validating client secret.")
    if form.get("grant_type") == "client_credentials":
        return {"access_token": here().app_token, "token_type": "bearer"}
    token = here().grants.token(here().grants.redeem(form))
    return {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME}


@pages.get("/<version>/me")
def me(version: str) -> ResponseReturnValue:
    """The profile, only the fields asked for; ``id`` and ``name`` if none are."""
    grant = bearer()
    if grant is None:
        return problem("Invalid OAuth access token.", 190)
    if not proven():
        return problem("Invalid appsecret_proof provided in the API argument", 100)
    fields = ["id", *request.args.get("fields", "name").split(",")]
    known = profile(grant.person)
    return {name: known[name] for name in dict.fromkeys(fields) if known.get(name)}


def given_token() -> str:
    header = request.authorization
    return request.args.get("access_token") or (header.token if header else "") or ""


def bearer() -> Grant | None:
    return here().grants.whose(given_token())


def proven() -> bool:
    """Whether the optional ``appsecret_proof`` is absent or right."""
    secret = here().client_secret.encode()
    right = hmac.new(secret, given_token().encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(request.args.get("appsecret_proof", right), right)


def profile(person: Person) -> dict[str, Any]:
    return {
        "id": person.id[-17:],
        "email": person.email,
        "name": person.name,
        "first_name": person.given_name,
        "last_name": person.family_name,
    }


@pages.get("/<version>/debug_token")
def debug_token(version: str) -> ResponseReturnValue:
    if request.args.get("access_token") != here().app_token:
        return problem("Invalid OAuth access token.", 190)
    grant = here().grants.whose(request.args.get("input_token", ""))
    if grant is None:
        return {"data": {"is_valid": False, "app_id": here().client_id}}
    user = profile(grant.person)["id"]
    return {"data": {"is_valid": True, "app_id": here().client_id, "user_id": user}}
