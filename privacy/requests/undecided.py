"""Why something was not decided, in words for the officer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from privacy.vocabulary import Text


class Undecided(Exception):
    """It was not decided; ``words`` say to the officer why not."""

    words: Text = ""


class NotPossible(Undecided):
    """The request is no longer in a state in which this can be decided."""

    words = _("This is not possible any more: look at the case again.")


class OwnRequest(Undecided):
    """Who asks does not decide, nor who filed it for another."""

    words = _("Nobody decides on his own request.")


class SameReviewer(OwnRequest):
    """Who decided the first time does not review it."""

    words = _("Who decided the first time does not review it.")


class ReasonsMissing(Undecided):
    """No refusal, answer, extension or question goes out without its words."""

    words = _("Write down the reasons first.")


class AddressMoved(Undecided):
    """Delivery stops."""

    words = _("The person's address has changed: both were told, and nothing was sent.")
