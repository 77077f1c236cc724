"""A step is once for a date of a claim and a desk. What was taken so far counts for the desk that the claim has now."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0014_split_and_merge"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="escalation", name="escalation_once"),
        migrations.AddField(
            model_name="escalation",
            name="desk",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="claims.desk",
            ),
        ),
        migrations.RunSQL(
            "UPDATE claims_escalation step SET desk_id = claim.desk_id FROM claims_claim claim"
            " WHERE claim.id = step.claim_id",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="escalation",
            name="desk",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.desk"
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(
                fields=("claim", "desk", "track", "date", "step", "nth"), name="escalation_once"
            ),
        ),
    ]
