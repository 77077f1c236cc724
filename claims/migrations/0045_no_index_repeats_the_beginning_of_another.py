import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from claims.models.together import Together

# By their names, since AlterField alone would make the foreign keys anew as well, and read whole tables for it.
INDEXES = {
    "claims_appearance_claim_id_e65ab55a": ("claims_appearance", "claim_id"),
    "claims_articlerevision_article_id_7e53f5de": ("claims_articlerevision", "article_id"),
    "claims_cancellation_claim_id_b00f9f5f": ("claims_cancellation", "claim_id"),
    "claims_chainstep_appearance_id_6b5474ed": ("claims_chainstep", "appearance_id"),
    "claims_claim_desk_id_a27a7cf7": ("claims_claim", "desk_id"),
    "claims_claimevent_claim_id_2de4ec01": ("claims_claimevent", "claim_id"),
    "claims_copy_evidence_id_677fdfa4": ("claims_copy", "evidence_id"),
    "claims_decision_claim_id_33c61357": ("claims_decision", "claim_id"),
    "claims_flag_claim_id_71a914d5": ("claims_flag", "claim_id"),
    "claims_ladderstep_ladder_id_df339483": ("claims_ladderstep", "ladder_id"),
    "claims_membership_user_id_4868c1d1": ("claims_membership", "user_id"),
    "claims_revisedpassage_appearance_id_50587490": ("claims_revisedpassage", "appearance_id"),
}


def dropped(index: str) -> migrations.RunSQL:
    table, column = INDEXES[index]
    return migrations.RunSQL(f"DROP INDEX IF EXISTS {index}", f"CREATE INDEX {index} ON {table} ({column})")


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0044_know_articles_by_every_headline_they_had"),
    ]

    operations = [
        Together(
            [
                migrations.SeparateDatabaseAndState(
                    database_operations=[dropped(index) for index in INDEXES],
                    state_operations=[
                        migrations.AlterField(
                            "appearance",
                            "claim",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appearances",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        migrations.AlterField(
                            "articlerevision",
                            "article",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revisions",
                                to="claims.article",
                                verbose_name="article",
                            ),
                        ),
                        migrations.AlterField(
                            "cancellation",
                            "claim",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cancellations",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        migrations.AlterField(
                            "chainstep",
                            "appearance",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="chain",
                                to="claims.appearance",
                                verbose_name="appearance",
                            ),
                        ),
                        migrations.AlterField(
                            "claim",
                            "desk",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="claims",
                                to="claims.desk",
                                verbose_name="desk",
                            ),
                        ),
                        migrations.AlterField(
                            "claimevent",
                            "claim",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        migrations.AlterField(
                            "copy",
                            "evidence",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="copies",
                                to="claims.evidence",
                                verbose_name="evidence",
                            ),
                        ),
                        migrations.AlterField(
                            "decision",
                            "claim",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        migrations.AlterField(
                            "flag",
                            "claim",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="flag_log",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        migrations.AlterField(
                            "ladderstep",
                            "ladder",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="steps",
                                to="claims.ladder",
                            ),
                        ),
                        migrations.AlterField(
                            "membership",
                            "user",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        migrations.AlterField(
                            "revisedpassage",
                            "appearance",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revised",
                                to="claims.appearance",
                                verbose_name="appearance",
                            ),
                        ),
                    ],
                )
            ]
        )
    ]
