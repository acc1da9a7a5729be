"""``python -m sandbox.inbox --port P --smtp-port S [--state FOLDER]``

GET /messages.json[?to=address] lists id, from, to, subject, headers, text, html, links,
unsubscribe, received_at; the oldest first. DELETE /messages empties it.
POST /control/faults {"code": 451, "on": "data"|"rcpt", "times": 1, "address": ""} refuses mail;
DELETE /control/faults takes it again.
"""

from __future__ import annotations

from sandbox import serving
from sandbox.inbox import smtp
from sandbox.inbox.mails import Mailbox
from sandbox.inbox.pages import Inbox, create_app


def main() -> None:
    parser = serving.parser("inbox", "A mail server that delivers to nobody.")
    parser.add_argument("--smtp-port", type=int, required=True)
    options = parser.parse_args()
    mailbox = Mailbox(serving.state_folder(options))
    faults = smtp.Faults()
    controller = smtp.start(mailbox, faults, options.smtp_port)
    try:
        serving.serve(create_app(Inbox(mailbox, faults)), options.port)
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
