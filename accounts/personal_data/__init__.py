"""What the accounts room holds about people. Data only; see privacy.declarations."""

from accounts.personal_data import people, places

__all__ = ["people", "places"]
