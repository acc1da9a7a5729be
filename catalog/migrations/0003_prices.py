import django.db.models.deletion
from django.db import migrations, models

# Art. 6a Directive 98/6/EC: a reduction states the lowest price of the 30 days before it began.
# The database writes it down at the moment of each change: QuerySet.update and SQL by hand skip
# save(). A variant whose price of 30 days ago is not known has none, and announces nothing.
CHANGED = """
CREATE FUNCTION catalog_price_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    begun CONSTANT timestamptz := clock_timestamp() - interval '30 days';
    first bigint;
BEGIN
    NEW.lowest_before := OLD.lowest_before;  -- nobody else's to write
    IF NEW.price <> OLD.price THEN
        SELECT id INTO first FROM catalog_pricechange
            WHERE variant_id = NEW.id AND at <= begun ORDER BY at DESC, id DESC LIMIT 1;
        SELECT min(price) INTO NEW.lowest_before FROM catalog_pricechange
            WHERE variant_id = NEW.id AND first IS NOT NULL AND (id = first OR at > begun);
        INSERT INTO catalog_pricechange (variant_id, price, at)
            VALUES (NEW.id, NEW.price, clock_timestamp());
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER price_changed BEFORE UPDATE ON catalog_variant FOR EACH ROW
    WHEN (OLD.price IS DISTINCT FROM NEW.price
          OR OLD.lowest_before IS DISTINCT FROM NEW.lowest_before)
    EXECUTE FUNCTION catalog_price_changed();
"""
BEGUN = """
CREATE FUNCTION catalog_price_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_pricechange (variant_id, price, at)
        VALUES (NEW.id, NEW.price, clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER price_begun AFTER INSERT ON catalog_variant FOR EACH ROW
    EXECUTE FUNCTION catalog_price_begun();
"""
NO_MORE = """
DROP TRIGGER price_changed ON catalog_variant;
DROP TRIGGER price_begun ON catalog_variant;
DROP FUNCTION catalog_price_changed();
DROP FUNCTION catalog_price_begun();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_doors"),
    ]

    operations = [
        migrations.AddField(
            model_name="variant",
            name="lowest_before",
            field=models.DecimalField(
                decimal_places=2,
                editable=False,
                max_digits=8,
                null=True,
                verbose_name="lowest price of the 30 days before",
            ),
        ),
        migrations.AddField(
            model_name="variant",
            name="reduced",
            field=models.BooleanField(
                default=False,
                help_text="Shown with the lowest price of the 30 days before this one, if that was higher.",
                verbose_name="announce as a reduction",
            ),
        ),
        migrations.CreateModel(
            name="PriceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "price",
                    models.DecimalField(decimal_places=2, max_digits=8, verbose_name="price"),
                ),
                ("at", models.DateTimeField(verbose_name="from")),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_changes",
                        to="catalog.variant",
                    ),
                ),
            ],
            options={
                "verbose_name": "price change",
                "verbose_name_plural": "price changes",
                "ordering": ["variant", "at", "pk"],
                "indexes": [models.Index(fields=["variant", "at"], name="price_at")],
            },
        ),
        migrations.RunSQL(
            "INSERT INTO catalog_pricechange (variant_id, price, at)"
            " SELECT id, price, clock_timestamp() FROM catalog_variant",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(CHANGED + BEGUN, NO_MORE),
    ]
