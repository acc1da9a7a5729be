"""As whom PostgreSQL runs: it refuses root, and no permission outside its folder may change."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
REACH = ("/bin/sh", "-c", 'cd "$1" && exec "$2" --version', "reach")
ACCOUNTS = ("postgres", "nobody")


class NoWay(Exception):
    """PostgreSQL cannot be run by this user from this folder."""


@dataclass(frozen=True)
class Identity:
    """A prefix for the command, or another user to become; neither for an ordinary user."""

    prefix: tuple[str, ...] = ()
    user: int | None = None

    def give(self, path: Path) -> None:
        """Let PostgreSQL own what lies in our own folder."""
        if self.user is not None:
            os.chown(path, self.user, self.user)

    def run(self, command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, standing in this folder."""
        return subprocess.run(
            [*self.prefix, *command],
            cwd=folder,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            capture_output=True,
            text=True,
            check=False,
        )

    def can(self, program: Path, folder: Path) -> bool:
        """Can it stand in the folder and run the program?"""
        try:
            return self.run([*REACH, str(folder), str(program)], Path("/")).returncode == 0
        except OSError:
            return False


def choose(data: Path, program: Path) -> Identity:
    """For root: whoever owns the data already, else a user namespace, else another account."""
    if os.geteuid() != 0:
        return Identity()
    for identity in _ways(data):
        if identity.can(program, data if data.exists() else data.parent):
            return identity
    raise NoWay(
        "PostgreSQL does not run as root, and neither a user namespace (unshare) nor another "
        f"account can reach {data}: run as an ordinary user or set DATABASE_URL."
    )


def _ways(data: Path) -> list[Identity]:
    owner = data.stat().st_uid if data.exists() else None
    if owner:
        return [Identity(user=owner)]
    namespace = [Identity(prefix=NAMESPACE)] if shutil.which(NAMESPACE[0]) else []
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    others = [Identity(user=known[name]) for name in ACCOUNTS if name in known]
    return namespace if owner == 0 else [*namespace, *others]
