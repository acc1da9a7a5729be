from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from soocas import wording


class Command(BaseCommand):
    help = "Bring the Dutch words of every room to what code and templates say, and compile them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rooms", nargs="*", help="only these rooms")
        parser.add_argument("--compile", action="store_true", help="compile alone, write no .po")
        parser.add_argument("--check", action="store_true", help="fail if words are not in order")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["rooms"]
        rooms = [room for room in wording.rooms() if not asked or room.name in asked]
        if options["check"]:
            return self._check(rooms)
        for room in rooms:
            if not options["compile"]:
                wording.update(room)
            wording.compile_(room)
        return None

    def _check(self, rooms: list[wording.Room]) -> None:
        faults = [fault for room in rooms for fault in wording.faults(room)]
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} words are not in order: run manage.py translations.")
        self.stdout.write(f"The words of {len(rooms)} rooms are in order.")
