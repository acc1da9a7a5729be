"""What the privacy room remembers outside the tables, and its jobs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from privacy import limits
from privacy.declarations import Category, declare_elsewhere, declare_job
from privacy.models import Request
from privacy.personal_data.purposes import ANSWERING, PROOF

declare_elsewhere(
    _("Counts of privacy requests and downloads"),
    [Category.ONLINE],
    [PROOF],
    find=lambda subject: ({"counter": key} for key in limits.counters(subject)),
    erase=limits.forget,
    note=_("kept in the cache; they go by themselves within an hour"),
)
declare_job("privacy.execute_request", ANSWERING, rows=Request)
declare_job(
    "privacy.run_due_requests", why=_("It carries out what the law gives people a right to.")
)
declare_job("privacy.watch_clocks", why=_("It keeps the dates by which requests must be answered."))
declare_job(
    "privacy.tell_recipients", why=_("It tells recipients what became of data they were given.")
)
declare_job("privacy.purge", why=_("It only ends what may be kept no longer."))
