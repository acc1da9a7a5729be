"""The job runner. Whatever is due is a row; beat's sweeps over rows are the guarantee."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soocas.settings")

app = Celery("soocas")
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
        "requests": {"task": "privacy.run_due_requests", "schedule": 10},  # seconds
        "orders": {"task": "orders.sweep", "schedule": 60},  # seconds
        "outbox": {"task": "outbox.sweep", "schedule": 15},  # seconds
    },
)
app.autodiscover_tasks()
