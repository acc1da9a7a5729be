from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from privacy import retention


class Command(BaseCommand):
    help = "Say what has outlived its retention; --execute --digest erases exactly what was said."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--execute", action="store_true", help="erase it")
        parser.add_argument("--digest", default="", help="of the preview: these rows or nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["digest"]) != bool(options["execute"]):
            raise CommandError("--execute and --digest go together: look at what would go first.")
        if options["execute"]:
            self.say(erased(options["digest"]))
            return
        foretold = retention.preview(timezone.now())
        self.say(foretold.counts)
        if foretold.counts:
            self.stdout.write(f"manage.py purge --execute --digest {foretold.digest}")

    def say(self, counts: Counter[str]) -> None:
        for what, rows in sorted(counts.items()):
            self.stdout.write(f"{rows:8}  {what}")
        if not counts:
            self.stdout.write("Nothing has outlived its purposes.")


def erased(digest: str) -> Counter[str]:
    now = timezone.now()
    try:
        return retention.execute(now, digest)
    except retention.Changed as error:
        raise CommandError(
            "What is due is no longer what was shown: nothing was erased. Look again."
        ) from error
