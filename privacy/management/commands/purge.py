from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from privacy import retention


class Command(BaseCommand):
    help = "Erase what has outlived its retention, as every night; --preview only says what."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--preview", action="store_true", help="change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        counts = retention.preview(now).counts if options["preview"] else retention.purge(now)
        for what, rows in sorted(counts.items()):
            self.stdout.write(f"{rows:8}  {what}")
        if not counts:
            self.stdout.write("Nothing has outlived its purposes.")
