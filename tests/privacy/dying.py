"""A process that carries out one case and dies by SIGKILL once a step is written down."""

from __future__ import annotations

import os
import signal

import django


def main() -> None:
    django.setup()
    from django.db import connection
    from django.utils import timezone

    from privacy.requests import execution

    case, step = int(os.environ["CASE"]), os.environ["DIES_AFTER"]
    onlooker = connection.copy()

    def die_once_done() -> None:
        """After each commit: nothing of the shop is replaced, the process only ends."""
        with onlooker.cursor() as cursor:
            cursor.execute("SELECT steps ? %s FROM privacy_request WHERE id = %s", [step, case])
            if cursor.fetchone()[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    commit = connection._commit  # type: ignore[attr-defined]

    def committed() -> None:
        commit()
        die_once_done()

    connection._commit = committed  # type: ignore[attr-defined]
    execution.execute(case, now=timezone.now())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soocas.settings")
    main()
