"""An article without a link is one by its outlet, headline and time, also when it comes from two hands at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_keep_alarm_table_lean")]

    operations = [
        migrations.AddConstraint(
            model_name="article",
            constraint=models.UniqueConstraint(
                condition=models.Q(("canonical_url", "")),
                fields=("outlet", "headline", "published_at"),
                name="article_without_link_once",
            ),
        ),
    ]
