from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0042_find_what_is_under_embargo"),
    ]

    operations = [
        migrations.AddField(
            model_name="article",
            name="first_headline",
            field=models.CharField(default="", editable=False, max_length=400, verbose_name="headline as it came in"),
            preserve_default=False,
        ),
        migrations.RunSQL("UPDATE claims_article SET first_headline = headline", migrations.RunSQL.noop, elidable=True),
        migrations.RemoveConstraint(model_name="article", name="article_without_link_once"),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.UniqueConstraint(
                condition=models.Q(("canonical_url", "")),
                fields=("outlet", "first_headline", "published_at"),
                name="article_without_link_once",
            ),
        ),
    ]
