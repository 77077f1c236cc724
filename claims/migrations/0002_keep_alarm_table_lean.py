"""Vacuum the alarm table early: it lives on inserts and deletes, and the sweep walks its one index."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE claims_alarm SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, "
            "autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000)",
            "ALTER TABLE claims_alarm RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, "
            "autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
        migrations.RunSQL(
            "ALTER TABLE claims_claimhead SET (fillfactor = 70)", "ALTER TABLE claims_claimhead RESET (fillfactor)"
        ),
    ]
