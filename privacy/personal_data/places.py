"""What the privacy room remembers outside the tables, and its jobs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from privacy import limits
from privacy.archives import keeping
from privacy.declarations import Category, declare_elsewhere, declare_job
from privacy.models import Export, Request
from privacy.personal_data.purposes import ANSWERING, PROOF

declare_elsewhere(
    _("Counts of privacy requests and downloads"),
    [Category.ONLINE],
    [PROOF],
    find=lambda subject: ({"counter": key} for key in limits.counters(subject)),
    erase=limits.forget,
    note=_("kept in the cache; they go by themselves within an hour"),
)
declare_elsewhere(
    _("Archives of your data, ready for you to fetch"),
    [Category.RIGHTS],
    [ANSWERING],
    find=keeping.find,
    erase=keeping.erase,
    note=_("kept in private storage for seven days, or until you fetched them"),
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
declare_job("privacy.make_archive", ANSWERING, rows=Export)
declare_job(
    "privacy.sweep_archives", why=_("It has archives made, and ends what may be kept no longer.")
)
declare_job(
    "privacy.sweep_lost_archives", why=_("It only deletes files of which no record is left.")
)
