"""What the accounts room holds about people. Data only; see privacy.declarations."""

from accounts.personal_data import people, places, staff

__all__ = ["people", "places", "staff"]
