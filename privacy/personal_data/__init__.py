"""The personal data of the privacy room itself. Data only; see privacy.declarations."""

from privacy.personal_data import cases, ledgers, places, requests
from privacy.personal_data.purposes import (
    ACCOUNTABILITY,
    ANSWERING,
    CHOICES,
    DISCLOSURES,
    PROOF,
    REVIEW,
)

__all__ = [
    "ACCOUNTABILITY",
    "ANSWERING",
    "CHOICES",
    "DISCLOSURES",
    "PROOF",
    "REVIEW",
    "cases",
    "ledgers",
    "places",
    "requests",
]
