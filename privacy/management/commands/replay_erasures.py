from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from privacy import marks, replay, tombstones


class Command(BaseCommand):
    help = (
        "After a restore from a backup: erase again the people who were erased since it was made. "
        "Run it after migrate and before the shop is served. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is older than the shop: run migrate first.")
        try:
            people = replay.replay(now=timezone.now())
        except (OSError, tombstones.Unreadable, marks.Foreign) as error:
            raise CommandError(f"The ledger of erasures: {error}.") from error
        self.stdout.write(f"{people} erasures replayed.")
