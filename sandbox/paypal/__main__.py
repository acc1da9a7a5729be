"""``python -m sandbox.paypal --port P --webhook-url URL [--webhook-id ID] [--state FOLDER]``

The root certificate that webhooks chain to is at /control/root.pem and, given a state folder, in
its root.pem. The control API is described in ``control.py``, the fault switches in ``faults.py``.
"""

from __future__ import annotations

import argparse

from flask import Flask

from sandbox import serving
from sandbox.paypal import later
from sandbox.paypal.api import api
from sandbox.paypal.buyer import buyer
from sandbox.paypal.control import control
from sandbox.paypal.control_payments import payments
from sandbox.paypal.desk import Desk, install_faults
from sandbox.paypal.faults import Faults
from sandbox.paypal.signing import Signer
from sandbox.paypal.store import Store
from sandbox.paypal.webhooks import Webhooks


def options() -> argparse.Namespace:
    parser = serving.parser("paypal", "A stand-in for PayPal.")
    parser.add_argument("--client-id", default="local")
    parser.add_argument("--client-secret", default="local")
    parser.add_argument("--webhook-id", default="local")
    parser.add_argument("--webhook-url", default="", help="where the shop hears of events")
    return parser.parse_args()


def create_desk(given: argparse.Namespace) -> Desk:
    url, folder = serving.public_url(given), serving.state_folder(given)
    store, faults = Store.kept_in(folder), Faults()
    store.settings["webhook_id"] = given.webhook_id
    if given.webhook_url:
        store.settings["webhook_url"] = given.webhook_url
    webhooks = Webhooks(store, faults, Signer.kept_in(folder), url)
    return Desk(url, given.client_id, given.client_secret, store, faults, webhooks)


def create_app(desk: Desk) -> Flask:
    app = serving.new_app("paypal")
    app.extensions["desk"] = desk
    install_faults(app)
    for blueprint in (api, buyer, control, payments):
        app.register_blueprint(blueprint)
    return app


def main() -> None:
    given = options()
    desk = create_desk(given)
    app = create_app(desk)
    desk.webhooks.start()
    later.resume(app, desk.store)
    serving.serve(app, given.port)


if __name__ == "__main__":
    main()
