"""Links that are evidence already are read as those added from now on."""

from django.db import migrations

PLAN = """
INSERT INTO claims_fetch (evidence_id, state, next_attempt_at, attempts, compared, code, sentence)
SELECT id, fact.state, CASE fact.state WHEN 'waiting' THEN now() END, 0, 1, '', ''
  FROM claims_evidence,
       LATERAL (SELECT substring(url FROM '^https?://([^/:?#]+)') AS host) place,
       LATERAL (SELECT CASE WHEN host ~ '\\.(test|example|invalid)$' OR host ~ '(^|\\.)example\\.(com|net|org)$' THEN 'example'
                            WHEN visibility = 'protected' THEN 'unasked' ELSE 'waiting' END AS state) fact
 WHERE kind = 'link'
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0008_read_linked_pages")]

    operations = [migrations.RunSQL(PLAN, migrations.RunSQL.noop)]
