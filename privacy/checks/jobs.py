"""Every job says what it does with people."""

from __future__ import annotations

from collections.abc import Iterator

from celery import current_app
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import autodiscover_modules

from privacy.declarations import jobs, registry


def check_jobs() -> Iterator[CheckMessage]:
    autodiscover_modules("tasks")
    tasks = {name for name in current_app.tasks if not name.startswith("celery.")}
    for name in sorted(tasks - set(jobs)):
        hint = "declare_job(…) beside the models, with its purposes or why it has none."
        yield Error(f"The job {name} is undeclared.", hint, name, "privacy.E018")
    for name in sorted(set(jobs) - tasks):
        yield Error(f"There is no job {name}.", "Was it renamed?", name, "privacy.E019")
    for job in jobs.values():
        yield from check_job(job.name)


def check_job(name: str) -> Iterator[CheckMessage]:
    job = jobs[name]
    if not job.purposes and not job.why:
        hint = "Name its purposes, or say why= it has none."
        yield Error(f"The job {name} says nothing of people.", hint, name, "privacy.E020")
    known = registry.get(job.rows) if job.rows else None
    if job.purposes and not (known and known.roles):
        hint = "Say rows=<the model of its first argument>: whose purpose is to be asked?"
        yield Error(f"Nothing finds whom the job {name} is for.", hint, name, "privacy.E020")
