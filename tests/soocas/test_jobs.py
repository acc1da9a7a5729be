"""A job's name is an address: messages already queued carry it over a deployment."""

from __future__ import annotations

from soocas.celery import app

NAMES = {
    "accounts.forget_unproved",
    "mailings.propagate_unsubscribe",
    "mailings.send_batch",
    "mailings.sweep",
    "orders.send_refund",
    "orders.mail_link",
    "orders.reconcile",
    "orders.sweep",
    "orders.take_up_withdrawal",
    "outbox.send",
    "outbox.sweep",
    "privacy.execute_request",
    "privacy.make_archive",
    "privacy.purge",
    "privacy.run_due_requests",
    "privacy.sweep_archives",
    "privacy.sweep_lost_archives",
    "privacy.watch_clocks",
    "privacy.tell_recipients",
}


def ours() -> dict[str, object]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_the_names_of_the_jobs_stay() -> None:
    assert set(ours()) == NAMES


def test_beat_calls_only_what_exists() -> None:
    called = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert called <= set(ours())
    assert {"privacy.purge", "privacy.run_due_requests", "orders.sweep", "outbox.sweep"} <= called


def test_no_job_outlives_the_time_after_which_the_broker_gives_it_to_another() -> None:
    visible = app.conf.broker_transport_options["visibility_timeout"]
    limits = [
        getattr(task, "time_limit", None) or app.conf.task_time_limit for task in ours().values()
    ]

    assert all(0 < limit < visible for limit in limits)


def test_a_job_is_json_and_is_acknowledged_when_it_is_done() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
