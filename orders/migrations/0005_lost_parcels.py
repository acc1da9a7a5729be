from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_frozen_papers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="shipment",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "open"),
                    ("packed", "packed"),
                    ("shipped", "shipped"),
                    ("delivered", "delivered"),
                    ("lost", "lost"),
                    ("returned", "returned"),
                    ("cancelled", "cancelled"),
                ],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.RunSQL(  # what was paid before there were parcels has one
            [
                """
                INSERT INTO orders_shipment (order_id, position, state, carrier, tracking,
                    created_at, delivered_at)
                SELECT id, 1, CASE WHEN delivered_at IS NULL THEN 'open' ELSE 'delivered' END,
                    '', '', confirmed_at, delivered_at
                FROM orders_order o
                WHERE state IN ('confirmed', 'closed') AND confirmed_at IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM orders_shipment s WHERE s.order_id = o.id)
                """,
                """
                INSERT INTO orders_shipmentline (shipment_id, line_id, quantity)
                SELECT s.id, l.id, l.quantity
                FROM orders_shipment s JOIN orders_orderline l ON l.order_id = s.order_id
                WHERE NOT EXISTS (SELECT 1 FROM orders_shipmentline x WHERE x.shipment_id = s.id)
                """,
            ],
            migrations.RunSQL.noop,
        ),
    ]
