"""The mails received: parsed, kept in memory and, given a folder, on disk."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

LINK = re.compile(r"https?://[^\s<>\"')\]]+")
HREF = re.compile(r"""href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
ADDRESS = re.compile(r"<([^>]+)>")


@dataclass(frozen=True)
class Mail:
    id: int
    sender: str
    recipients: list[str]
    received_at: str
    raw: str  # the bytes as received, as latin-1

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw.encode("latin-1"), policy=policy.default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101  # what policy.default makes
        return parsed

    def body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")

    @property
    def links(self) -> list[str]:
        """Each once, in the order of the text and then of the HTML."""
        text = [link.rstrip(".,;") for link in LINK.findall(self.body("plain"))]
        html = [unescape(link) for link in HREF.findall(self.body("html"))]
        return list(dict.fromkeys(text + [link for link in html if link.startswith("http")]))

    @property
    def unsubscribe(self) -> str:
        """The address for a one-click unsubscribe (RFC 8058), or nothing."""
        message = self.message
        if message.get("List-Unsubscribe-Post", "").strip() != "List-Unsubscribe=One-Click":
            return ""
        addresses = ADDRESS.findall(message.get("List-Unsubscribe", ""))
        return next((address for address in addresses if address.startswith("http")), "")

    def went_to(self, address: str) -> bool:
        return address.lower() in [recipient.lower() for recipient in self.recipients]

    def as_json(self) -> dict[str, Any]:
        message = self.message
        return {
            "id": self.id,
            "from": str(message.get("From", self.sender)),
            "to": self.recipients,
            "subject": str(message.get("Subject", "")),
            "headers": [[name, str(value)] for name, value in message.items()],
            "text": self.body("plain"),
            "html": self.body("html"),
            "links": self.links,
            "unsubscribe": self.unsubscribe,
            "received_at": self.received_at,
        }


class Mailbox:
    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.mails: dict[int, Mail] = {}
        self.last_id = 0
        for path in sorted(folder.glob("*.json")) if folder else []:
            mail = Mail(**json.loads(path.read_text()))
            self.mails[mail.id] = mail
            self.last_id = max(self.last_id, mail.id)

    def add(self, sender: str, recipients: list[str], raw: bytes) -> Mail:
        with self.lock:
            self.last_id += 1
            now = datetime.now(UTC).isoformat()
            mail = Mail(self.last_id, sender, recipients, now, raw.decode("latin-1"))
            if self.folder:
                self._path(mail).write_text(json.dumps(asdict(mail)))
            self.mails[mail.id] = mail
            return mail

    def all(self) -> list[Mail]:
        """The oldest first."""
        with self.lock:
            return list(self.mails.values())

    def get(self, key: int) -> Mail | None:
        with self.lock:
            return self.mails.get(key)

    def clear(self) -> None:
        with self.lock:
            for mail in self.mails.values():
                if self.folder:
                    self._path(mail).unlink(missing_ok=True)
            self.mails.clear()

    def _path(self, mail: Mail) -> Path:
        assert self.folder is not None  # noqa: S101  # asked by the callers
        return self.folder / f"{mail.id:08d}.json"
