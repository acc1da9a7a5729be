"""The pages of the inbox, and the same as JSON for tests."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.inbox.mails import Mail, Mailbox
from sandbox.inbox.smtp import Faults, Refusal
from sandbox.serving import new_app

# No script, no forms, nothing of the inbox's own; pictures load as in a mail program.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src http: https: data:"
)
TIMEOUT = (3, 15)  # seconds

pages = Blueprint("pages", __name__)


@dataclass(frozen=True)
class Inbox:
    mailbox: Mailbox
    faults: Faults


def create_app(inbox: Inbox) -> Flask:
    app = new_app("inbox")
    app.extensions["inbox"] = inbox
    app.register_blueprint(pages)
    return app


def here() -> Inbox:
    inbox: Inbox = current_app.extensions["inbox"]
    return inbox


def found(key: int) -> Mail:
    mail = here().mailbox.get(key)
    if mail is None:
        abort(404)
    return mail


@pages.get("/")
def index() -> str:
    return render_template("inbox/index.html", mails=here().mailbox.all()[::-1])


@pages.get("/messages/<int:key>")
def message(key: int) -> str:
    return render_template("inbox/message.html", mail=found(key), done=None)


@pages.get("/messages/<int:key>/html")
def html(key: int) -> ResponseReturnValue:
    body = '<base target="_blank">' + found(key).body("html")
    return body, {"Content-Security-Policy": MAIL_POLICY}


@pages.post("/messages/<int:key>/unsubscribe")
def unsubscribe(key: int) -> ResponseReturnValue:
    mail = found(key)
    if not mail.unsubscribe:
        abort(400, "This mail offers no one-click unsubscribe.")
    return render_template("inbox/message.html", mail=mail, done=one_click(mail.unsubscribe))


def one_click(address: str) -> str:
    """What a mail program's own button does (RFC 8058): a bare POST without cookies."""
    form = {"List-Unsubscribe": "One-Click"}
    try:
        answer = requests.post(address, data=form, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        return f"no answer ({type(error).__name__})"
    return str(answer.status_code)


@pages.post("/empty")
def empty() -> ResponseReturnValue:
    here().mailbox.clear()
    return redirect("/", 303)


@pages.get("/messages.json")
def messages() -> ResponseReturnValue:
    to = request.args.get("to", "").lower()
    mails = here().mailbox.all()
    return [mail.as_json() for mail in mails if not to or mail.went_to(to)]


@pages.delete("/messages")
def clear() -> ResponseReturnValue:
    here().mailbox.clear()
    return "", 204


@pages.get("/control/faults")
def faults() -> ResponseReturnValue:
    return here().faults.as_json()


@pages.post("/control/faults")
def add_fault() -> ResponseReturnValue:
    try:
        refusal = Refusal(**request.get_json())
    except TypeError as error:
        abort(400, str(error))
    if not 400 <= refusal.code <= 599 or refusal.on not in ("data", "rcpt"):
        abort(400, "code is 400 to 599, on is data or rcpt")
    here().faults.add(refusal)
    return here().faults.as_json(), 201


@pages.delete("/control/faults")
def clear_faults() -> ResponseReturnValue:
    here().faults.clear()
    return "", 204
