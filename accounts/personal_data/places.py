"""What is remembered of people outside the tables, and the jobs on them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.personal_data import remembered
from accounts.personal_data.people import SECURITY, SESSION
from privacy.declarations import Category, declare_elsewhere, declare_job

declare_elsewhere(
    _("Counts of sign-in tries"),
    [Category.ONLINE],
    [SECURITY],
    find=lambda subject: ({"counter": key} for key in remembered.tries(subject)),
    erase=remembered.forget_tries,
    note=_("kept in the cache; they go by themselves within twelve hours"),
)
declare_elsewhere(
    _("Copies of what browsers are remembered by"),
    [Category.ONLINE],
    [SESSION],
    find=lambda subject: ({"copy": "session"} for _key in remembered.copies(subject)),
    erase=remembered.forget_copies,
    note=_("kept in the cache; each goes together with its original"),
)
declare_elsewhere(
    _("Browsers that wait for a code without an account"),
    [Category.ONLINE],
    [SESSION],
    find=lambda subject: ({"browser": "session"} for _key in remembered.at_the_door(subject)),
    erase=remembered.turn_away,
    note=_("they go by themselves within an hour"),
)
declare_job(
    "accounts.forget_unproved",
    why=_("It only deletes accounts whose address nobody proved."),
)
