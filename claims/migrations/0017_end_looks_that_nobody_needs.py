"""Kept pages of dismissed claims and of superseded items are no longer looked at every week."""

from django.db import migrations

END = """
UPDATE claims_fetch reading SET next_attempt_at = NULL
  FROM claims_evidence item JOIN claims_claim claim ON claim.id = item.claim_id
 WHERE item.id = reading.evidence_id AND reading.state IN ('kept', 'gone')
   AND (claim.state = 'dismissed' OR item.superseded_by_id IS NOT NULL)
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0016_take_unread_links_first")]

    operations = [migrations.RunSQL(END, migrations.RunSQL.noop)]
