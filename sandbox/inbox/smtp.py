"""The SMTP side: takes every mail, unless told to refuse."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.inbox.mails import Mailbox
from sandbox.serving import HOST


@dataclass
class Refusal:
    """What to answer instead of 250: ``code`` 4xx for "later", 5xx for "never"."""

    code: int
    on: str = "data"  # or "rcpt"
    times: int = -1  # -1: until switched off
    address: str = ""  # of the recipient; empty: all


class Faults:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.refusals: list[Refusal] = []

    def add(self, refusal: Refusal) -> None:
        with self.lock:
            self.refusals.append(refusal)

    def clear(self) -> None:
        with self.lock:
            self.refusals.clear()

    def as_json(self) -> list[dict[str, Any]]:
        with self.lock:
            return [asdict(refusal) for refusal in self.refusals]

    def answer(self, on: str, addresses: list[str]) -> str:
        """The refusal due now, counted down, or nothing."""
        with self.lock:
            for refusal in self.refusals:
                if refusal.on == on and refusal.address in ("", *addresses):
                    refusal.times -= refusal.times > 0
                    if refusal.times == 0:
                        self.refusals.remove(refusal)
                    return f"{refusal.code} Refused by the sandbox"
        return ""


class Handler:
    def __init__(self, mailbox: Mailbox, faults: Faults) -> None:
        self.mailbox = mailbox
        self.faults = faults

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, *_: object
    ) -> str:
        if refusal := self.faults.answer("rcpt", [address]):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        recipients = [str(address) for address in envelope.rcpt_tos]
        if refusal := self.faults.answer("data", recipients):
            return refusal
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        mail = self.mailbox.add(str(envelope.mail_from or ""), recipients, raw)
        return f"250 Kept as {mail.id}"


def start(mailbox: Mailbox, faults: Faults, port: int) -> Controller:
    controller = Controller(
        Handler(mailbox, faults), hostname=HOST, port=port, enable_SMTPUTF8=True
    )
    controller.start()
    return controller
