"""Every kept file that more than protected evidence holds has its request for a signed time, as those from now on."""

from django.db import migrations

REQUEST = """
INSERT INTO claims_stamprequest (snapshot_id, next_attempt_at, attempts, code)
SELECT DISTINCT held.snapshot_id, now(), 0, ''
  FROM (SELECT snapshot_id, id AS evidence_id FROM claims_evidence
         UNION ALL
        SELECT snapshot_id, evidence_id FROM claims_copy) held
  JOIN claims_evidence item ON item.id = held.evidence_id AND item.visibility <> 'protected'
 WHERE held.snapshot_id IS NOT NULL
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0017_end_looks_that_nobody_needs")]

    operations = [migrations.RunSQL(REQUEST, migrations.RunSQL.noop)]
