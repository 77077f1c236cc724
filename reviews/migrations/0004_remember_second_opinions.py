"""Second opinions asked for before they were rows: every round with a second seat, or still waiting for one."""

from django.db import migrations

REMEMBER = """
INSERT INTO reviews_secondopinion (claim_id, round, why, asked_by, asked_at)
SELECT claim_id, round, '', '', min(at)
  FROM (SELECT claim_id, round, assigned_at AS at FROM reviews_assignment WHERE part = 'review' AND seat = 2
         UNION ALL
        SELECT id, round, updated_at FROM claims_claim WHERE state = 'second_opinion') known
 GROUP BY claim_id, round
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_keep_alarm_table_lean"), ("reviews", "0003_second_opinions")]

    operations = [migrations.RunSQL(REMEMBER, migrations.RunSQL.noop)]
