"""The ledger of erasures, a file outside the database: what a restored backup must lose again.

One line of JSON per erasure, each with the digest of the one before. It holds no value and no
primary key: a random subject number, keyed digests of the proved addresses, and the time.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import logging
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from privacy import marks
from privacy.models import Request
from privacy.subjects import Subject

ALWAYS = datetime.max.replace(tzinfo=UTC)
logger = logging.getLogger(__name__)
FIRST = "0" * 64  # what the first line follows
latest: dict[str, Any] = {}  # as read last, while the file is the same: readyz asks all day


class Unreadable(Exception):
    """The ledger is not there, or not as it was written."""


@dataclass(frozen=True)
class Tombstone:
    number: int
    at: datetime
    case: str  # keyed digest of the case's reference
    subject: str  # the account's random number, or one drawn for a guest
    emails: tuple[str, ...]  # keyed digests
    digest: str  # of the line

    def is_of(self, reference: str) -> bool:
        """Whether it is the erasure of the case with this reference."""
        return self.case in keyed(reference)

    def names(self, address: str) -> bool:
        """Whether it is one of the addresses that were proved."""
        return not set(keyed(address)).isdisjoint(self.emails)


def bury(case: Request, subject: Subject, *, now: datetime) -> None:
    """Write an erasure down, once per case, and only then return: it is on the disk.

    Raises Unreadable or OSError where it cannot be written; the erasure does not pass then.
    """
    with locked() as file:
        stones = list(parsed(file.read()))
        if not any(stone.is_of(case.reference) for stone in stones):
            said = line(case, subject, now, stones[-1] if stones else None)
            append(file, said)
            stones.append(understood(said, len(stones) + 1)[0])
        marks.settle(stones, now)


def line(case: Request, subject: Subject, now: datetime, last: Tombstone | None) -> str:
    values = {
        "number": last.number + 1 if last else 1,
        "at": now.astimezone(UTC).isoformat(),
        "case": keyed(case.reference)[0],
        "subject": str(subject.subject_id or uuid.uuid4()),
        "emails": [keyed(address)[0] for address in sorted(subject.emails)],
        "previous": last.digest if last else FIRST,
    }
    return json.dumps({**values, "digest": chained(values)})


def chained(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def keyed(text: str) -> list[str]:
    """Digests under every key: the first key's is written, all are recognised."""
    return [
        hmac.new(key.encode(), text.strip().lower().encode(), hashlib.sha256).hexdigest()
        for key in settings.TOMBSTONE_KEYS
    ]


def read() -> list[Tombstone]:
    """The whole ledger, its chain looked at. No file is an empty ledger; no folder is a fault."""
    file = Path(settings.TOMBSTONES)
    try:
        if not file.exists() and file.parent.is_dir():
            return []
        state = file.stat()
        known = (str(file), state.st_ino, state.st_size, state.st_mtime_ns)
        if latest.get("known") != known:
            stones = list(parsed(file.read_text("utf-8")))
            by_address = {digest: stone.at for stone in stones for digest in stone.emails}
            latest.update(known=known, stones=stones, by_address=by_address)
    except (OSError, UnicodeError) as error:
        raise Unreadable(f"the ledger cannot be read ({type(error).__name__})") from error
    return [*latest["stones"]]


def last_erasure(addresses: Iterable[str]) -> datetime | None:
    """When any of these addresses was erased last. As long as nobody can tell, just now."""
    try:
        known = latest["by_address"] if read() else {}
    except Unreadable:
        logger.exception("The ledger of erasures cannot be read.")
        return ALWAYS
    found = (known.get(digest) for address in addresses for digest in keyed(address))
    return max((at for at in found if at), default=None)


def whole(text: str) -> str:
    return text[: text.rfind("\n") + 1]


def parsed(text: str) -> Iterator[Tombstone]:
    """All lines; one that has no end was being written when the machine stopped: it never was."""
    previous = FIRST
    for number, said in enumerate(whole(text).splitlines(), 1):
        stone, follows = understood(said, number)
        if follows != previous:
            raise Unreadable(f"line {number} does not follow the one before")
        previous = stone.digest
        yield stone


def understood(said: str, number: int) -> tuple[Tombstone, str]:
    try:
        values = json.loads(said)
        digest = values.pop("digest")
        stone = Tombstone(
            values["number"],
            datetime.fromisoformat(values["at"]),
            values["case"],
            values["subject"],
            tuple(values["emails"]),
            digest,
        )
        follows = str(values["previous"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"line {number} cannot be understood") from error
    if stone.number != number or chained(values) != digest:
        raise Unreadable(f"line {number} was changed")
    return stone, follows


@contextmanager
def locked() -> Iterator[IO[str]]:
    """The ledger for one writer at a time, of all machines that share its folder."""
    with Path(settings.TOMBSTONES).open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file


def append(file: IO[str], said: str) -> None:
    """Add a line and wait until it, and the file's name, are on the disk."""
    file.seek(0)
    file.truncate(len(whole(file.read()).encode()))
    file.write(f"{said}\n")
    file.flush()
    os.fsync(file.fileno())
    folder = os.open(Path(settings.TOMBSTONES).parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
