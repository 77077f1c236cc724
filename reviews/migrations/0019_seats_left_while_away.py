from django.db import migrations, models

# What was worked out from the absences until now, kept as it stood.
KNOWN = """
UPDATE reviews_assignment AS seat SET while_away = true
 WHERE seat.status = 'handed_over' AND EXISTS (
       SELECT FROM reviews_absence AS away
        WHERE away.reviewer_id = seat.reviewer_id AND seat.ended_at BETWEEN away.starts_at AND away.ends_at)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0018_notices_of_cancelled_articles"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="while_away",
            field=models.BooleanField(db_default=False, default=False, verbose_name="left them while they were away"),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
