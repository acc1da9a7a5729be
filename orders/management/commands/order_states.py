from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders import diagram


class Command(BaseCommand):
    help = "Write docs/order-states.md: the axes of an order, drawn from the code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if stale")

    def handle(self, *args: Any, **options: Any) -> None:
        drawn = diagram.page()
        if not options["check"]:
            diagram.PAGE.write_text(drawn, encoding="utf-8")
        elif not diagram.PAGE.is_file() or diagram.PAGE.read_text(encoding="utf-8") != drawn:
            raise CommandError(f"{diagram.PAGE.name} is stale: run manage.py order_states.")
