"""Holds: one row that nobody may erase, on a ground, by an author; never a whole account.

What belongs to a held row, such as the lines of an order, is held with it. The rule reads the
holds inside the very statement that erases: where they cannot be read, nothing is erased.
"""

from privacy.holds.placing import NotHoldable, place, release, release_over
from privacy.holds.rows import holdable, in_force, models, wished
from privacy.holds.wishes import LONGEST, forget_wishes, keep_longer, take_back, wishes_of

__all__ = [
    "LONGEST",
    "NotHoldable",
    "forget_wishes",
    "holdable",
    "in_force",
    "keep_longer",
    "models",
    "place",
    "release",
    "release_over",
    "take_back",
    "wished",
    "wishes_of",
]
