from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_several_returns_of_a_withdrawal"),
    ]

    operations = [
        migrations.AddField(
            model_name="shippingrate",
            name="active",
            field=models.BooleanField(default=True, verbose_name="offered"),
        ),
    ]
