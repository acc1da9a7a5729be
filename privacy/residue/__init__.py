"""The search for what an erasure left behind: wherever the shop keeps anything, and by value."""

from privacy.residue.identity import identifiers
from privacy.residue.places import Place, register, register_owner, register_reading
from privacy.residue.scanning import Unreadable, scan

__all__ = [
    "Place",
    "Unreadable",
    "identifiers",
    "register",
    "register_owner",
    "register_reading",
    "scan",
]
