from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from privacy import declarations, processing
from privacy.declarations import Declaration


class Command(BaseCommand):
    help = "Print the map of personal data: by app and model, or by purpose (Art. 30 GDPR)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", choices=["app", "purpose"], default="app")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        table = by_app() if options["by"] == "app" else by_purpose()
        if options["json"]:
            self.stdout.write(json.dumps(table, ensure_ascii=False, indent=1))
            return
        widths = {key: max(len(key), *(len(row[key]) for row in table)) for key in table[0]}
        for row in [{key: key.upper() for key in widths}, *table]:
            line = "  ".join(row[key].ljust(width) for key, width in widths.items())
            self.stdout.write(line.rstrip())


def by_app() -> list[dict[str, str]]:
    ordered = sorted(declarations.registry.values(), key=lambda declaration: declaration.label)
    return [row for declaration in ordered for row in groups(declaration)]


def groups(declaration: Declaration) -> list[dict[str, str]]:
    return [
        {
            "model": declaration.label,
            "fields": ", ".join(group.fields),
            "category": str(group.category.label) if group.category else "",
            "purposes": ", ".join(purpose.key for purpose in group.purposes),
            "clock": group.clock or declaration.clock,
        }
        for group in declaration.personal
    ]


def by_purpose() -> list[dict[str, str]]:
    return [
        {
            "purpose": str(activity.purpose.name),
            "basis": activity.purpose.basis.value,
            "data": ", ".join(activity.data),
            "kept": activity.kept,
            "recipients": ", ".join(r.name for r in activity.purpose.recipients),
            "exemption": activity.purpose.exemption,
        }
        for activity in processing.activities()
    ]
