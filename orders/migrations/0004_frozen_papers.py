"""Invoices get their content; from then on the database itself refuses to change what is frozen."""

from decimal import Decimal

from django.conf import settings
from django.db import migrations
from django.utils import timezone

from orders.money import Part, gross_by_rate, vat_by_part, vat_by_rate


def fill(apps, schema_editor):
    """Of invoices issued before they had a content. Their orders are frozen since they were placed."""
    for invoice in apps.get_model("orders", "Invoice").objects.filter(content={}).iterator():
        order = invoice.order
        lines = list(order.lines.order_by("pk"))
        totals = [n.unit_price * n.quantity - n.discount for n in lines]
        parts = [Part(total, n.vat_rate) for total, n in zip(totals, lines, strict=True)]
        parts.append(Part(order.shipping, order.shipping_vat_rate))
        vat, gross, rates = vat_by_part(parts), gross_by_rate(parts), vat_by_rate(parts)
        paid = order.attempts.filter(state="captured", captured=order.total, problem="")
        invoice.language = order.language
        invoice.content = {
            "seller": dict(settings.SELLER),
            "order": order.number,
            "supplied_on": timezone.localdate(invoice.issued_at).isoformat(),
            "country": order.delivery_country,
            "oss": order.delivery_country != "NL",
            "capture": paid.order_by("position").values_list("capture_id", flat=True).last() or "",
            "lines": [
                {
                    "title": n.title,
                    "sku": n.sku,
                    "quantity": n.quantity,
                    "unit_price": f"{n.unit_price:.2f}",
                    "discount": f"{n.discount:.2f}",
                    "total": f"{total:.2f}",
                    "vat_rate": f"{n.vat_rate.normalize():f}",
                    "vat": f"{part:.2f}",
                }
                for n, total, part in zip(lines, totals, vat[:-1], strict=True)
            ],
            "shipping": {
                "title": order.shipping_title,
                "total": f"{order.shipping:.2f}",
                "vat_rate": f"{order.shipping_vat_rate.normalize():f}",
                "vat": f"{vat[-1]:.2f}",
            },
            "discount": f"{sum((n.discount for n in lines), Decimal(0)):.2f}",
            "vat": [
                {
                    "rate": f"{rate.normalize():f}",
                    "net": f"{gross[rate] - rates[rate]:.2f}",
                    "vat": f"{rates[rate]:.2f}",
                    "gross": f"{gross[rate]:.2f}",
                }
                for rate in gross
            ],
        }
        invoice.save(update_fields=["language", "content"])


# Only what an erasure blanks may change. TRUNCATE is left alone: the database's owner may, tests do.
KEEP_PAPER = """
CREATE FUNCTION orders_keep_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    contact constant text[] := '{name,street,house_number,postcode,city,country}';
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - contact = to_jsonb(OLD) - contact
        AND NEW.name IN (OLD.name, '') AND NEW.street IN (OLD.street, '')
        AND NEW.house_number IN (OLD.house_number, '') AND NEW.postcode IN (OLD.postcode, '')
        AND NEW.city IN (OLD.city, '') AND NEW.country IN (OLD.country, '')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is frozen: no %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""
KEEP_EVENT = """
CREATE FUNCTION orders_keep_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'alert' = to_jsonb(OLD) - 'alert' AND NOT NEW.alert THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is frozen: no %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""
GUARDS = {"invoice": "paper", "creditnote": "paper", "orderevent": "event"}


def guard(table, what):
    return migrations.RunSQL(
        f"CREATE TRIGGER orders_frozen BEFORE UPDATE OR DELETE ON orders_{table}"
        f" FOR EACH ROW EXECUTE FUNCTION orders_keep_{what}()",
        f"DROP TRIGGER orders_frozen ON orders_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_after_the_sale")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(KEEP_PAPER, "DROP FUNCTION orders_keep_paper"),
        migrations.RunSQL(KEEP_EVENT, "DROP FUNCTION orders_keep_event"),
        *(guard(table, what) for table, what in GUARDS.items()),
    ]
