"""What is kept about one order, why and until when: its page says it, from the declarations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders import days
from orders.models import Invoice, Order
from privacy.declarations import Declaration, Group, Purpose, registry
from privacy.handovers import told
from privacy.models import Disclosure
from privacy.processing import open_ended

SHOWN = (  # what is said together, and one field that stands for it
    (gettext_lazy("Name and address"), Order, "delivery_name"),
    (gettext_lazy("On the invoice"), Invoice, "name"),
    (gettext_lazy("E-mail"), Order, "email"),
    (gettext_lazy("Phone"), Order, "phone"),
)


@dataclass(frozen=True)
class Fact:
    label: str
    text: str


def facts(order: Order, now: datetime) -> list[Fact]:
    invoice = Invoice.objects.filter(order=order).first()
    rows: dict[type[Model], Model | None] = {Order: order, Invoice: invoice}
    found = []
    for label, model, field in SHOWN:
        row = rows[model]
        terms = list(_terms(row, field, now)) if row and getattr(row, field) else []
        if terms:
            found.append(Fact(str(label), ". ".join(terms)))
    return [*found, Fact(_("Shared with"), shared_with(order) or _("Nobody so far"))]


def shared_with(order: Order) -> str:
    """Who received what of it, from the record of hand-overs."""
    named: dict[str, list[str]] = {}
    for row in Disclosure.objects.filter(about=f"order:{order.pk}"):
        said = told(row)
        named.setdefault(said["name"], []).extend(said["what"])
    return "; ".join(f"{who} ({', '.join(dict.fromkeys(what))})" for who, what in named.items())


def _terms(row: Model, field: str, now: datetime) -> Iterator[str]:
    """Each purpose that still holds the field, with its end."""
    declaration = registry[type(row)]
    group = next(one for one in declaration.groups if field in one.fields)
    for purpose in group.purposes:
        if end := _end(row, declaration, group, purpose, now):
            yield f"{purpose.name}, {end}"


def _end(
    row: Model, declaration: Declaration, group: Group, purpose: Purpose, now: datetime
) -> str:
    """Until a day, or as long as the contract runs and so long afterwards; nothing once over."""
    clock: datetime | None = getattr(row, group.clock or declaration.clock)
    if clock is None or _runs(row, declaration):
        return open_ended(declaration.words.lasting, purpose.retention)
    until = purpose.retention.until(clock)
    return _("until %(day)s") % {"day": days.day(until)} if until > now else ""


def _runs(row: Model, declaration: Declaration) -> bool:
    """Whether its clock stands still, such as while something is on its way back."""
    rows = type(row)._default_manager.filter(declaration.performing or Q(), pk=row.pk)
    return declaration.performing is not None and rows.exists()
