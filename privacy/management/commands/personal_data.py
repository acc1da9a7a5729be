from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacy import chart


class Command(BaseCommand):
    help = "Print the map of personal data; --write its documentation, or --check that it is fresh."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", choices=sorted(chart.VIEWS), default="app")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--mermaid", action="store_true")
        parser.add_argument("--write", action="store_true", help="docs/personal-data.md")
        parser.add_argument("--check", action="store_true", help="write nothing; fail if stale")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"] or options["write"]:
            document(write=options["write"])
        elif options["mermaid"]:
            self.stdout.write(chart.mermaid())
        elif options["json"]:
            rows = chart.VIEWS[options["by"]]()
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
        else:
            self.columns(chart.VIEWS[options["by"]]())

    def columns(self, rows: list[chart.Row]) -> None:
        widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
        for row in [{key: key.upper() for key in widths}, *rows]:
            line = "  ".join(row[key].ljust(width) for key, width in widths.items())
            self.stdout.write(line.rstrip())


def document(*, write: bool) -> None:
    fresh = chart.page()
    if write:
        chart.PAGE.write_text(fresh, encoding="utf-8")
    elif not chart.PAGE.is_file() or chart.PAGE.read_text(encoding="utf-8") != fresh:
        raise CommandError(f"{chart.PAGE.name} is stale: run manage.py personal_data --write.")
