"""The quick look: of millions of lines, those that may hold one of some texts.

GNU grep reads them as they come; where there is none, Python does the same, slower.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO

CHUNK = 1 << 20  # bytes


def sieve(pour: Callable[[IO[bytes]], None], texts: Iterable[str]) -> Iterator[str]:
    """What ``pour`` writes, as far as a line holds one of the texts, in any case of letters."""
    patterns = sorted({text.encode() for text in texts if text.strip() and "\n" not in text})
    program = shutil.which("grep")
    strain = by_program if program else by_hand
    with tempfile.TemporaryFile() as lines:
        strain(pour, patterns, lines)
        lines.seek(0)
        yield from (line.decode("utf-8", "replace").rstrip("\n") for line in lines)


def by_program(pour: Callable[[IO[bytes]], None], patterns: list[bytes], lines: IO[bytes]) -> None:
    """Raises CalledProcessError where grep failed: nothing found is 1, trouble is 2."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(pattern + b"\n" for pattern in patterns))
        file.flush()
        command = ["grep", "-a", "-F", "-i", "-f", file.name]
        environment = {**os.environ, "LC_ALL": "C"}
        with subprocess.Popen(  # noqa: S603  (no word of it comes from outside)
            command, stdin=subprocess.PIPE, stdout=lines, env=environment
        ) as grep:
            try:
                pour(grep.stdin)  # type: ignore[arg-type]  # a pipe, as asked for
            finally:
                grep.communicate()
        if grep.returncode > 1:
            raise subprocess.CalledProcessError(grep.returncode, command)


def by_hand(pour: Callable[[IO[bytes]], None], patterns: list[bytes], lines: IO[bytes]) -> None:
    lowered = [pattern.lower() for pattern in patterns]
    with tempfile.TemporaryFile() as everything:
        pour(everything)
        everything.seek(0)
        for line in everything:
            low = line.lower()
            if any(pattern in low for pattern in lowered):
                lines.write(line)
