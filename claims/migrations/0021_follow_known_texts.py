"""Texts that came in before quotes were followed: the newest one of each article is followed now."""

from django.db import migrations

ASK = """
INSERT INTO claims_following (revision_id, asked_at)
SELECT DISTINCT ON (article_id) id, now() FROM claims_articlerevision WHERE number > 1
 ORDER BY article_id, number DESC
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0020_follow_quotes_into_later_texts")]

    operations = [migrations.RunSQL(ASK, migrations.RunSQL.noop)]
