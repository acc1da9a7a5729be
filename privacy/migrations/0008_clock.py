from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0007_found_by_email"),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="asked since"),
        ),
        migrations.AlterField(
            model_name="note",
            name="kind",
            field=models.CharField(
                choices=[
                    ("internal", "note"),
                    ("statement", "statement of the person"),
                    ("question", "question to the person"),
                    ("reply", "answer of the person"),
                    ("delay", "why more time is needed, as the person was told"),
                ],
                default="internal",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="request",
            name="country",
            field=models.CharField(blank=True, max_length=5, verbose_name="country"),
        ),
        migrations.AlterField(
            model_name="requestevent",
            name="action",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("code_sent", "Code sent"),
                    ("proved", "Address proved by code"),
                    ("signed_in", "Proved by signing in again"),
                    ("expired", "Expired without proof"),
                    ("cancelled", "Withdrawn by the person"),
                    ("held", "Put on hold"),
                    ("released", "Hold released"),
                    ("looked", "Case opened by staff"),
                    ("asked", "Asked for information"),
                    ("reminded", "Reminded of our question"),
                    ("replied", "Our question was answered"),
                    ("unanswered", "Our question was not answered: we go on without"),
                    ("paused", "The clock stands still"),
                    ("resumed", "The clock runs again"),
                    ("extending", "Notice of more time queued"),
                    ("extended", "More time taken, after the notice was sent"),
                    ("not_extended", "No more time: the notice was not sent in time"),
                    ("regime", "Another law applies"),
                    ("warned", "Officers warned"),
                    ("duplicate", "Joined with an earlier request"),
                    ("joined", "A later request was joined with this one"),
                    ("taken_up", "Taken up again after a review"),
                    ("stopped", "The use stopped at once"),
                    ("approved", "Approved"),
                    ("executing", "Being carried out"),
                    ("awaiting_requester", "Waits for the person"),
                    ("refused", "Refused"),
                    ("answered", "Answered"),
                    ("erased", "Erased"),
                    ("partly_erased", "Erased, part must stay"),
                    ("link_sent", "Download link sent"),
                    ("downloaded", "Downloaded"),
                    ("receipt", "Receipt handed to the outbox"),
                    ("lapsed", "The download link ended unused"),
                    ("ended", "What had to stay is gone too"),
                    ("failed", "An attempt failed"),
                    ("address_changed", "Stopped: the address has changed"),
                ],
                max_length=20,
                verbose_name="what happened",
            ),
        ),
    ]
