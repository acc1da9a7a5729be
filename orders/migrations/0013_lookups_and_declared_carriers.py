from django.db import migrations, models

import orders.models.sale


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0012_asked_anew_once"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="orderline",
            options={
                "ordering": ["pk"],
                "verbose_name": "line",
                "verbose_name_plural": "lines",
            },
        ),
        migrations.AlterModelOptions(
            name="shipmentline",
            options={
                "ordering": ["pk"],
                "verbose_name": "line of a parcel",
                "verbose_name_plural": "lines of a parcel",
            },
        ),
        migrations.AlterModelOptions(
            name="refundline",
            options={
                "ordering": ["pk"],
                "verbose_name": "line of a refund",
                "verbose_name_plural": "lines of a refund",
            },
        ),
        migrations.AlterModelOptions(
            name="returnline",
            options={
                "ordering": ["pk"],
                "verbose_name": "line of a return",
                "verbose_name_plural": "lines of a return",
            },
        ),
        migrations.CreateModel(
            name="Lookup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order_key", models.BigIntegerField()),
                ("asked_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AlterField(
            model_name="shippingmethod",
            name="carrier",
            field=models.CharField(
                choices=orders.models.sale.carriers,
                help_text="One that the privacy page names: no other is given an address.",
                max_length=40,
                verbose_name="carrier",
            ),
        ),
    ]
