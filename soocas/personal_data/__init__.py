"""What the house itself holds about people: its queue and its logs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from privacy.declarations import (
    Category,
    LegalBasis,
    Period,
    Purpose,
    declare_elsewhere,
)
from soocas import logs
from soocas.personal_data import queue

OPERATION = Purpose(
    _("Keep the shop running and find its faults"),
    LegalBasis.LEGITIMATE_INTERESTS,
    Period(days=logs.KEPT.days),
    interest=_("The shop works, and its faults are found."),
    compelling=_("It names nobody, and without it nobody could be served."),
    key="operation",
)

declare_elsewhere(
    _("Work that waits for a worker"),
    [Category.ONLINE],
    [OPERATION],
    find=queue.naming,
    erase=queue.forget,
    note=_("numbers of rows only; each goes within seconds, once the work is done"),
)
declare_elsewhere(
    _("Logs of requests and errors"),
    [Category.ONLINE],
    [OPERATION],
    note=_("they name nobody, and the file of each day ends by itself"),
)
