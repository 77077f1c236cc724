import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0043_know_articles_by_the_headline_they_came_with"),
    ]

    operations = [
        migrations.AddField(
            model_name="article",
            name="former_headlines",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=400),
                default=list,
                editable=False,
                size=None,
                verbose_name="headlines that it had",
            ),
        ),
    ]
