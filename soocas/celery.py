"""The job runner. Whatever is due is a row; beat's sweeps over rows are the guarantee."""

from __future__ import annotations

import logging
import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.schedules import crontab
from django.conf import settings
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soocas.settings")


class Job(DjangoTask):  # type: ignore[type-arg]  # no [] at run time
    """A job that a dead broker does not turn into an error: the sweep finds its row.

    ``on_commit(partial(task.delay, …), robust=True)`` alone does not do it: Django 5.2 logs what
    failed by ``__qualname__``, which a partial has not, and so raises after all.

    And one that asks the gate when it runs: restricted meanwhile, or objected to, it does nothing.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from privacy.jobs import may_run  # this module is loaded before the apps are

        if not may_run(self.name, *args):
            log.info("A person's decision keeps %s from running.", self.name)
            return None
        return super().__call__(*args, **kwargs)

    def delay(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().delay(*args, **kwargs)
        except OperationalError:
            log.warning("The broker is out of reach: %s waits for its sweep.", self.name)
            return None


app = Celery("soocas", task_cls=Job)
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 3600,  # seconds; longer than the longest task
        "socket_connect_timeout": 3,
        "socket_timeout": 15,
    },
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=300,  # seconds
    task_time_limit=360,  # seconds
    task_publish_retry=False,  # a dead broker never holds a request: the sweep finds the row
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    timezone=settings.TIME_ZONE,
    beat_schedule={
        "purge": {"task": "privacy.purge", "schedule": crontab(hour=3, minute=10)},
        "unproved": {"task": "accounts.forget_unproved", "schedule": crontab(hour=3, minute=40)},
        "requests": {"task": "privacy.run_due_requests", "schedule": 10},  # seconds
        "clocks": {"task": "privacy.watch_clocks", "schedule": 60},
        "recipients": {"task": "privacy.tell_recipients", "schedule": 15},  # seconds
        "archives": {"task": "privacy.sweep_archives", "schedule": 15},  # seconds
        "lost": {"task": "privacy.sweep_lost_archives", "schedule": crontab(minute=25)},
        "orders": {"task": "orders.sweep", "schedule": 15},  # seconds
        "reconcile": {"task": "orders.reconcile", "schedule": crontab(minute="*", hour="2-5")},
        "outbox": {"task": "outbox.sweep", "schedule": 15},  # seconds
        "mailings": {"task": "mailings.sweep", "schedule": 60},
    },
)
app.autodiscover_tasks()
