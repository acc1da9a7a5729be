"""Correction of what a person may not change alone (Art. 16 GDPR): a difference, and four eyes."""
