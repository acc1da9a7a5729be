"""What an erasure took out of which row, so that nothing late puts it back."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Erased(models.Model):
    """One row of one model: which declared fields were erased in it; no value of any of them."""

    model = models.CharField(max_length=100)  # "orders.Order"
    key = models.TextField()  # its primary key, as text
    columns = ArrayField(models.TextField())  # as declared; none: the whole row went
    erased_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "key"], name="privacy_erased_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"
